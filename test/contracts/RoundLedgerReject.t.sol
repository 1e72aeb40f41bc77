// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";

/// reject
/// ├── not the judge, no such claim, final → reverts
/// ├── slashes the claim's operator, bounty to the prover
/// ├── drops the claim and everything on it; numbers opened since are void
/// ├── same round, same snapshot → posted again by anyone but the guilty, in fresh windows
/// └── the second time → void, a fresh number opens
contract RoundLedgerRejectTest is Fixture {
    Node private op;
    Node private rival;
    Node private third;
    Node private a;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
        third = operator("third");
        a = member("a", BOND);
        bond(op, 3 * OPERATOR_BOND);
        skip(1);
        task = createTask(op);
    }

    function reject(uint64 round) private {
        vm.prank(judge);
        ledger.reject(task, round, watcher);
    }

    function test_reject_onlyTheJudge() public {
        postNext(op, task);
        vm.prank(governance);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotJudge.selector, governance, judge));
        ledger.reject(task, 1, watcher);
        vm.startPrank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoClaim.selector, 2));
        ledger.reject(task, 2, watcher);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyFinal.selector, 0));
        ledger.reject(task, 0, watcher);
    }

    function test_reject_neverAFinalClaim() public {
        (, bytes32 first) = postNext(op, task);
        vm.warp(ledger.round(task, 1).challengeEnd);
        vm.startPrank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyFinal.selector, 1));
        ledger.reject(task, 1, watcher);
        vm.stopPrank();
        assertEq(ledger.round(task, 1).claimHash, first);

        vm.warp(ledger.current(task).takeoverEnd);
        ledger.voidRound(task);
        (uint64 round, bytes32 hash) = postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(a), task, round, hash);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyFinal.selector, round));
        ledger.reject(task, round, watcher);
    }

    function test_tryReject_onlyTheClaimItNames() public {
        (, bytes32 hash) = postNext(op, task);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotJudge.selector, address(this), judge));
        ledger.tryReject(task, 1, hash, watcher);

        uint256 bonded = slashable(op.owner);
        vm.startPrank(judge);
        assertEq(ledger.tryReject(task, 1, "another", watcher), hash);
        assertEq(ledger.tryReject(task, 2, hash, watcher), 0);
        assertEq(slashable(op.owner), bonded);
        assertEq(ledger.rejectable(task, 1), hash);

        assertEq(ledger.tryReject(task, 1, hash, watcher), hash);
        assertEq(bonded - slashable(op.owner), FALSE_CLAIM);
        assertEq(wealth(watcher), FALSE_CLAIM / 5);
        assertEq(ledger.current(task).round, 1);
        assertEq(ledger.rejectable(task, 1), 0);
        assertEq(ledger.tryReject(task, 1, hash, watcher), 0);
    }

    function test_tryReject_neverAFinalClaim() public {
        (, bytes32 hash) = postNext(op, task);
        assertEq(ledger.rejectable(task, 1), hash);
        vm.warp(ledger.round(task, 1).challengeEnd);
        assertEq(ledger.rejectable(task, 1), 0);
        vm.prank(judge);
        assertEq(ledger.tryReject(task, 1, hash, watcher), 0);
        assertEq(ledger.round(task, 1).claimHash, hash);
    }

    function test_reject_untilTheLastSecondOfTheWindow() public {
        postNext(op, task);
        vm.warp(ledger.round(task, 1).challengeEnd - 1);
        reject(1);
    }

    function test_reject_slashesWithBounty() public {
        (, bytes32 hash) = postNext(op, task);
        uint256 supply = token.totalSupply();
        uint256 before = slashable(op.owner);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Rejected(task, 1, hash, op.owner, FALSE_CLAIM, watcher, FALSE_CLAIM / 5);
        reject(1);
        assertEq(slashable(op.owner), before - FALSE_CLAIM);
        assertEq(wealth(watcher), FALSE_CLAIM / 5);
        assertEq(supply - token.totalSupply(), FALSE_CLAIM * 4 / 5);
    }

    function test_reject_reopensTheSameRoundForOthers() public {
        (, bytes32 first) = postNext(op, task);
        IRoundLedger.OpenRound memory second = ledger.current(task);
        postNext(op, task);
        postNext(op, task);
        skip(33);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundReopened(task, 2, uint40(block.timestamp));
        reject(2);

        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.round, 2);
        assertEq(open.parent, first);
        assertEq(open.openedAt, second.openedAt);
        assertEq(open.snapshot, second.snapshot);
        assertEq(open.attempt, 1);
        assertTrue(open.vacant);
        assertEq(open.postEnd, block.timestamp + 60);
        assertEq(open.takeoverEnd, block.timestamp + 120);
        (uint64 head,) = ledger.head(task);
        assertEq(head, 1);
        assertEq(uint8(ledger.round(task, 2).status), uint8(IRoundLedger.RoundStatus.Open));
        assertEq(uint8(ledger.round(task, 3).status), uint8(IRoundLedger.RoundStatus.Void));
        assertEq(uint8(ledger.round(task, 4).status), uint8(IRoundLedger.RoundStatus.Void));
        assertEq(uint8(ledger.round(task, 5).status), uint8(IRoundLedger.RoundStatus.None));
        assertFalse(ledger.isFinal(task, 2));
        assertTrue(ledger.isFinal(task, 3), "void for good");

        Claim memory claim = nextClaim(task, 1);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.SeatLost.selector, op.owner));
        ledger.post(task, 2, claim);
        uint256 before = slashable(op.owner);
        postAs(rival, task, claim);
        assertEq(slashable(op.owner), before, "punished once");
        open = ledger.current(task);
        assertEq(open.round, 5, "numbers are never used again");
        assertEq(open.operator, rival.owner);
        assertFalse(open.vacant);
        assertEq(ledger.round(task, 2).attempt, 1);
        assertEq(ledger.round(task, 2).operator, rival.owner);
        assertEq(ledger.round(task, 2).openedAt, second.openedAt);
        assertEq(uint8(ledger.round(task, 4).status), uint8(IRoundLedger.RoundStatus.Void));
        (uint64 round,) = postNext(rival, task);
        assertEq(round, 5);
    }

    function test_reject_signaturesOfTheRoundKeepTheirSnapshot() public {
        postNext(op, task);
        postNext(op, task);
        skip(50);
        leave(a);
        reject(2);
        (uint64 round, bytes32 hash) = postNext(rival, task);
        assertEq(round, 2);
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(a), task, round, hash);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        assertTrue(ledger.isFinal(task, 2));
    }

    function test_reject_nobodyPostsAgain() public {
        (, bytes32 first) = postNext(op, task);
        postNext(op, task);
        reject(2);
        vm.warp(ledger.current(task).takeoverEnd);
        uint256 before = slashable(op.owner);
        ledger.voidRound(task);
        assertEq(slashable(op.owner), before, "it was not allowed to post");
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.round, 4);
        assertEq(open.parent, first);
        assertEq(open.attempt, 0);
        assertEq(open.operator, op.owner);
        assertFalse(open.vacant);
        assertEq(uint8(ledger.round(task, 2).status), uint8(IRoundLedger.RoundStatus.Void));
        postNext(op, task);
    }

    function test_reject_theSecondTimeTheRoundIsVoid() public {
        (, bytes32 first) = postNext(op, task);
        postNext(op, task);
        reject(2);
        postNext(rival, task);
        uint256 before = slashable(rival.owner);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundVoided(task, 2);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundOpened(task, 5, uint40(block.timestamp));
        reject(2);
        assertEq(slashable(rival.owner), before - FALSE_CLAIM);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.round, 5);
        assertEq(open.parent, first);
        assertEq(open.openedAt, block.timestamp);
        assertTrue(open.vacant);
        assertEq(uint8(ledger.round(task, 2).status), uint8(IRoundLedger.RoundStatus.Void));
        Claim memory claim = nextClaim(task, 0);
        skip(100);
        bond(rival, OPERATOR_BOND);
        vm.prank(rival.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.SeatLost.selector, rival.owner));
        ledger.post(task, 5, claim);
        postAs(third, task, claim);
    }

    /// First the later round falls, then the earlier one, while the later one is still open again.
    function test_reject_anEarlierRoundWhileALaterOneIsReopened() public {
        for (uint256 i = 0; i < 4; ++i) {
            postNext(op, task);
        }
        reject(4);
        assertEq(ledger.current(task).round, 4);
        reject(2);
        assertEq(ledger.current(task).round, 2);
        (uint64 round, bytes32 hash) = postNext(rival, task);
        assertEq(round, 2);
        assertEq(ledger.current(task).round, 6);
        assertEq(ledger.current(task).parent, hash);
        for (uint64 i = 3; i < 6; ++i) {
            assertEq(uint8(ledger.round(task, i).status), uint8(IRoundLedger.RoundStatus.Void));
        }
        (round,) = postNext(rival, task);
        assertEq(round, 6);
        assertEq(uint8(ledger.round(task, 6).status), uint8(IRoundLedger.RoundStatus.Posted));
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Posted));
    }

    /// The longest a member can be exposed: every posting and every rejection at the last second.
    function test_exposureIsWhatCreateTaskAssumed() public {
        uint256 openedAt = ledger.current(task).openedAt;
        leave(a);
        vm.prank(governance);
        vault.setUnbondingDelay(MIN_DELAY);
        vm.warp(ledger.current(task).takeoverEnd - 1);
        postAs(rival, task, nextClaim(task, 1));
        vm.warp(ledger.round(task, 1).challengeEnd - 1);
        reject(1);
        vm.warp(ledger.current(task).takeoverEnd - 1);
        postAs(third, task, nextClaim(task, 1));
        uint256 end = ledger.round(task, 1).challengeEnd;
        assertLe(end - openedAt, ledger.maxExposure());
        assertGe(end - openedAt + 4, ledger.maxExposure());
        assertLe(end, vault.allocation(task, a.owner).freeAt);
    }
}
