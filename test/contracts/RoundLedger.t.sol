// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {MerkleTree} from "../../contracts/lib/MerkleTree.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Ledger} from "./support/Deployed.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";

/// createTask
/// ├── a window, the quorum or the bounty out of bounds, or no judge → reverts
/// ├── exposes members for longer than unbonding takes → reverts
/// └── the seat is empty on top of the genesis claim
contract RoundLedgerTaskTest is Fixture {
    using ClaimLib for Claim;

    Node private op;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
    }

    function test_createTask_byAnyone() public {
        TaskConfig memory config = taskConfig(op);
        vm.prank(watcher);
        uint256 task = ledger.createTask(config.terms, config.spec);
        assertEq(ledger.task(task).founder, watcher);
        assertEq(ledger.task(task).predecessor, 0);
    }

    function test_createTask_leavesTheSeatEmptyOnGenesis() public {
        TaskConfig memory config = taskConfig(op);
        config.spec.rule.referenceKind = 2;
        bytes32 specHash = ClaimLib.hash(config.spec);
        Claim memory genesis;
        genesis.parent = specHash;
        genesis.modelRoot = config.spec.genesisModelRoot;
        genesis.referenceRoot = _zeroReference();
        genesis.ledgerRoot = MerkleTree.EMPTY_10;
        bytes32 hash = genesis.hash(1, 0);

        vm.expectEmit(address(ledger));
        emit IRoundLedger.TaskCreated(
            1, specHash, address(this), hash, genesis.referenceRoot, config.terms, config.spec
        );
        assertEq(ledger.createTask(config.terms, config.spec), 1);
        IRoundLedger.OpenRound memory open = ledger.current(1);
        assertEq(uint8(open.state), uint8(IRoundLedger.SeatState.Empty));
        assertEq(open.round, 1);
        assertEq(open.operator, address(0));
        assertEq(open.parent, hash);
        assertEq(open.emptySince, START);
        assertEq(open.openedAt, 0);
        (uint64 round, bytes32 head) = ledger.head(1);
        assertEq(round, 0);
        assertEq(head, hash);
        assertTrue(ledger.isFinal(1, 0));
        assertFalse(ledger.isFinal(1, 1));
        assertEq(abi.encode(ledger.task(1).windows), abi.encode(config.terms.windows));
        assertEq(ledger.task(1).judge, judge);
        assertEq(ledger.task(1).currentRound, 0);
        assertEq(ledger.taskCount(), 1);
        assertEq(ledger.maxExposure(), 200 + 2 * 60 + 1000);
    }

    /// Root of 32 chunks of zeros.
    function _zeroReference() private pure returns (bytes32 root) {
        root = keccak256(new bytes(256));
        for (uint256 level = 0; level < 5; ++level) {
            root = keccak256(abi.encode(root, root));
        }
    }

    function testFuzz_createTask_boundsEveryParameter(uint32[5] memory windows, uint16 quorumBps, uint16 bountyBps)
        public
    {
        TaskConfig memory config = taskConfig(op);
        (quorumBps, bountyBps) = (uint16(bound(quorumBps, 4990, 10_010)), uint16(bound(bountyBps, 0, 2010)));
        (config.terms.quorumBps, config.terms.bountyBps) = (quorumBps, bountyBps);
        bool inside = quorumBps > 5000 && quorumBps <= 10_000 && bountyBps <= 2000;
        for (uint256 i = 0; i < 5; ++i) {
            windows[i] %= i % 2 == 0 ? 1 days / 4 : 15 days;
            inside = inside && windows[i] >= 1 && windows[i] <= 14 days;
        }
        config.terms.windows = abi.decode(abi.encode(windows), (IRoundLedger.Windows));
        uint256 exposure = uint256(windows[0]) + windows[1] + windows[2] + 2 * uint256(windows[3]) + windows[4];
        if (!inside) vm.expectPartialRevert(IRoundLedger.OutOfBounds.selector);
        else if (exposure > MIN_DELAY) vm.expectPartialRevert(IRoundLedger.ExposureTooLong.selector);
        ledger.createTask(config.terms, config.spec);
    }

    function test_createTask_refusesLongerExposureThanUnbonding() public {
        TaskConfig memory config = taskConfig(op);
        config.terms.windows.challenge = MIN_DELAY - (200 + 2 * 60);
        ledger.createTask(config.terms, config.spec);
        assertEq(ledger.maxExposure(), MIN_DELAY);
        config.terms.windows.challenge += 1;
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.ExposureTooLong.selector, uint256(MIN_DELAY) + 1, MIN_DELAY)
        );
        ledger.createTask(config.terms, config.spec);
    }

    function test_createTask_needsAJudge() public {
        TaskConfig memory config = taskConfig(op);
        config.terms.judge = address(0);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.JudgeUnknown.selector, address(0)));
        ledger.createTask(config.terms, config.spec);
    }

    function test_unknownTask() public {
        bytes memory unknown = abi.encodeWithSelector(IRoundLedger.UnknownTask.selector, 9, 0);
        vm.expectRevert(unknown);
        ledger.current(9);
        vm.expectRevert(unknown);
        ledger.takeSeat(9);
        vm.expectRevert(unknown);
        ledger.seal(9, 1, 0, 0, 0, 0);
        vm.expectRevert(unknown);
        ledger.task(9);
        vm.expectRevert(unknown);
        ledger.head(9);
        vm.expectRevert(unknown);
        ledger.isFinal(9, 0);
        vm.expectRevert(unknown);
        ledger.fail(9, 1);
        Claim memory claim;
        vm.expectRevert(unknown);
        ledger.post(9, 1, 0, 0, claim);
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
        Ledger next = Ledger(vm.deployCode("RoundLedger.sol", abi.encode(_taskRules())));
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

/// seal
/// ├── not the open round, another opening, not the holder, sealed already, more than 128 rows → reverts
/// ├── before commitEnd → only with a row of every member of the snapshot, whatever was forced
/// ├── [commitEnd, sealEnd) → only over the chain's own set of forced commitments, or with a row of every member
/// └── [sealEnd, …) → nobody
/// post
/// ├── not the open round, another opening or digest, not sealed, not the holder, not bonded → reverts
/// ├── rows, parent or ledger total wrong → reverts
/// ├── until postEnd → the claim stands and the next number opens for the same seat
/// └── … unless it could not be posted: the seat becomes empty
contract RoundLedgerPostTest is Fixture {
    using ClaimLib for Claim;

    Node private op;
    Node private rival;
    Node private a;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
        a = member("a", BOND);
        member("b", BOND);
        skip(1);
        task = createTask(op);
    }

    function test_sealAndPost_recordTheClaimAndOpenTheNextRound() public {
        uint256 openedAt = block.timestamp;
        skip(100);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundSealed(task, 1, "digest", 1, uint40(block.timestamp));
        sealAs(op, task, "digest", 1);
        skip(7);
        Claim memory claim = nextClaim(task, 1);
        bytes32 hash = claim.hash(task, 1);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Posted(task, 1, hash, op.owner, claim);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundOpened(task, 2, op.owner, op.key, uint40(block.timestamp));
        postAs(op, task, claim, "digest");

        IRoundLedger.RoundView memory posted = ledger.round(task, 1);
        assertEq(uint8(posted.status), uint8(IRoundLedger.RoundStatus.Posted));
        assertEq(posted.claimHash, hash);
        assertEq(posted.operator, op.owner);
        assertEq(posted.operatorKey, op.key);
        assertEq(posted.openedAt, openedAt);
        assertEq(posted.sealedAt, openedAt + 100);
        assertEq(posted.postedAt, openedAt + 107);
        assertEq(posted.challengeEnd, block.timestamp + 1000);
        assertEq(posted.digest, "digest");
        assertEq(posted.count, 1);
        (uint64 round, bytes32 head) = ledger.head(task);
        assertEq(round, 1);
        assertEq(head, hash);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.round, 2);
        assertEq(uint8(open.state), uint8(IRoundLedger.SeatState.Commit));
        assertEq(open.parent, hash);
        assertEq(open.openedAt, block.timestamp);
        assertEq(open.digest, 0);
        assertEq(uint8(ledger.round(task, 2).status), uint8(IRoundLedger.RoundStatus.Open));
        assertEq(uint8(ledger.round(task, 3).status), uint8(IRoundLedger.RoundStatus.None));
    }

    function test_sealAndPost_nameTheOpeningTheySaw() public {
        skip(100);
        uint40 openedAt = ledger.current(task).openedAt;
        vm.startPrank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, 2, 1));
        ledger.seal(task, 2, openedAt, DIGEST, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OtherOpening.selector, openedAt - 1, openedAt));
        ledger.seal(task, 1, openedAt - 1, DIGEST, 0, 0);
        Claim memory claim = nextClaim(task, 0);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotSealed.selector, 1));
        ledger.post(task, 1, openedAt, DIGEST, claim);
        ledger.seal(task, 1, openedAt, DIGEST, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadySealed.selector, 1));
        ledger.seal(task, 1, openedAt, DIGEST, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OtherSeal.selector, bytes32("other"), DIGEST));
        ledger.post(task, 1, openedAt, "other", claim);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OtherOpening.selector, openedAt + 1, openedAt));
        ledger.post(task, 1, openedAt + 1, DIGEST, claim);
        claim.members = 1;
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.WrongCount.selector, 1, 0));
        ledger.post(task, 1, openedAt, DIGEST, claim);
        claim.members = 0;
        bytes32 parent = claim.parent;
        claim.parent = keccak256("other");
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.WrongParent.selector, claim.parent, parent));
        ledger.post(task, 1, openedAt, DIGEST, claim);
    }

    function test_sealAndPost_onlyByTheHolder() public {
        skip(100);
        uint40 openedAt = ledger.current(task).openedAt;
        vm.prank(rival.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotHolder.selector, rival.key, op.owner));
        ledger.seal(task, 1, openedAt, DIGEST, 0, 0);
        sealAs(op, task, 0);
        Claim memory claim = nextClaim(task, 0);
        vm.prank(rival.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotHolder.selector, rival.key, op.owner));
        ledger.post(task, 1, openedAt, DIGEST, claim);
        vm.prank(a.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotOperator.selector, a.key));
        ledger.post(task, 1, openedAt, DIGEST, claim);

        // A new key of the holder posts; the claim keeps the key that had the seat, the next round has the new one.
        Node memory rotated = node("rotated");
        rotated.owner = op.owner;
        register(rotated, IStakeVault.Role.Operator);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotOperator.selector, op.key));
        ledger.post(task, 1, openedAt, DIGEST, claim);
        slash(op.owner, 1, address(0), 0);
        vm.prank(rotated.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OperatorNotBonded.selector, op.owner));
        ledger.post(task, 1, openedAt, DIGEST, claim);
        bond(op, 1);
        vm.prank(rotated.key);
        ledger.post(task, 1, openedAt, DIGEST, claim);
        assertEq(ledger.round(task, 1).operatorKey, op.key);
        assertEq(ledger.current(task).operatorKey, rotated.key);
    }

    function test_seal_earlyOnlyWithARowOfEveryMember() public {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        vm.startPrank(op.key);
        for (uint32 members = 0; members < 4; ++members) {
            if (members == 2) continue;
            vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, block.timestamp, open.commitEnd));
            ledger.seal(task, 1, open.openedAt, DIGEST, members, 0);
        }
        vm.stopPrank();
        // Whatever was forced: it has a row of everybody.
        forceCommit(a.owner, task, 1, a.owner, "commitment");
        vm.prank(op.key);
        ledger.seal(task, 1, open.openedAt, DIGEST, 2, 0);
    }

    function test_seal_countsTheMembersOfTheSnapshot() public {
        // They join in the second the round opened and later: too late for round 1, in time for round 2.
        member("c", BOND);
        skip(10);
        member("d", BOND);
        skip(1);
        postAs(op, task, nextClaim(task, 2));
        uint40 openedAt = ledger.current(task).openedAt;
        vm.prank(op.key);
        vm.expectPartialRevert(IRoundLedger.TooEarly.selector);
        ledger.seal(task, 2, openedAt, DIGEST, 2, 0);
        postAs(op, task, nextClaim(task, 4));
    }

    function test_seal_atMost128Rows() public {
        skip(100);
        uint40 openedAt = ledger.current(task).openedAt;
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooManyMembers.selector, 129, 128));
        ledger.seal(task, 1, openedAt, DIGEST, 129, 0);
        postAs(op, task, nextClaim(task, 128));
        assertEq(ledger.round(task, 1).count, 128);
    }

    function test_sealAndPost_windowsAreHalfOpen() public {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.sealEnd, open.openedAt + 160);
        uint256 state = vm.snapshotState();
        vm.warp(open.sealEnd);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooLate.selector, open.sealEnd, open.sealEnd));
        ledger.seal(task, 1, open.openedAt, DIGEST, 0, 0);
        vm.revertToState(state);
        vm.warp(open.sealEnd - 1);
        sealAs(op, task, 0);
        open = ledger.current(task);
        assertEq(open.revealEnd, open.sealedAt + 50);
        assertEq(open.attestEnd, open.sealedAt + 100);
        assertEq(open.postEnd, open.sealedAt + 160);
        vm.warp(open.postEnd);
        Claim memory claim = nextClaim(task, 0);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooLate.selector, open.postEnd, open.postEnd));
        ledger.post(task, 1, open.openedAt, DIGEST, claim);
        vm.warp(open.postEnd - 1);
        postAs(op, task, claim);
    }

    function test_post_withoutRewardForTheNextTheSeatIsEmpty() public {
        TaskConfig memory config = taskConfig(op);
        uint256 poor = makeTask(config);
        skip(1);
        bytes memory refusal = abi.encodeWithSelector(IRoundLedger.Underfunded.selector, REWARD, 0);
        vm.prank(op.key);
        vm.expectRevert(refusal);
        ledger.takeSeat(poor);
        fund(poor, REWARD + REWARD / 2);
        takeSeat(op, poor);
        skip(100);
        Claim memory claim = nextClaim(poor, 0);
        claim.ledgerTotal = REWARD;
        sealAs(op, poor, 0);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.SeatEmptied(poor, 2, uint40(block.timestamp));
        postAs(op, poor, claim);
        assertEq(ledger.current(poor).round, 2);
        assertEq(ledger.task(poor).currentRound, 0);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.Underfunded.selector, 2 * REWARD, REWARD + REWARD / 2));
        ledger.takeSeat(poor);
        fund(poor, REWARD / 2);
        takeSeat(op, poor);
        assertEq(ledger.current(poor).round, 2);
    }

    function testFuzz_seal_onlyWhenAndByWhomTheWindowAllows(uint256 elapsed, bool byRival, uint8 rows, bool forced) public {
        elapsed = bound(elapsed, 0, 200);
        uint40 openedAt = ledger.current(task).openedAt;
        if (forced) forceCommit(a.key, task, 1, a.owner, "commitment");
        skip(elapsed);
        bool complete = rows == 2;
        bool allowed = !byRival && rows <= 128 && elapsed < 160 && (elapsed < 100 ? complete : !forced);
        vm.prank(byRival ? rival.key : op.key);
        try ledger.seal(task, 1, openedAt, DIGEST, rows, 0) {
            assertTrue(allowed);
        } catch {
            assertFalse(allowed);
        }
    }
}

