// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Fixture} from "./support/Fixture.sol";

/// bond
/// ├── amount is zero → reverts
/// └── else → the tokens are the account's free bond, which counts nowhere
/// withdraw
/// ├── amount is zero or above the free bond → reverts
/// └── else → pays at once
contract StakeVaultBondTest is Fixture {
    function test_bond_movesTheTokens() public {
        quietTask();
        Node memory n = node("a");
        mint(n.owner, BOND);
        vm.startPrank(n.owner);
        token.approve(address(vault), BOND);
        vm.expectEmit(address(vault));
        emit IStakeVault.Bonded(n.owner, BOND, BOND);
        vault.bond(BOND);
        assertEq(held(address(vault)), BOND);
        assertEq(vault.account(n.owner).bonded, BOND);
        assertEq(vault.account(n.owner).allocated, 0);
        (uint128 bonded, uint128 allocated) = vault.totals();
        assertEq(bonded, BOND);
        assertEq(allocated, 0);
        assertEq(vault.getVotes(n.owner), 0);
    }

    function test_bond_revertsOnZero() public {
        vm.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.bond(0);
    }

    function test_withdraw_paysTheFreeBondAndNoMore() public {
        quietTask();
        Node memory n = member("a", BOND);
        deposit(n.owner, BOND / 2);
        vm.startPrank(n.owner);
        vm.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.withdraw(0);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientBond.selector, BOND / 2, BOND / 2 + 1));
        vault.withdraw(BOND / 2 + 1);
        vm.expectEmit(address(vault));
        emit IStakeVault.Withdrawn(n.owner, BOND / 2, BOND);
        vault.withdraw(BOND / 2);
        assertEq(token.balanceOf(n.owner), BOND / 2);
        assertEq(held(address(vault)), BOND);
    }
}

