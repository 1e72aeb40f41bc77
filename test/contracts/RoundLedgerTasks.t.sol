// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";
import {PlainJudge} from "./support/PlainJudge.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// addJudge, retireJudge
/// ├── not governance → reverts
/// ├── a judge of another ledger, one that is known, the 33rd → reverts
/// └── a retired judge opens no number; it judges those that opened before
contract RoundLedgerJudgesTest is Fixture {
    Node private op;
    Node private m;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        m = member("member", BOND);
        skip(1);
        task = createTask(op);
    }

    function _retire() private {
        vm.prank(governance);
        ledger.retireJudge(judge);
    }

    function test_onlyGovernance() public {
        bytes memory refused = abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", address(this));
        vm.expectRevert(refused);
        ledger.addJudge(judge);
        vm.expectRevert(refused);
        ledger.retireJudge(judge);
    }

    function test_addJudge_onceAndOfThisLedger() public {
        assertEq(uint8(ledger.judgeState(judge)), uint8(IRoundLedger.JudgeState.Added));
        assertEq(uint8(ledger.judgeState(watcher)), uint8(IRoundLedger.JudgeState.Unknown));
        address other = address(new PlainJudge(address(vault)));
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.JudgeKnown.selector, judge));
        ledger.addJudge(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.JudgeOfOther.selector, other, vault));
        ledger.addJudge(other);
        vm.expectRevert();
        ledger.addJudge(makeAddr("no contract"));
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.JudgeUnknown.selector, other));
        ledger.retireJudge(other);
    }

    /// A retired judge keeps its place, so that it stays retired.
    function test_addJudge_atMost32() public {
        vm.startPrank(governance);
        ledger.retireJudge(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.JudgeKnown.selector, judge));
        ledger.addJudge(judge);
        for (uint256 i = 1; i < 32; ++i) {
            address next = address(new PlainJudge(address(ledger)));
            ledger.addJudge(next);
            assertEq(uint8(ledger.judgeState(next)), uint8(IRoundLedger.JudgeState.Added));
            if (i != 31) continue;
            ledger.retireJudge(next);
            assertEq(uint8(ledger.judgeState(next)), uint8(IRoundLedger.JudgeState.Retired));
        }
        PlainJudge last = new PlainJudge(address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooManyJudges.selector, 33, 32));
        ledger.addJudge(address(last));
    }

    function test_createTask_namesAnAddedJudge() public {
        TaskConfig memory config = taskConfig(op);
        config.terms.judge = address(new PlainJudge(address(ledger)));
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.JudgeUnknown.selector, config.terms.judge));
        ledger.createTask(config.terms, config.spec);
        _retire();
        config.terms.judge = judge;
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.JudgeRetired.selector, judge));
        ledger.createTask(config.terms, config.spec);
    }

    /// @dev R32: a judge that was revoked with its disputes open made lies final.
    function test_R32_aRetiredJudgeKeepsItsPowerOverRoundsThatWereOpen() public {
        (uint64 posted,) = postNext(op, task);
        _retire();
        assertTrue(ledger.task(task).judgeRetired);
        // The open round goes on to its end; no other opens.
        (uint64 last,) = postNext(op, task);
        assertEq(last, posted + 1);
        assertEq(uint8(ledger.current(task).state), uint8(IRoundLedger.SeatState.Empty));
        assertEq(ledger.current(task).operator, address(0));
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.JudgeRetired.selector, judge));
        ledger.takeSeat(task);
        uint256 before = slashable(op.owner);
        vm.startPrank(judge);
        ledger.penalise(task, posted, m.owner, watcher);
        assertEq(slashable(m.owner), BOND - FAULT);
        ledger.reject(task, last, watcher);
        assertEq(before - slashable(op.owner), FALSE_CLAIM);
    }

    /// A holder that waits for a place in the ring does not get one.
    function test_retireJudge_emptiesAWaitingSeat() public {
        TaskConfig memory config = taskConfig(op);
        config.terms.windows.challenge = 20_000;
        task = openTask(config);
        while (ledger.current(task).openedAt != 0) postNext(op, task);
        assertEq(ledger.current(task).operatorKey, op.key);
        _retire();
        vm.warp(ledger.current(task).ringFinalAt);
        ledger.open(task);
        assertEq(ledger.current(task).operatorKey, address(0));
        assertEq(ledger.current(task).openedAt, 0);
    }
}

