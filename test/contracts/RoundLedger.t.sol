// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {MerkleTree} from "../../contracts/lib/MerkleTree.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Ledger} from "./support/Deployed.sol";
import {Fixture} from "./support/Fixture.sol";

/// createTask
/// ├── not governance → reverts
/// ├── a window, the quorum or the bounty out of bounds, or no operator → reverts
/// ├── exposes members for longer than unbonding takes → reverts
/// ├── operator not bonded → reverts
/// └── opens round 1 on top of the genesis claim
contract RoundLedgerTaskTest is Fixture {
    using ClaimLib for Claim;

    Node private op;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
    }

    function test_createTask_onlyGovernance() public {
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", address(this)));
        ledger.createTask(taskConfig(op));
    }

    function test_start_opensRoundOneOnGenesis() public {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        config.genesisReferenceRoot = keccak256("reference");
        Claim memory genesis;
        genesis.parent = config.specHash;
        genesis.modelRoot = config.genesisModelRoot;
        genesis.referenceRoot = config.genesisReferenceRoot;
        genesis.ledgerRoot = MerkleTree.EMPTY_10;
        bytes32 hash = genesis.hash(1, 0);

        vm.expectEmit(address(ledger));
        emit IRoundLedger.TaskCreated(1, config.specHash, hash, config);
        vm.prank(governance);
        assertEq(ledger.createTask(config), 1);
        join(1, op.owner, OPERATOR_BOND);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundOpened(1, 1, uint40(block.timestamp));
        ledger.start(1);

        IRoundLedger.OpenRound memory open = ledger.current(1);
        assertEq(open.round, 1);
        assertEq(open.operator, op.owner);
        assertEq(open.parent, hash);
        assertEq(open.openedAt, START);
        assertEq(open.snapshot, START - 1);
        assertEq(open.commitEnd, START + 100);
        assertEq(open.revealEnd, START + 150);
        assertEq(open.attestEnd, START + 200);
        assertEq(open.postEnd, START + 260);
        assertEq(open.takeoverEnd, START + 320);
        (uint64 round, bytes32 head) = ledger.head(1);
        assertEq(round, 0);
        assertEq(head, hash);
        assertTrue(ledger.isFinal(1, 0));
        assertFalse(ledger.isFinal(1, 1));
        assertEq(abi.encode(ledger.task(1).windows), abi.encode(config.windows));
        assertEq(ledger.task(1).judge, judge);
        assertEq(ledger.task(1).currentRound, 1);
        assertEq(ledger.taskCount(), 1);
        assertEq(ledger.maxExposure(), 200 + 2 * (60 + 60 + 1000));
    }

    function testFuzz_createTask_boundsEveryParameter(uint32[6] memory windows, uint16 quorumBps, uint16 bountyBps)
        public
    {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        (quorumBps, bountyBps) = (uint16(bound(quorumBps, 4990, 10_010)), uint16(bound(bountyBps, 0, 2010)));
        (config.quorumBps, config.bountyBps) = (quorumBps, bountyBps);
        bool inside = quorumBps > 5000 && quorumBps <= 10_000 && bountyBps <= 2000;
        for (uint256 i = 0; i < 6; ++i) {
            windows[i] %= i % 2 == 0 ? 1 days / 4 : 15 days;
            inside = inside && windows[i] >= ledger.MIN_WINDOW() && windows[i] <= ledger.MAX_WINDOW();
        }
        config.windows = abi.decode(abi.encode(windows), (IRoundLedger.Windows));
        uint256 exposure = uint256(windows[0]) + windows[1] + windows[2];
        exposure += 2 * (uint256(windows[3]) + windows[4] + windows[5]);
        if (!inside) vm.expectPartialRevert(IRoundLedger.OutOfBounds.selector);
        else if (exposure > MIN_DELAY) vm.expectPartialRevert(IRoundLedger.ExposureTooLong.selector);
        vm.prank(governance);
        ledger.createTask(config);
    }

    function test_createTask_refusesLongerExposureThanUnbonding() public {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        uint32 rest = 200 + 2 * (60 + 60);
        config.windows.challenge = (MIN_DELAY - rest) / 2;
        vm.startPrank(governance);
        ledger.createTask(config);
        assertEq(ledger.maxExposure(), MIN_DELAY);
        config.windows.challenge += 1;
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.ExposureTooLong.selector, uint256(MIN_DELAY) + 2, MIN_DELAY)
        );
        ledger.createTask(config);
    }

    function test_createTask_needsAnOperator() public {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        config.operator = address(0);
        vm.expectRevert(IRoundLedger.ZeroAddress.selector);
        vm.prank(governance);
        ledger.createTask(config);
    }

    function test_start_needsTheOperatorInTheTask() public {
        Node memory other = member("member", OPERATOR_BOND);
        uint256 task = makeTask(taskConfig(other));
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OperatorNotBonded.selector, other.owner));
        ledger.start(task);
    }

    function test_unknownTask() public {
        bytes memory unknown = abi.encodeWithSelector(IRoundLedger.UnknownTask.selector, 9, 0);
        vm.expectRevert(unknown);
        ledger.current(9);
        vm.expectRevert(unknown);
        ledger.task(9);
        vm.expectRevert(unknown);
        ledger.head(9);
        vm.expectRevert(unknown);
        ledger.isFinal(9, 0);
        vm.expectRevert(unknown);
        ledger.voidRound(9);
        Claim memory claim;
        vm.expectRevert(unknown);
        ledger.post(9, 1, claim);
        vm.expectRevert(unknown);
        ledger.reject(9, 1, watcher);
    }

    function test_setDistributor_once() public {
        assertEq(ledger.distributor(), address(distributor));
        vm.prank(governance);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.DistributorFixed.selector, address(distributor)));
        ledger.setDistributor(watcher);
    }

    function test_noteFunded_onlyByTheDistributor() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.NotDistributor.selector, address(this), address(distributor))
        );
        ledger.noteFunded(1, 1);
    }

    function test_initializeAndUpgrade_onlyOnceAndByGovernance() public {
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        ledger.initialize(address(this), vault);
        Ledger next = Ledger(vm.deployCode("RoundLedger.sol", abi.encode(_specRules())));
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        next.initialize(address(this), vault);
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", address(this)));
        ledger.upgradeToAndCall(address(next), "");
        createTask(op);
        vm.prank(governance);
        ledger.upgradeToAndCall(address(next), "");
        assertEq(ledger.current(1).round, 1);
    }
}