/// allocate
/// ├── no amount, no role, no keys, unknown task, more than the free bond → reverts
/// ├── another role than before, or below the role's minimum → reverts
/// ├── member → counts from this second, gets the next slot of the task, the fee is burned
/// ├── operator → may post in this task, never counts among its members
/// ├── all seats, or all slots, are taken → reverts
/// └── while an earlier allocation leaves → reverts
contract StakeVaultAllocateTest is Fixture {
    uint256 private other;
    uint128 private fee;

    function setUp() public override {
        super.setUp();
        quietTask();
        other = quietTask();
        fee = vault.joiningFee();
    }

    /// An account with keys and a free bond.
    function _account(string memory name, uint128 amount) private returns (Node memory n) {
        n = node(name);
        register(n);
        deposit(n.owner, amount);
    }

    function _allocate(Node memory n, uint256 task, IStakeVault.Role role, uint128 amount) private {
        vm.prank(n.owner);
        vault.allocate(task, role, amount);
    }

    function test_allocate_refusesWhatIsMissing() public {
        Node memory n = node("a");
        deposit(n.owner, BOND);
        vm.startPrank(n.owner);
        vm.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.allocate(home, IStakeVault.Role.Member, 0);
        vm.expectRevert(IStakeVault.RoleMissing.selector);
        vault.allocate(home, IStakeVault.Role.None, BOND);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.KeysMissing.selector, n.owner));
        vault.allocate(home, IStakeVault.Role.Member, BOND);
        vm.stopPrank();
        register(n);
        vm.startPrank(n.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.UnknownTask.selector, 0));
        vault.allocate(0, IStakeVault.Role.Member, BOND);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.UnknownTask.selector, other + 1));
        vault.allocate(other + 1, IStakeVault.Role.Member, BOND);
        // The fee comes first.
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientBond.selector, BOND - fee, BOND));
        vault.allocate(home, IStakeVault.Role.Member, BOND);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BelowMinimum.selector, BOND - fee, BOND));
        vault.allocate(home, IStakeVault.Role.Member, BOND - fee);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BelowMinimum.selector, BOND - fee, OPERATOR_BOND));
        vault.allocate(home, IStakeVault.Role.Operator, BOND - fee);
    }

    function test_allocate_memberCountsInThisTaskOnly() public {
        Node memory n = _account("a", 3 * BOND + fee);
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(vault));
        emit IStakeVault.SlotAssigned(home, n.owner, 0, fee);
        vm.expectEmit(address(vault));
        emit IStakeVault.EligibleChanged(home, n.owner, 2 * BOND, 2 * BOND);
        vm.expectEmit(address(vault));
        emit IStakeVault.Allocated(home, n.owner, IStakeVault.Role.Member, 2 * BOND, 2 * BOND);
        _allocate(n, home, IStakeVault.Role.Member, 2 * BOND);
        uint256 from = block.timestamp;
        assertEq(supply - token.totalSupply(), fee, "burned");
        assertEq(vault.account(n.owner).bonded, 3 * BOND);
        assertEq(vault.account(n.owner).allocated, 2 * BOND);
        skip(10);
        _allocate(n, home, IStakeVault.Role.Member, BOND);
        assertEq(supply - token.totalSupply(), fee, "once");
        skip(1);
        assertEq(vault.stakeAt(home, n.owner, from - 1), 0);
        assertEq(vault.stakeAt(home, n.owner, from), 2 * BOND);
        assertEq(vault.stakeAt(home, n.owner, from + 10), 3 * BOND);
        assertEq(vault.totalStakeAt(home, from + 10), 3 * BOND);
        assertEq(vault.memberCountAt(home, from - 1), 0);
        assertEq(vault.memberCountAt(home, from), 1);
        assertEq(vault.slotOwner(home, 0), n.owner);
        assertEq(vault.totalStakeAt(other, from + 10), 0);
        assertEq(vault.memberCountAt(other, from + 10), 0);
        assertEq(vault.slotOf(other, n.owner), vault.NO_SLOT());
    }

    function test_allocate_slotsAreThoseOfTheTask() public {
        Node memory a = member("a", BOND);
        Node memory b = member("b", BOND);
        deposit(b.owner, BOND + fee);
        _allocate(b, other, IStakeVault.Role.Member, BOND);
        assertEq(vault.slotOf(home, a.owner), 0);
        assertEq(vault.slotOf(home, b.owner), 1);
        assertEq(vault.slotOf(other, b.owner), 0);
        assertEq(vault.slotCount(other), 1);
    }

    function test_allocate_operatorMayPostInThisTaskOnly() public {
        Node memory op = operator("op");
        assertTrue(vault.operatorEligible(home, op.owner));
        assertFalse(vault.operatorEligible(other, op.owner));
        (address owner, IStakeVault.Role role, bool eligible) = vault.actingFor(home, op.key);
        assertEq(owner, op.owner);
        assertEq(uint8(role), uint8(IStakeVault.Role.Operator));
        assertTrue(eligible);
        (owner, role, eligible) = vault.actingFor(other, op.key);
        assertEq(owner, op.owner);
        assertEq(uint8(role), uint8(IStakeVault.Role.None));
        assertFalse(eligible);
        assertEq(vault.slotOf(home, op.owner), 0, "for its share of the rewards");
        skip(1);
        assertEq(vault.totalStakeAt(home, block.timestamp - 1), 0);
        slash(op.owner, 1, address(0), 0);
        assertFalse(vault.operatorEligible(home, op.owner));
    }

    function test_allocate_roleIsForTheTasksLife() public {
        Node memory n = member("a", BOND);
        deposit(n.owner, OPERATOR_BOND + fee);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.RoleFixed.selector, IStakeVault.Role.Member, IStakeVault.Role.Operator)
        );
        _allocate(n, home, IStakeVault.Role.Operator, OPERATOR_BOND);
        // In another task it may be something else.
        _allocate(n, other, IStakeVault.Role.Operator, OPERATOR_BOND);
        assertTrue(vault.operatorEligible(other, n.owner));
    }

    /// Names the limit, and nothing of the caller's is taken.
    /// The rules weigh rows exactly below 2^110: no task gets there, not with the allocations of all tasks, and not when few
    /// of them are drawn.
    function test_allocate_keepsAllStakeBelowTheBoundOfTheRules() public {
        uint128 most = vault.MAX_STAKE();
        assertLt(uint256(most) * 129, 2 ** 110);
        Node memory whale = member("whale", BOND);
        deposit(whale.owner, most);
        (, uint128 allocated) = vault.totals();
        vm.startPrank(whale.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.TooMuchStake.selector, uint256(most) + 1, most));
        vault.allocate(home, IStakeVault.Role.Member, most - allocated + 1);
        vault.allocate(home, IStakeVault.Role.Member, most - allocated);
        vm.stopPrank();
        skip(1);
        assertLe(vault.totalStakeAt(home, block.timestamp - 1), most);
        // What leaves makes room once it is released.
        leave(whale);
        skip(2 days);
        vault.release(home, whale.owner);
        vm.prank(whale.owner);
        vault.allocate(home, IStakeVault.Role.Member, BOND);
    }

    function test_allocate_revertsWhenAllSeatsAreTaken() public {
        Node memory first = member("first", BOND);
        for (uint256 i = 1; i < vault.MAX_SEATS(); ++i) {
            member(vm.toString(i), BOND);
        }
        Node memory late = _account("late", BOND + fee);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.SeatsFull.selector, home, 128));
        _allocate(late, home, IStakeVault.Role.Member, BOND);
        assertEq(vault.account(late.owner).bonded, BOND + fee);
        _allocate(late, other, IStakeVault.Role.Member, BOND);

        // A seat is free again as soon as somebody leaves.
        leave(first);
        deposit(late.owner, BOND + fee);
        _allocate(late, home, IStakeVault.Role.Member, BOND);
        assertEq(vault.slotOf(home, late.owner), 128, "a slot is nobody else's ever");
        skip(1);
        assertEq(vault.memberCountAt(home, block.timestamp - 1), 128);
    }

    /// A member that lost its seat does not make a 129th when it qualifies again.
    function test_refresh_doesNotSeatMoreThanThereAreSeats() public {
        Node memory small = member("small", BOND);
        slash(small.owner, 1, address(0), 0);
        for (uint256 i = 0; i < vault.MAX_SEATS(); ++i) {
            member(vm.toString(i), BOND);
        }
        vm.prank(governance);
        vault.setMinBond(BOND / 2);
        vault.refresh(home, small.owner);
        assertEq(vault.allocation(home, small.owner).eligible, 0);
    }

    function testFuzz_allocate_adds(uint128 first, uint128 second) public {
        first = uint128(bound(first, BOND, type(uint96).max));
        second = uint128(bound(second, 1, type(uint96).max));
        Node memory n = member("a", first);
        bond(n, second);
        uint256 sum = uint256(first) + second;
        assertEq(vault.account(n.owner).bonded, sum);
        assertEq(vault.allocation(home, n.owner).eligible, sum);
        assertEq(held(address(vault)), sum);
    }
}

