// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Fixture} from "../support/Fixture.sol";

/// @notice Slots are for a task's life, and the stake behind them was not: the same tokens, handed from account to account, took
/// every slot of the vault for nothing, and nobody could join anything ever after.
contract H3RecycledTokensTest is Fixture {
    uint256 private constant BATCH = 128;

    uint256 private task;
    uint256 private other;
    uint128 private fee;

    function setUp() public override {
        super.setUp();
        task = quietTask();
        other = quietTask();
        fee = vault.joiningFee();
    }

    function _sybil(uint256 serial) private returns (Node memory n) {
        n = node(string.concat("sybil", vm.toString(serial)));
        token.transfer(n.owner, BOND + fee);
        vm.startPrank(n.owner);
        token.approve(address(vault), BOND + fee);
        vault.bond(BOND + fee);
        vm.stopPrank();
        register(n);
        vm.prank(n.owner);
        vault.allocate(task, IStakeVault.Role.Member, BOND);
    }

    /// Each slot burns its fee, stake comes back after a whole delay, and what was closed is one task.
    function test_slotsCostWhatDoesNotComeBack() public {
        mint(address(this), BATCH * BOND + 1024 * fee);
        uint256 began = block.timestamp;
        for (uint256 made = 0; made < 1024; made += BATCH) {
            address[] memory owners = new address[](BATCH);
            for (uint256 i = 0; i < BATCH; ++i) {
                Node memory n = _sybil(made + i);
                owners[i] = n.owner;
                vm.prank(n.owner);
                vault.leave(task);
                vm.prank(n.owner);
                vm.expectRevert();
                vault.withdraw(1);
            }
            skip(2 days);
            for (uint256 i = 0; i < BATCH; ++i) {
                vault.release(task, owners[i]);
                vm.startPrank(owners[i]);
                vault.withdraw(BOND);
                token.transfer(address(this), BOND);
                vm.stopPrank();
            }
        }
        assertEq(token.balanceOf(address(this)), BATCH * BOND, "the fees are gone");
        assertGe(block.timestamp - began, 8 * 2 days);
        Node memory newcomer = node("newcomer");
        deposit(newcomer.owner, 2 * (BOND + fee));
        register(newcomer);
        vm.startPrank(newcomer.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.SlotsFull.selector, 1024, 1024));
        vault.allocate(task, IStakeVault.Role.Member, BOND);
        vault.allocate(other, IStakeVault.Role.Member, BOND);
        vm.stopPrank();
        assertEq(vault.slotOf(other, newcomer.owner), 0);
    }

    /// Who has a slot needs no other one: members come back for nothing.
    function test_returningMembersKeepTheirSlots() public {
        Node memory a = member("a", BOND);
        for (uint256 i = 0; i < 3; ++i) {
            leave(a);
            vm.warp(vault.allocation(task, a.owner).freeAt);
            vault.release(task, a.owner);
            vm.prank(a.owner);
            vault.allocate(task, IStakeVault.Role.Member, BOND);
        }
        assertEq(vault.slotCount(task), 1);
        assertEq(slashable(a.owner), BOND);
    }
}
