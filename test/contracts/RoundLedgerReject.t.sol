// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";

/// reject
/// ├── not the judge, no such claim, final → reverts
/// ├── slashes the claim's operator, bounty to the prover; it waits longest for a seat
/// ├── drops the claim and everything on it; numbers opened since are void
/// └── the seat is empty: whoever takes it opens a fresh number on the claim before
contract RoundLedgerRejectTest is Fixture {
    Node private op;
    Node private rival;
    Node private a;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
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
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyFinal.selector, 1));
        ledger.reject(task, 1, watcher);
        assertEq(ledger.round(task, 1).claimHash, first);

        ledger.fail(task, 2);
        (uint64 round, bytes32 hash) = postNext(rival, task);
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

    function test_reject_burnsEveryNumberSinceAndEmptiesTheSeat() public {
        (, bytes32 first) = postNext(op, task);
        postNext(op, task);
        postNext(op, task);
        skip(33);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.SeatEmptied(task, 5, uint40(block.timestamp));
        reject(2);

        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(uint8(open.state), uint8(IRoundLedger.SeatState.Empty));
        assertEq(open.round, 5);
        assertEq(open.parent, first);
        for (uint64 round = 2; round < 5; ++round) {
            assertEq(uint8(ledger.round(task, round).status), uint8(IRoundLedger.RoundStatus.Void));
            assertTrue(ledger.isFinal(task, round));
        }
        (uint256 fails, uint256 from) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 8);
        assertEq(from, block.timestamp + 255 * 60);
        (uint64 number, bytes32 hash) = postNext(rival, task);
        assertEq(number, 5);
        assertEq(ledger.round(task, 5).claimHash, hash);
        assertEq(ledger.round(task, 1).claimHash, first);
    }

    /// The holder of the open round loses it with the claim that it was built on, and nothing else.
    function test_reject_costsOnlyTheClaimsOperator() public {
        postNext(op, task);
        failRound(task);
        takeSeat(rival, task);
        sealAs2(rival);
        uint256 before = slashable(rival.owner);
        reject(1);
        assertEq(slashable(rival.owner), before);
        (uint256 fails, uint256 from) = ledger.seatFrom(task, rival.owner);
        assertEq(fails, 0);
        assertEq(from, block.timestamp);
    }

    function sealAs2(Node memory by) private {
        vm.warp(ledger.current(task).commitEnd);
        sealAs(by, task, 0);
    }

    /// A claim's total is at most the total before it plus one reward, however many numbers were burned.
    function test_ledgerTotal_isCappedByTheParents() public {
        Claim memory claim = nextClaim(task, 1);
        claim.ledgerTotal = REWARD;
        postAs(op, task, claim);
        for (uint256 i = 0; i < 10; ++i) {
            failRound(task);
            skip(255 * 60);
            takeSeat(op, task);
        }
        vm.warp(ledger.current(task).commitEnd);
        sealAs(op, task, 0);
        claim = nextClaim(task, 0);
        claim.ledgerTotal = 2 * REWARD + 1;
        IRoundLedger.OpenRound memory open = ledger.current(task);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.RewardTooHigh.selector, 2 * REWARD + 1, 2 * REWARD));
        ledger.post(task, open.round, open.openedAt, DIGEST, claim);
        claim.ledgerTotal = 2 * REWARD;
        postAs(op, task, claim);
    }

    /// The longest a member can be exposed: seal and posting at the last second.
    function test_exposureIsWhatCreateTaskAssumed() public {
        uint256 openedAt = ledger.current(task).openedAt;
        vm.prank(governance);
        vault.setUnbondingDelay(MIN_DELAY);
        leave(a);
        vm.warp(ledger.current(task).sealEnd - 1);
        sealAs(op, task, 1);
        vm.warp(ledger.current(task).postEnd - 1);
        postAs(op, task, nextClaim(task, 1));
        uint256 end = ledger.round(task, 1).challengeEnd;
        assertLe(end - openedAt, ledger.maxExposure());
        assertGe(end - openedAt + 4, ledger.maxExposure());
        assertLe(end, vault.allocation(task, a.owner).freeAt);
    }
}
