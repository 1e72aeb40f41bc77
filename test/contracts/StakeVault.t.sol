// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Fixture} from "./support/Fixture.sol";

/// bond
/// ├── amount is zero → reverts
/// ├── the token delivers less → reverts
/// ├── member with keys
/// │   ├── reaches the minimum bond → counts from this second, gets the next slot
/// │   └── stays below → does not count, no slot
/// ├── operator → never counts among members
/// └── no slot is left → reverts
contract StakeVaultBondTest is Fixture {
    function test_bond_movesTheTokens() public {
        Node memory n = node("a");
        mint(n.owner, BOND);
        vm.startPrank(n.owner);
        token.approve(address(vault), BOND);
        vm.expectEmit(address(vault));
        emit IStakeVault.Bonded(n.owner, BOND, BOND);
        vault.bond(BOND);
        assertEq(held(address(vault)), BOND);
        assertEq(vault.account(n.owner).bonded, BOND);
        (uint128 bonded, uint128 unbonding) = vault.totals();
        assertEq(bonded, BOND);
        assertEq(unbonding, 0);
    }

    function test_bond_revertsOnZero() public {
        vm.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.bond(0);
    }

    function test_bond_countsFromTheMinimumOn() public {
        Node memory n = member("a", BOND - 1);
        assertEq(vault.account(n.owner).eligible, 0);
        assertEq(vault.account(n.owner).slot, vault.NO_SLOT());
        assertEq(vault.slotCount(), 0);
        skip(10);
        bond(n, 1);
        uint256 from = block.timestamp;
        assertEq(vault.account(n.owner).eligible, BOND);
        assertEq(vault.account(n.owner).slot, 0);
        assertEq(vault.slotOwner(0), n.owner);
        skip(1);
        assertEq(vault.stakeAt(n.owner, from - 1), 0);
        assertEq(vault.stakeAt(n.owner, from), BOND);
        assertEq(vault.totalStakeAt(from), BOND);
        assertEq(vault.memberCountAt(from - 1), 0);
        assertEq(vault.memberCountAt(from), 1);
    }

    function test_bond_ofAnOperatorCountsSeparately() public {
        Node memory op = operator("op");
        skip(1);
        assertTrue(vault.operatorEligible(op.owner));
        assertEq(vault.account(op.owner).eligible, 0);
        assertEq(vault.account(op.owner).slot, vault.NO_SLOT());
        assertEq(vault.totalStakeAt(block.timestamp - 1), 0);
        assertEq(vault.memberCountAt(block.timestamp - 1), 0);
    }

    function test_bond_operatorBelowItsMinimumIsNotEligible() public {
        Node memory op = node("op");
        bond(op, OPERATOR_BOND - 1);
        register(op, IStakeVault.Role.Operator);
        assertFalse(vault.operatorEligible(op.owner));
        (address owner, IStakeVault.Role role, bool eligible) = vault.actingFor(op.key);
        assertEq(owner, op.owner);
        assertEq(uint8(role), uint8(IStakeVault.Role.Operator));
        assertFalse(eligible);
        bond(op, 1);
        assertTrue(vault.operatorEligible(op.owner));
    }

    function test_bond_revertsWhenNoSlotIsLeft() public {
        for (uint256 i = 0; i < vault.MAX_SLOTS(); ++i) {
            member(vm.toString(i), BOND);
        }
        assertEq(vault.slotCount(), 1024);
        Node memory late = member("late", BOND - 1);
        mint(late.owner, 1);
        vm.startPrank(late.owner);
        token.approve(address(vault), 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.SlotsFull.selector, 1024, 1024));
        vault.bond(1);
    }

    function testFuzz_bond_adds(uint128 first, uint128 second) public {
        first = uint128(bound(first, 1, type(uint96).max));
        second = uint128(bound(second, 1, type(uint96).max));
        Node memory n = member("a", first);
        bond(n, second);
        uint256 sum = uint256(first) + second;
        assertEq(vault.account(n.owner).bonded, sum);
        assertEq(vault.account(n.owner).eligible, sum >= BOND ? sum : 0);
        assertEq(held(address(vault)), sum);
    }
}