/// forceCommit
/// ├── lengths differ, empty, not the open round, window over, sealed, not in the snapshot → reverts
/// ├── without signature → only the member's owner or its key of the snapshot
/// ├── with signature → by anybody, in a batch
/// └── a member that has one already is skipped
contract RoundLedgerForceCommitTest is Fixture {
    Node private op;
    Node private a;
    Node private b;
    uint256 private task;
    bytes32 private constant COMMITMENT = keccak256("commitment");

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        a = member("a", BOND);
        b = member("b", BOND);
        skip(1);
        task = createTask(op);
    }

    function _batch() private view returns (address[] memory members, bytes32[] memory values, bytes[] memory signatures) {
        (members, values, signatures) = (new address[](2), new bytes32[](2), new bytes[](2));
        (members[0], members[1]) = (a.owner, b.owner);
        (values[0], values[1]) = (COMMITMENT, keccak256("another"));
        signatures[0] = signDigest(a.secret, ledgerDigest(Statements.commitment(task, 1, a.owner, values[0])));
        signatures[1] = signDigest(b.secret, ledgerDigest(Statements.commitment(task, 1, b.owner, values[1])));
    }

    function test_forceCommit_byOwnerOrKeyOfTheSnapshot() public {
        vm.expectEmit(address(ledger));
        emit IRoundLedger.ForcedCommitment(task, 1, a.owner, COMMITMENT);
        forceCommit(a.key, task, 1, a.owner, COMMITMENT);
        assertEq(ledger.forcedCommitment(task, 1, a.owner), COMMITMENT);
        assertEq(ledger.current(task).forcedHash, keccak256(abi.encode(bytes32(0), a.owner, COMMITMENT)));
        Node memory rotated = node("rotated");
        rotated.owner = b.owner;
        register(rotated, IStakeVault.Role.Member);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.WrongSigner.selector, rotated.key, b.key));
        vm.prank(rotated.key);
        ledger.forceCommit(task, 1, _one(b.owner), _one(COMMITMENT), new bytes[](1));
        forceCommit(b.key, task, 1, b.owner, COMMITMENT);
        postNext(op, task);
        assertEq(ledger.current(task).forcedHash, 0);
        forceCommit(a.owner, task, 2, a.owner, COMMITMENT);
        assertEq(ledger.forcedCommitment(task, 2, a.owner), COMMITMENT);
    }

    function test_forceCommit_batchOfSignedCommitmentsByAnybody() public {
        (address[] memory members, bytes32[] memory values, bytes[] memory signatures) = _batch();
        // One that was forced before does not break the batch, and keeps its value.
        forceCommit(a.owner, task, 1, a.owner, keccak256("first"));
        vm.prank(watcher);
        ledger.forceCommit(task, 1, members, values, signatures);
        assertEq(ledger.forcedCommitment(task, 1, a.owner), keccak256("first"));
        assertEq(ledger.forcedCommitment(task, 1, b.owner), values[1]);
        bytes32 hash = keccak256(abi.encode(bytes32(0), a.owner, keccak256("first")));
        assertEq(ledger.current(task).forcedHash, keccak256(abi.encode(hash, b.owner, values[1])));
    }

    function test_forceCommit_refusals() public {
        (address[] memory members, bytes32[] memory values, bytes[] memory signatures) = _batch();
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.LengthMismatch.selector, 2, 1));
        ledger.forceCommit(task, 1, members, _one(COMMITMENT), signatures);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.LengthMismatch.selector, 2, 1));
        ledger.forceCommit(task, 1, members, values, new bytes[](1));
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.WrongSigner.selector, address(this), a.key));
        ledger.forceCommit(task, 1, members, values, new bytes[](2));
        signatures[1] = signatures[0];
        vm.expectPartialRevert(IRoundLedger.WrongSigner.selector);
        ledger.forceCommit(task, 1, members, values, signatures);
        vm.expectRevert(IRoundLedger.ZeroCommitment.selector);
        ledger.forceCommit(task, 1, _one(a.owner), _one(bytes32(0)), new bytes[](1));
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, 2, 1));
        ledger.forceCommit(task, 2, _one(a.owner), _one(COMMITMENT), new bytes[](1));
        uint256 end = ledger.current(task).commitEnd;
        vm.warp(end);
        vm.prank(a.owner);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooLate.selector, end, end));
        ledger.forceCommit(task, 1, _one(a.owner), _one(COMMITMENT), new bytes[](1));
        vm.warp(end - 1);
        forceCommit(a.owner, task, 1, a.owner, COMMITMENT);
    }

    function test_forceCommit_onlyMembersOfTheSnapshot() public {
        Node memory late = member("late", BOND);
        address[3] memory strangers = [late.owner, op.owner, watcher];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(strangers[i]);
            vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotMember.selector, strangers[i]));
            ledger.forceCommit(task, 1, _one(strangers[i]), _one(COMMITMENT), new bytes[](1));
        }
    }

    function test_forceCommit_notOnceTheSetIsSealed() public {
        sealAs(op, task, 2);
        vm.prank(a.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadySealed.selector, 1));
        ledger.forceCommit(task, 1, _one(a.owner), _one(COMMITMENT), new bytes[](1));
    }
}