/// post
/// ├── round is not the open one, parent is not the head → reverts
/// ├── caller holds no operator key, a retired one, or is not bonded → reverts
/// ├── before commitEnd → only if the claim seals every member of the snapshot
/// ├── more than 128 members, ledger total above what rounds allow or what is funded → reverts
/// ├── […, postEnd) → only the seat's holder
/// ├── [postEnd, takeoverEnd) → only others: takes the seat, the late one pays
/// └── [takeoverEnd, …) → nobody
contract RoundLedgerPostTest is Fixture {
    using ClaimLib for Claim;

    Node private op;
    Node private rival;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
        member("a", BOND);
        member("b", BOND);
        skip(1);
        task = createTask(op);
        fund(task, 10 * REWARD);
    }

    function test_post_recordsTheClaimAndOpensTheNextRound() public {
        skip(100);
        Claim memory claim = nextClaim(task, 1);
        bytes32 hash = claim.hash(task, 1);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Posted(task, 1, hash, op.owner, claim);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundOpened(task, 2, uint40(block.timestamp));
        postAs(op, task, claim);

        IRoundLedger.RoundView memory posted = ledger.round(task, 1);
        assertEq(uint8(posted.status), uint8(IRoundLedger.RoundStatus.Posted));
        assertEq(posted.claimHash, hash);
        assertEq(posted.operator, op.owner);
        assertEq(posted.openedAt, block.timestamp - 100);
        assertEq(posted.postedAt, block.timestamp);
        assertEq(posted.challengeEnd, block.timestamp + 1000);
        (uint64 round, bytes32 head) = ledger.head(task);
        assertEq(round, 1);
        assertEq(head, hash);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.round, 2);
        assertEq(open.parent, hash);
        assertEq(open.openedAt, block.timestamp);
        assertEq(uint8(ledger.round(task, 2).status), uint8(IRoundLedger.RoundStatus.Open));
        assertEq(uint8(ledger.round(task, 3).status), uint8(IRoundLedger.RoundStatus.None));
    }

    function test_post_onlyTheOpenRoundOnTopOfTheHead() public {
        skip(100);
        Claim memory claim = nextClaim(task, 0);
        vm.startPrank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, 2, 1));
        ledger.post(task, 2, claim);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, 0, 1));
        ledger.post(task, 0, claim);
        bytes32 parent = claim.parent;
        claim.parent = keccak256("other");
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.WrongParent.selector, claim.parent, parent));
        ledger.post(task, 1, claim);
    }

    function test_post_onlyByABondedOperatorsCurrentKey() public {
        skip(100);
        Claim memory claim = nextClaim(task, 0);
        vm.prank(op.owner);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotOperator.selector, op.owner));
        ledger.post(task, 1, claim);
        Node memory a = node("a");
        vm.prank(a.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotOperator.selector, a.key));
        ledger.post(task, 1, claim);

        Node memory rotated = node("rotated");
        rotated.owner = op.owner;
        register(rotated, IStakeVault.Role.Operator);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotOperator.selector, op.key));
        ledger.post(task, 1, claim);

        slash(op.owner, 1, address(0), 0);
        vm.prank(rotated.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OperatorNotBonded.selector, op.owner));
        ledger.post(task, 1, claim);
        bond(op, 1);
        vm.prank(rotated.key);
        ledger.post(task, 1, claim);
    }

    function test_post_beforeCommitEndOnlyWithEveryMemberSealed() public {
        uint256 commitEnd = ledger.current(task).commitEnd;
        vm.startPrank(op.key);
        for (uint32 members = 0; members < 4; ++members) {
            if (members == 2) continue;
            Claim memory claim = nextClaim(task, members);
            vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, block.timestamp, commitEnd));
            ledger.post(task, 1, claim);
        }
        vm.warp(commitEnd - 1);
        ledger.post(task, 1, nextClaim(task, 2));
        assertEq(ledger.current(task).round, 2);
        vm.warp(ledger.current(task).commitEnd);
        ledger.post(task, 2, nextClaim(task, 1));
    }

    function test_post_countsTheMembersOfTheSnapshot() public {
        // They join in the second the round opened and later: too late for round 1, in time for round 2.
        member("c", BOND);
        skip(10);
        member("d", BOND);
        skip(1);
        postAs(op, task, nextClaim(task, 2));
        Claim memory claim = nextClaim(task, 2);
        vm.prank(op.key);
        vm.expectPartialRevert(IRoundLedger.TooEarly.selector);
        ledger.post(task, 2, claim);
        postAs(op, task, nextClaim(task, 4));
    }

    function test_post_atMost128Members() public {
        skip(100);
        Claim memory claim = nextClaim(task, 129);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooManyMembers.selector, 129, 128));
        ledger.post(task, 1, claim);
        claim.members = 128;
        postAs(op, task, claim);
    }

    function test_post_ledgerTotalWithinRewardsAndFunds() public {
        skip(100);
        Claim memory claim = nextClaim(task, 2);
        claim.ledgerTotal = REWARD + 1;
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.RewardTooHigh.selector, REWARD + 1, REWARD));
        ledger.post(task, 1, claim);

        uint256 poor = createTask(op);
        skip(100);
        claim = nextClaim(poor, 2);
        claim.ledgerTotal = 2;
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.Underfunded.selector, 2, 0));
        ledger.post(poor, 1, claim);
        fund(poor, 2);
        postAs(op, poor, claim);
    }

    function test_post_turnsAreHalfOpenWindows() public {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        Claim memory claim = nextClaim(task, 1);
        vm.warp(open.postEnd - 1);
        vm.prank(rival.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotYourTurn.selector, rival.owner, op.owner));
        ledger.post(task, 1, claim);
        vm.warp(open.postEnd);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooLate.selector, open.postEnd, open.postEnd));
        ledger.post(task, 1, claim);
        vm.warp(open.takeoverEnd);
        vm.prank(rival.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooLate.selector, open.takeoverEnd, open.takeoverEnd));
        ledger.post(task, 1, claim);
        vm.warp(open.takeoverEnd - 1);
        postAs(rival, task, claim);
    }

    function test_post_takeoverGivesTheSeatAndCostsTheLateOne() public {
        vm.warp(ledger.current(task).postEnd);
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(ledger));
        emit IRoundLedger.TakenOver(task, 1, rival.owner, op.owner);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Missed(task, 1, op.owner, MISS);
        postAs(rival, task, nextClaim(task, 1));
        assertEq(vault.account(op.owner).bonded, OPERATOR_BOND - MISS);
        assertEq(supply - token.totalSupply(), MISS);
        assertEq(ledger.current(task).operator, rival.owner);
        assertEq(ledger.round(task, 1).operator, rival.owner);
        skip(100);
        Claim memory claim = nextClaim(task, 1);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OperatorNotBonded.selector, op.owner));
        ledger.post(task, 2, claim);
        postNext(rival, task);
    }

    function testFuzz_post_onlyWhenAndByWhomTheWindowsAllow(uint256 elapsed, bool byRival, uint8 members) public {
        elapsed = bound(elapsed, 0, 400);
        skip(elapsed);
        bool sealed_ = members == 2 || elapsed >= 100;
        bool allowed = members <= 128 && sealed_ && (byRival ? elapsed >= 260 && elapsed < 320 : elapsed < 260);
        Claim memory claim = nextClaim(task, members);
        vm.prank(byRival ? rival.key : op.key);
        try ledger.post(task, 1, claim) {
            assertTrue(allowed);
            assertEq(vault.account(op.owner).bonded, OPERATOR_BOND - (byRival ? MISS : 0));
        } catch {
            assertFalse(allowed);
        }
    }
}