/// requestUnbond
/// ├── amount is zero or above the bond → reverts
/// ├── stops counting at once, keeps counting for earlier seconds
/// ├── what stays is below the minimum → nothing counts
/// └── a further request → adds up, delay starts anew
/// withdraw
/// ├── nothing unbonding → reverts
/// ├── before unlockAt → reverts
/// └── from unlockAt on → pays all of it
contract StakeVaultUnbondTest is Fixture {
    function test_requestUnbond_revertsOnZeroOrMoreThanBonded() public {
        Node memory n = member("a", BOND);
        vm.startPrank(n.owner);
        vm.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.requestUnbond(0);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientBond.selector, BOND, BOND + 1));
        vault.requestUnbond(BOND + 1);
    }

    function test_requestUnbond_stopsCountingAtOnce() public {
        Node memory n = member("a", 3 * BOND);
        skip(10);
        vm.prank(n.owner);
        vault.requestUnbond(BOND);
        assertEq(vault.account(n.owner).eligible, 2 * BOND);
        assertEq(vault.account(n.owner).unlockAt, block.timestamp + 2 days);
        skip(1);
        assertEq(vault.stakeAt(n.owner, block.timestamp - 2), 3 * BOND);
        assertEq(vault.stakeAt(n.owner, block.timestamp - 1), 2 * BOND);
        assertEq(vault.totalStakeAt(block.timestamp - 1), 2 * BOND);
    }

    function test_requestUnbond_belowTheMinimumNothingCounts() public {
        Node memory n = member("a", BOND);
        vm.prank(n.owner);
        vault.requestUnbond(1);
        assertEq(vault.account(n.owner).eligible, 0);
        assertEq(vault.account(n.owner).slot, 0, "the slot is permanent");
        skip(1);
        assertEq(vault.memberCountAt(block.timestamp - 1), 0);
    }

    function test_requestUnbond_accumulatesAndRestartsTheDelay() public {
        Node memory n = member("a", 3 * BOND);
        vm.startPrank(n.owner);
        vault.requestUnbond(BOND);
        skip(2 days - 1);
        vault.requestUnbond(BOND);
        assertEq(vault.account(n.owner).unbonding, 2 * BOND);
        skip(1);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.StillLocked.selector, block.timestamp, block.timestamp + 2 days - 1)
        );
        vault.withdraw();
    }

    function test_withdraw_revertsWithoutUnbonding() public {
        Node memory n = member("a", BOND);
        vm.prank(n.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingUnbonding.selector, n.owner));
        vault.withdraw();
    }

    function test_withdraw_onlyFromUnlockAtOn() public {
        Node memory n = member("a", BOND);
        vm.startPrank(n.owner);
        vault.requestUnbond(BOND);
        uint256 unlockAt = vault.account(n.owner).unlockAt;
        vm.warp(unlockAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.StillLocked.selector, unlockAt - 1, unlockAt));
        vault.withdraw();
        vm.warp(unlockAt);
        assertEq(vault.withdraw(), BOND);
        assertEq(token.balanceOf(n.owner), BOND);
        assertEq(held(address(vault)), 0);
        assertEq(vault.account(n.owner).unlockAt, 0);
    }

    function test_withdraw_aShorterDelayAppliesToLaterRequestsOnly() public {
        Node memory n = member("a", 2 * BOND);
        vm.prank(n.owner);
        vault.requestUnbond(BOND);
        uint256 unlockAt = vault.account(n.owner).unlockAt;
        vm.prank(governance);
        vault.setUnbondingDelay(MIN_DELAY);
        assertEq(vault.account(n.owner).unlockAt, unlockAt);
    }
}