/// leave
/// ├── nothing allocated, or leaving already → reverts
/// └── else → stops counting at once, keeps counting for earlier seconds, stays at risk for the delay
/// release
/// ├── not leaving, or before the end → reverts
/// └── after it → the stake is free; the account may join again, in its slot and without another fee
contract StakeVaultLeaveTest is Fixture {
    function setUp() public override {
        super.setUp();
        quietTask();
    }

    function test_leave_revertsWithoutAnAllocation() public {
        Node memory n = member("a", BOND);
        vm.startPrank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingAllocated.selector, home, watcher));
        vault.leave(home);
        vm.startPrank(n.owner);
        vault.leave(home);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingAllocated.selector, home, n.owner));
        vault.leave(home);
    }

    function test_leave_stopsCountingAtOnceAndIsFreeAfterOneDelay() public {
        Node memory n = member("a", 3 * BOND);
        skip(10);
        uint40 freeAt = uint40(block.timestamp + 2 days);
        vm.expectEmit(address(vault));
        emit IStakeVault.EligibleChanged(home, n.owner, 0, 0);
        vm.expectEmit(address(vault));
        emit IStakeVault.Left(home, n.owner, 3 * BOND, freeAt);
        leave(n);
        assertEq(vault.allocation(home, n.owner).freeAt, freeAt);
        skip(1);
        assertEq(vault.stakeAt(home, n.owner, block.timestamp - 2), 3 * BOND);
        assertEq(vault.stakeAt(home, n.owner, block.timestamp - 1), 0);
        assertEq(vault.memberCountAt(home, block.timestamp - 1), 0);

        vm.warp(freeAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.StillLeaving.selector, home, freeAt));
        vault.release(home, n.owner);
        vm.prank(n.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientBond.selector, 0, 1));
        vault.withdraw(1);
        vm.warp(freeAt);
        vm.expectEmit(address(vault));
        emit IStakeVault.Released(home, n.owner, 3 * BOND);
        vault.release(home, n.owner);
        assertEq(vault.account(n.owner).allocated, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingAllocated.selector, home, n.owner));
        vault.release(home, n.owner);
        vm.prank(n.owner);
        vault.withdraw(3 * BOND);
        assertEq(token.balanceOf(n.owner), 3 * BOND);
    }

    function test_leave_thenJoinAgain() public {
        Node memory n = member("a", BOND);
        member("b", BOND);
        leave(n);
        deposit(n.owner, BOND);
        uint256 freeAt = vault.allocation(home, n.owner).freeAt;
        vm.startPrank(n.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.StillLeaving.selector, home, freeAt));
        vault.allocate(home, IStakeVault.Role.Member, BOND);
        vm.warp(freeAt);
        vault.release(home, n.owner);
        uint256 supply = token.totalSupply();
        vault.allocate(home, IStakeVault.Role.Member, 2 * BOND);
        assertEq(token.totalSupply(), supply);
        assertEq(vault.slotOf(home, n.owner), 0);
        assertEq(vault.slotCount(home), 2);
    }

    function test_leave_aShorterDelayAppliesToLaterLeavesOnly() public {
        Node memory n = member("a", BOND);
        leave(n);
        uint256 freeAt = vault.allocation(home, n.owner).freeAt;
        vm.prank(governance);
        vault.setUnbondingDelay(MIN_DELAY);
        assertEq(vault.allocation(home, n.owner).freeAt, freeAt);
    }
}

