// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice Round numbers that were burned leave no slack: a claim takes at most one reward beyond its parent, and the
/// distributor pays no more than the totals of final claims, each account once.
contract M4_RewardSlackTest is Fixture {
    Node private op;
    Node private sybil;
    Node private other;
    uint256 private task;
    Claim private claim;
    bytes32[] private leaves;

    function setUp() public override {
        super.setUp();
        op = operator("op");
        sybil = member("sybil", BOND);
        other = member("other", BOND);
        skip(1);
        task = createTask(op);
        fund(task, 100 * REWARD);
    }

    /// A claim on top of the head whose tree gives `a` to the sybil and `b` to the other, with this total.
    function make(uint128 a, uint128 b, uint128 total) private {
        uint128[] memory rewards = new uint128[](2);
        (rewards[0], rewards[1]) = (a, b);
        leaves = ledgerTree(toArray(sybil, other), rewards);
        claim = nextClaim(task, 0);
        (claim.ledgerRoot, claim.ledgerTotal) = (SparseTree.root(leaves, 10), total);
    }

    function burnNumbers(uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            takeSeat(op, task);
            giveUp(op, task);
            // Waits of the seat after failures.
            skip(30 days);
        }
    }

    function refusedAbove(uint128 most) private {
        takeSeat(op, task);
        vm.warp(ledger.current(task).commitEnd);
        make(most + 1, 0, most + 1);
        sealAs(op, task, DIGEST, 0);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.RewardTooHigh.selector, most + 1, most));
        ledger.post(task, open.round, open.openedAt, DIGEST, claim);
        make(most, 0, most);
        vm.prank(op.key);
        ledger.post(task, open.round, open.openedAt, DIGEST, claim);
    }

    function test_M4_tenBurnedNumbersPayOneReward() public {
        giveUp(op, task);
        skip(30 days);
        burnNumbers(9);
        refusedAbove(REWARD);
    }

    /// Leaves that add up to more than the total pay the total, in any order.
    function test_M4_leavesBeyondTheTotalPayTheTotal() public {
        giveUp(op, task);
        skip(30 days);
        takeSeat(op, task);
        vm.warp(ledger.current(task).commitEnd);
        make(REWARD, REWARD, REWARD);
        uint64 round = postAs(op, task, claim);
        vm.warp(ledger.round(task, round).challengeEnd);
        distributor.claim(task, round, claim, leafOf(sybil.owner, REWARD), 0, proof10(leaves, 0));
        bytes32[10] memory proof = proof10(leaves, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.ExceedsLedgerTotal.selector, 2 * REWARD, uint256(REWARD))
        );
        distributor.claim(task, round, claim, leafOf(other.owner, REWARD), 1, proof);
        proof = proof10(leaves, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NothingToClaim.selector, uint256(REWARD), uint256(REWARD))
        );
        distributor.claim(task, round, claim, leafOf(sybil.owner, REWARD), 0, proof);
        assertEq(token.balanceOf(sybil.owner) + token.balanceOf(other.owner), REWARD);
    }
}