/// stop → no number opens; the open round goes on to its end
/// refund
/// ├── not stopped, a round open, a claim that may still fall, nothing left → reverts
/// └── what the ledger total does not use goes to the founder, and earned rewards stay
contract RoundLedgerStopTest is Fixture {
    using ClaimLib for Claim;

    Node private op;
    Node private m;
    address private founder = makeAddr("founder");
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        m = member("member", BOND);
        skip(1);
        TaskConfig memory config = taskConfig(op);
        vm.prank(founder);
        task = ledger.createTask(config.terms, config.spec);
        home = task;
        putToWork(op.owner);
        putToWork(m.owner);
        skip(1);
        fund(task, 10 * REWARD);
        takeSeat(op, task);
    }

    function _stop() private {
        vm.prank(founder);
        ledger.stop(task);
    }

    function test_stop_byFounderOrGovernance() public {
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotFounder.selector, address(this), founder));
        ledger.stop(task);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.UnknownTask.selector, 9, 1));
        ledger.stop(9);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Stopped(task, governance);
        vm.prank(governance);
        ledger.stop(task);
        assertTrue(ledger.task(task).stopped);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TaskStopped.selector, task));
        _stop();
    }

    function test_stop_letsTheOpenRoundGoOnToItsEnd() public {
        _stop();
        (uint64 round, bytes32 hash) = postNext(op, task);
        assertEq(ledger.round(task, round).claimHash, hash);
        assertEq(ledger.current(task).operatorKey, address(0));
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TaskStopped.selector, task));
        ledger.takeSeat(task);
        vm.prank(judge);
        ledger.reject(task, round, watcher);
    }

    /// Funds that nobody can use any more would go to the founder at once.
    function test_stop_takesNoMoreFunds() public {
        _stop();
        mint(address(this), REWARD);
        token.approve(address(distributor), REWARD);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TaskStopped.selector, task));
        distributor.fund(task, REWARD);
    }

    function test_noteRefunded_onlyByTheDistributor() public {
        _stop();
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.NotDistributor.selector, address(this), address(distributor))
        );
        ledger.noteRefunded(task);
    }

    function test_refund_afterTheLastClaimIsFinal() public {
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotStopped.selector, task));
        distributor.refund(task);
        uint128[] memory rewards = new uint128[](1);
        rewards[0] = REWARD;
        bytes32[] memory leaves = ledgerTree(toArray(m), rewards);
        vm.warp(ledger.current(task).commitEnd);
        Claim memory claim = nextClaim(task, 0);
        (claim.ledgerRoot, claim.ledgerTotal) = (SparseTree.root(leaves, 10), REWARD);
        uint64 round = postAs(op, task, claim);
        _stop();
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.StillOpen.selector, round + 1));
        distributor.refund(task);
        giveUp(op, task);
        uint256 finalAt = ledger.round(task, round).challengeEnd;
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotFinalYet.selector, round, finalAt));
        distributor.refund(task);
        vm.warp(finalAt);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.Refunded(task, founder, 9 * REWARD);
        assertEq(distributor.refund(task), 9 * REWARD);
        assertEq(token.balanceOf(founder), 9 * REWARD);
        assertEq(ledger.funded(task), REWARD);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NothingToRefund.selector, task));
        distributor.refund(task);
        // Years later what was earned is still there.
        skip(1000 days);
        distributor.claim(task, round, claim, leafOf(m.owner, REWARD), 0, proof10(leaves, 0));
        assertEq(token.balanceOf(m.owner), REWARD);
        assertEq(token.balanceOf(address(distributor)), 0);
    }

    /// A task that never ran gives everything back, a rejected claim keeps nothing.
    function test_refund_ofRejectedAndNeverPostedRounds() public {
        vm.warp(ledger.current(task).commitEnd);
        Claim memory claim = nextClaim(task, 0);
        claim.ledgerTotal = REWARD;
        uint64 round = postAs(op, task, claim);
        vm.prank(judge);
        ledger.reject(task, round, watcher);
        _stop();
        assertEq(distributor.refund(task), 10 * REWARD);
        assertEq(distributor.totalClaimed(task), 0);
    }

    /// Of another task nothing is touched.
    function test_refund_ofOneTaskOnly() public {
        uint256 other = createTask(op);
        _stop();
        giveUp(op, task);
        distributor.refund(task);
        assertEq(ledger.funded(other), 300 * REWARD);
        assertEq(token.balanceOf(address(distributor)), 300 * REWARD);
    }
}