/// slash
/// ├── caller is not the ledger, or the bounty is above half → reverts
/// ├── takes from the allocation to the task and from nothing else, leaving or not, never more than there is
/// ├── bounty rounds down, the rest burns; without recipient all burns
/// └── a member that falls below the minimum stops counting
contract StakeVaultSlashTest is Fixture {
    uint256 private other;

    function setUp() public override {
        super.setUp();
        quietTask();
        other = quietTask();
    }

    function test_slash_onlyByTheLedger() public {
        Node memory n = member("a", BOND);
        address[3] memory callers = [judge, governance, n.owner];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotLedger.selector, callers[i]));
            vault.slash(home, n.owner, 1, watcher, 0);
        }
    }

    function test_slash_bountyIsAtMostHalf() public {
        Node memory n = member("a", BOND);
        vm.prank(address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BountyTooHigh.selector, 2001, 2000));
        vault.slash(home, n.owner, 1, watcher, 2001);
    }

    function test_slash_takesFromTheTaskAndNothingElse() public {
        Node memory n = member("a", 2 * BOND);
        deposit(n.owner, BOND);
        uint128 fee = vault.joiningFee();
        deposit(n.owner, 3 * BOND + fee);
        vm.prank(n.owner);
        vault.allocate(other, IStakeVault.Role.Member, 3 * BOND);
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(vault));
        emit IStakeVault.Slashed(home, n.owner, 2 * BOND, 2 * BOND / 5, 8 * BOND / 5, watcher);
        (uint128 taken, uint128 bounty) = slash(n.owner, type(uint128).max, watcher, 2000);
        assertEq(taken, 2 * BOND);
        assertEq(bounty, 2 * BOND / 5);
        assertEq(vault.allocation(home, n.owner).amount, 0);
        assertEq(vault.allocation(other, n.owner).amount, 3 * BOND);
        assertEq(vault.account(n.owner).allocated, 3 * BOND);
        assertEq(vault.account(n.owner).bonded, 4 * BOND);
        assertEq(wealth(watcher), 2 * BOND / 5);
        assertEq(supply - token.totalSupply(), 8 * BOND / 5);
        (taken,) = slash(n.owner, 1, watcher, 2000);
        assertEq(taken, 0);
    }

    function test_slash_reachesLeavingStakeUntilTheDelayIsOver() public {
        Node memory n = member("a", BOND);
        leave(n);
        uint256 freeAt = vault.allocation(home, n.owner).freeAt;
        vm.warp(freeAt - 1);
        (uint128 taken,) = slash(n.owner, 1, address(0), 0);
        assertEq(taken, 1);
        vm.warp(freeAt);
        // Whether or not anybody released it.
        (taken,) = slash(n.owner, type(uint128).max, address(0), 0);
        assertEq(taken, 0);
        vault.release(home, n.owner);
        vm.prank(n.owner);
        vault.withdraw(BOND - 1);
    }

    function test_slash_withoutRecipientBurnsAll() public {
        Node memory n = member("a", BOND);
        (, uint128 bounty) = slash(n.owner, BOND, address(0), 2000);
        assertEq(bounty, 0);
        assertEq(token.totalSupply(), 0);
    }

    function test_slash_ofNothingDoesNothing() public {
        vm.recordLogs();
        (uint128 taken, uint128 bounty) = slash(watcher, BOND, watcher, 2000);
        assertEq(uint256(taken) + bounty, 0);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_slash_belowTheMinimumStopsCounting() public {
        Node memory n = member("a", BOND);
        slash(n.owner, 1, address(0), 0);
        assertEq(vault.allocation(home, n.owner).eligible, 0);
        skip(1);
        assertEq(vault.memberCountAt(home, block.timestamp - 1), 0);
    }

    function testFuzz_slash_conserves(uint128 bonded, bool leaving, uint128 amount, uint16 bps) public {
        bonded = uint128(bound(bonded, BOND, type(uint96).max));
        bps = uint16(bound(bps, 0, 2000));
        Node memory n = member("a", bonded);
        if (leaving) leave(n);
        uint256 supply = token.totalSupply();
        (uint128 taken, uint128 bounty) = slash(n.owner, amount, watcher, bps);
        assertEq(taken, amount < bonded ? amount : bonded);
        assertEq(bounty, uint256(taken) * bps / 10_000);
        assertEq(wealth(watcher), bounty);
        assertEq(supply - token.totalSupply(), taken - bounty, "slashed = bounty + burned");
        assertEq(slashable(n.owner), uint256(bonded) - taken);
        assertEq(held(address(vault)), slashable(n.owner));
    }
}