/// slash
/// ├── caller is no slasher, or the bounty is above half → reverts
/// ├── takes bonded first, then unbonding, never more than there is
/// ├── bounty rounds down, the rest burns; without recipient all burns
/// └── a member that falls below the minimum stops counting
contract StakeVaultSlashTest is Fixture {
    function setUp() public override {
        super.setUp();
        vm.prank(governance);
        vault.setSlasher(judge, true);
    }

    function test_slash_onlyBySlashers() public {
        Node memory n = member("a", BOND);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotSlasher.selector, address(this)));
        vault.slash(n.owner, 1, watcher, 0);
        vm.prank(governance);
        vault.setSlasher(judge, false);
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotSlasher.selector, judge));
        vault.slash(n.owner, 1, watcher, 0);
    }

    function test_slash_bountyIsAtMostHalf() public {
        Node memory n = member("a", BOND);
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BountyTooHigh.selector, 2001, 2000));
        vault.slash(n.owner, 1, watcher, 2001);
    }

    function test_slash_takesBondedFirstThenUnbonding() public {
        Node memory n = member("a", 3 * BOND);
        vm.prank(n.owner);
        vault.requestUnbond(BOND);
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(vault));
        emit IStakeVault.Slashed(n.owner, judge, 2 * BOND + 1, 2 * BOND / 5, 8 * BOND / 5 + 1, watcher);
        vm.prank(judge);
        (uint128 taken, uint128 bounty) = vault.slash(n.owner, 2 * BOND + 1, watcher, 2000);
        assertEq(taken, 2 * BOND + 1);
        assertEq(bounty, 2 * BOND / 5, "rounded down");
        assertEq(vault.account(n.owner).bonded, 0);
        assertEq(vault.account(n.owner).unbonding, BOND - 1);
        assertEq(wealth(watcher), 2 * BOND / 5);
        assertEq(supply - token.totalSupply(), 8 * BOND / 5 + 1);
    }

    function test_slash_unbondingUntilItLeaves() public {
        Node memory n = member("a", BOND);
        vm.prank(n.owner);
        vault.requestUnbond(BOND);
        vm.warp(vault.account(n.owner).unlockAt + 30 days);
        vm.prank(judge);
        (uint128 taken,) = vault.slash(n.owner, type(uint128).max, address(0), 2000);
        assertEq(taken, BOND);
        assertEq(vault.account(n.owner).unlockAt, 0);
        vm.prank(n.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingUnbonding.selector, n.owner));
        vault.withdraw();
    }

    function test_slash_withoutRecipientBurnsAll() public {
        Node memory n = member("a", BOND);
        vm.prank(judge);
        (, uint128 bounty) = vault.slash(n.owner, BOND, address(0), 2000);
        assertEq(bounty, 0);
        assertEq(token.totalSupply(), 0);
    }

    function test_slash_ofNothingDoesNothing() public {
        vm.recordLogs();
        vm.prank(judge);
        (uint128 taken, uint128 bounty) = vault.slash(watcher, BOND, watcher, 2000);
        assertEq(uint256(taken) + bounty, 0);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_slash_belowTheMinimumStopsCounting() public {
        Node memory n = member("a", BOND);
        vm.prank(judge);
        vault.slash(n.owner, 1, address(0), 0);
        assertEq(vault.account(n.owner).eligible, 0);
        skip(1);
        assertEq(vault.memberCountAt(block.timestamp - 1), 0);
    }

    /// A member whose bond starts to count through a slash (the minimum was lowered) while all slots are taken.
    function test_slash_neverFailsForWantOfASlot() public {
        for (uint256 i = 0; i < vault.MAX_SLOTS(); ++i) {
            member(vm.toString(i), BOND);
        }
        Node memory small = member("small", BOND / 2);
        vm.prank(governance);
        vault.setMinBond(BOND / 4);
        vm.prank(judge);
        (uint128 taken,) = vault.slash(small.owner, 1, address(0), 0);
        assertEq(taken, 1);
        assertEq(vault.account(small.owner).eligible, 0);
    }

    function testFuzz_slash_conserves(uint128 bonded, uint128 unbonding, uint128 amount, uint16 bps) public {
        bonded = uint128(bound(bonded, 1, type(uint96).max));
        unbonding = uint128(bound(unbonding, 0, bonded));
        bps = uint16(bound(bps, 0, 2000));
        Node memory n = member("a", bonded);
        if (unbonding != 0) {
            vm.prank(n.owner);
            vault.requestUnbond(unbonding);
        }
        uint256 supply = token.totalSupply();
        vm.prank(judge);
        (uint128 taken, uint128 bounty) = vault.slash(n.owner, amount, watcher, bps);
        assertEq(taken, amount < bonded ? amount : bonded);
        assertEq(bounty, uint256(taken) * bps / 10_000);
        assertEq(wealth(watcher), bounty);
        assertEq(supply - token.totalSupply(), taken - bounty, "slashed = bounty + burned");
        assertEq(slashable(n.owner), uint256(bonded) - taken);
        assertEq(held(address(vault)), slashable(n.owner));
    }
}