/// succeedTask
/// ├── the claim is not final there, or its model is not the genesis model → reverts
/// └── a task of its own, that says where its model is from
contract RoundLedgerSuccessorTest is Fixture {
    using ClaimLib for Claim;

    Node private op;
    uint256 private task;
    Claim private claim;
    uint64 private round;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        member("member", BOND);
        skip(1);
        task = createTask(op);
        vm.warp(ledger.current(task).commitEnd);
        claim = nextClaim(task, 0);
        claim.ledgerTotal = REWARD;
        round = postAs(op, task, claim);
    }

    function _origin() private view returns (IRoundLedger.Origin memory) {
        return IRoundLedger.Origin(task, round, claim);
    }

    function test_succeedTask_startsFromAFinalModel() public {
        TaskConfig memory config = taskConfig(op);
        config.spec.genesisModelRoot = claim.modelRoot;
        config.spec.rewardPerRound = REWARD / 2;
        bytes32 hash = claim.hash(task, round);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotFinalClaim.selector, task, round, hash));
        ledger.succeedTask(config.terms, config.spec, _origin());
        vm.warp(ledger.round(task, round).challengeEnd);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.TaskSucceeds(task + 1, task, round, hash);
        vm.prank(watcher);
        uint256 next = ledger.succeedTask(config.terms, config.spec, _origin());
        IRoundLedger.TaskView memory view_ = ledger.task(next);
        assertEq(view_.predecessor, task);
        assertEq(view_.predecessorRound, round);
        assertEq(view_.founder, watcher);
        assertEq(view_.funded, 0);
        // A fresh start: no total, no strikes, another number 1.
        (uint64 head,) = ledger.head(next);
        assertEq(head, 0);
        assertEq(ledger.current(next).round, 1);
        assertEq(vault.memberCountAt(next, block.timestamp - 1), 0);
    }

    function test_succeedTask_refusesAnotherModelOrClaim() public {
        vm.warp(ledger.round(task, round).challengeEnd);
        TaskConfig memory config = taskConfig(op);
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.OtherModel.selector, config.spec.genesisModelRoot, claim.modelRoot)
        );
        ledger.succeedTask(config.terms, config.spec, _origin());
        config.spec.genesisModelRoot = keccak256("mine");
        IRoundLedger.Origin memory origin = _origin();
        origin.claim.modelRoot = keccak256("mine");
        vm.expectPartialRevert(IRoundLedger.NotFinalClaim.selector);
        ledger.succeedTask(config.terms, config.spec, origin);
        origin = _origin();
        origin.task = 9;
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.UnknownTask.selector, 9, 1));
        ledger.succeedTask(config.terms, config.spec, origin);
    }
}

/// Attacks of the design's list that a task's terms answer.
contract TaskTermsTest is Fixture {
    Node private op;
    Node private m;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        m = member("member", BOND);
        skip(1);
        task = createTask(op);
    }

    /// @dev R30: with exposure and unbonding one after the other, a decision took effect before a dissenter was out.
    function test_R30_whoLeavesIsOutBeforeADecisionOfThatDayTakesEffect() public {
        assertLe(ledger.maxExposure(), vault.minUnbondingDelay());
        uint256 decided = block.timestamp;
        leave(m);
        // The timelock outlasts unbonding (`QuorateGovernor`), and unbonding outlasts exposure.
        assertLe(vault.allocation(task, m.owner).freeAt, decided + vault.unbondingDelay());
    }

    /// @dev R31: a majority changed the judge and the penalties of a task that a minority had joined.
    function test_R31_nobodyChangesTheTermsOfATask() public {
        bytes memory before = abi.encode(ledger.task(task));
        (bool done,) = address(ledger).call(
            abi.encodeWithSignature(
                "setTerms(uint256,(address,uint128,uint128,uint16))", task, judge, FALSE_CLAIM, FAULT, 2000
            )
        );
        assertFalse(done);
        vm.startPrank(governance);
        (done,) = address(ledger).call(
            abi.encodeWithSignature(
                "setTerms(uint256,(address,uint128,uint128,uint16))", task, judge, FALSE_CLAIM, FAULT, 2000
            )
        );
        assertFalse(done);
        address other = address(new PlainJudge(address(ledger)));
        ledger.addJudge(other);
        vault.setMinOperatorBond(OPERATOR_BOND * 2);
        vm.stopPrank();
        assertEq(abi.encode(ledger.task(task)), before);
    }

    /// @dev R33: the true claim of an underfunded round reverted while its deadlines ran.
    function test_R33_aRoundOpensOnlyIfItsClaimCouldBePosted() public {
        TaskConfig memory config = taskConfig(op);
        uint256 poor = makeTask(config);
        skip(1);
        fund(poor, REWARD);
        takeSeat(op, poor);
        vm.warp(ledger.current(poor).commitEnd);
        // One reward is there: the round can end with the largest total, and no other opens.
        sealAs(op, poor, 0);
        IRoundLedger.OpenRound memory open = ledger.current(poor);
        Claim memory claim = nextClaim(poor, 0);
        claim.ledgerTotal = REWARD;
        vm.prank(op.key);
        ledger.post(poor, open.round, open.openedAt, DIGEST, claim);
        assertEq(ledger.current(poor).operatorKey, address(0));
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.Underfunded.selector, 2 * uint256(REWARD), REWARD));
        ledger.takeSeat(poor);
    }

    /// @dev R32: a hostile specification under which no claim is true, or a lie has no proof.
    function test_R32_aHostileSpecificationIsRefused() public {
        TaskConfig memory config = taskConfig(op);
        (config.spec.minNormSq, config.spec.maxNormSq) = (10, 9);
        vm.expectRevert();
        ledger.createTask(config.terms, config.spec);
        config = taskConfig(op);
        config.spec.rule.rule = 2;
        vm.expectRevert();
        ledger.createTask(config.terms, config.spec);
        config = taskConfig(op);
        config.terms.windows.commit = 0;
        vm.expectRevert();
        ledger.createTask(config.terms, config.spec);
    }
}