/// voidRound
/// ├── before takeoverEnd → reverts
/// ├── from then on → base stands, next number opens, holder pays
/// ├── holder's bond no longer suffices → seat is vacant, any other operator posts in time
/// └── vacant seat → nobody pays
contract RoundLedgerVoidTest is Fixture {
    Node private op;
    Node private rival;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        bond(op, MISS);
        rival = operator("rival");
        task = createTask(op);
    }

    function test_voidRound_notBeforeTakeoverEnd() public {
        uint256 end = ledger.current(task).takeoverEnd;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, end - 1, end));
        ledger.voidRound(task);
        vm.warp(end);
        ledger.voidRound(task);
    }

    function test_voidRound_opensTheNextNumberOnTheSameBase() public {
        (, bytes32 first) = postNext(op, task);
        vm.warp(ledger.current(task).takeoverEnd + 7);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundVoided(task, 2);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundOpened(task, 3, uint40(block.timestamp));
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Missed(task, 2, op.owner, MISS);
        vm.prank(watcher);
        ledger.voidRound(task);

        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.round, 3);
        assertEq(open.parent, first);
        assertEq(open.openedAt, block.timestamp);
        assertEq(open.operator, op.owner);
        assertFalse(open.vacant);
        assertEq(uint8(ledger.round(task, 2).status), uint8(IRoundLedger.RoundStatus.Void));
        assertTrue(ledger.isFinal(task, 2));
        assertEq(vault.account(op.owner).bonded, OPERATOR_BOND);

        (uint64 round, bytes32 third) = postNext(op, task);
        assertEq(round, 3);
        assertEq(ledger.round(task, 3).claimHash, third);
        assertEq(ledger.round(task, 1).claimHash, first);
        assertEq(uint8(ledger.round(task, 2).status), uint8(IRoundLedger.RoundStatus.Void));
        (uint64 head,) = ledger.head(task);
        assertEq(head, 3);
    }

    function test_voidRound_anOperatorThatCannotPostLosesTheSeat() public {
        vm.warp(ledger.current(task).takeoverEnd);
        ledger.voidRound(task);
        assertFalse(ledger.current(task).vacant);
        vm.warp(ledger.current(task).takeoverEnd);
        ledger.voidRound(task);
        assertTrue(ledger.current(task).vacant);
        assertEq(vault.account(op.owner).bonded, OPERATOR_BOND - MISS);

        // Nobody came: nobody pays, the seat stays vacant.
        vm.warp(ledger.current(task).takeoverEnd);
        ledger.voidRound(task);
        assertEq(vault.account(op.owner).bonded, OPERATOR_BOND - MISS);
        assertTrue(ledger.current(task).vacant);

        // Bonded again it has to wait, others need not.
        bond(op, MISS);
        skip(100);
        uint64 round = ledger.current(task).round;
        Claim memory claim = nextClaim(task, 0);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.SeatLost.selector, op.owner));
        ledger.post(task, round, claim);
        postAs(rival, task, claim);
        assertEq(ledger.current(task).operator, rival.owner);
        assertFalse(ledger.current(task).vacant);
    }

    function test_voidRound_aReturningOperatorGetsItsSeatBack() public {
        slash(op.owner, 2 * MISS, address(0), 0);
        vm.warp(ledger.current(task).takeoverEnd);
        ledger.voidRound(task);
        assertTrue(ledger.current(task).vacant);
        bond(op, OPERATOR_BOND);
        vm.warp(ledger.current(task).takeoverEnd);
        ledger.voidRound(task);
        assertFalse(ledger.current(task).vacant);
        postNext(op, task);
    }

    /// A hundred voids between two claims: heights, not numbers, fill the ring.
    function test_voidRound_manyTimesKeepsTheBase() public {
        (, bytes32 first) = postNext(op, task);
        for (uint256 i = 0; i < 100; ++i) {
            vm.warp(ledger.current(task).takeoverEnd);
            ledger.voidRound(task);
        }
        assertEq(ledger.current(task).parent, first);
        (uint64 round,) = ledger.head(task);
        assertEq(round, 1);
        (round,) = postNext(rival, task);
        assertEq(round, 102);
        assertEq(ledger.round(task, 1).claimHash, first);
        assertEq(uint8(ledger.round(task, 50).status), uint8(IRoundLedger.RoundStatus.Void));
    }
}

/// forceCommit
/// ├── empty, twice, not the open round, window over, not in the snapshot → reverts
/// └── by owner or operator key → stored for the owner
contract RoundLedgerForceCommitTest is Fixture {
    Node private op;
    Node private a;
    uint256 private task;
    bytes32 private constant COMMITMENT = keccak256("commitment");

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        a = member("a", BOND);
        skip(1);
        task = createTask(op);
    }

    function test_forceCommit_byOwnerOrOperatorKey() public {
        vm.expectEmit(address(ledger));
        emit IRoundLedger.ForcedCommitment(task, 1, a.owner, COMMITMENT);
        vm.prank(a.key);
        ledger.forceCommit(task, 1, COMMITMENT);
        assertEq(ledger.forcedCommitment(task, 1, a.owner), COMMITMENT);
        postNext(op, task);
        vm.prank(a.owner);
        ledger.forceCommit(task, 2, COMMITMENT);
        assertEq(ledger.forcedCommitment(task, 2, a.owner), COMMITMENT);
    }

    function test_forceCommit_oncePerRound() public {
        vm.prank(a.key);
        ledger.forceCommit(task, 1, COMMITMENT);
        vm.prank(a.owner);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyCommitted.selector, COMMITMENT));
        ledger.forceCommit(task, 1, keccak256("other"));
    }

    function test_forceCommit_refusals() public {
        vm.startPrank(a.owner);
        vm.expectRevert(IRoundLedger.ZeroCommitment.selector);
        ledger.forceCommit(task, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, 2, 1));
        ledger.forceCommit(task, 2, COMMITMENT);
        uint256 end = ledger.current(task).commitEnd;
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooLate.selector, end, end));
        ledger.forceCommit(task, 1, COMMITMENT);
        vm.warp(end - 1);
        ledger.forceCommit(task, 1, COMMITMENT);
    }

    function test_forceCommit_onlyMembersOfTheSnapshot() public {
        Node memory late = member("late", BOND);
        address[3] memory strangers = [late.owner, op.owner, watcher];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(strangers[i]);
            vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotMember.selector, strangers[i]));
            ledger.forceCommit(task, 1, COMMITMENT);
        }
    }

    function test_forceCommit_notOnceTheSetWasSealed() public {
        Claim memory claim = nextClaim(task, 1);
        skip(10);
        postAs(op, task, claim);
        vm.prank(judge);
        ledger.reject(task, 1, watcher);
        vm.prank(a.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooLate.selector, block.timestamp, block.timestamp));
        ledger.forceCommit(task, 1, COMMITMENT);
    }
}
