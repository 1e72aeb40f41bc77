// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IInferenceChannels} from "../../contracts/market/IInferenceChannels.sol";
import {IPayouts} from "../../contracts/interfaces/IPayouts.sol";
import {ITransferHook} from "./support/HookToken.sol";
import {InferenceFixture} from "./support/InferenceFixture.sol";

/// open, topUp
/// ├── nothing, nobody, a fee on transfer, closed → reverts
/// └── holds the deposit
/// close
/// ├── not the server, another signer, another channel → reverts
/// └── pays the newest voucher once, and owes the payer the rest
/// requestClose → raise → finish
/// ├── an old voucher, too early, by a stranger → reverts
/// └── pays the newest voucher that was shown
contract InferenceChannelsTest is InferenceFixture, ITransferHook {
    bytes private attack;
    bytes private refusal;

    function onTransfer(address, address, uint256) external {
        if (attack.length == 0) return;
        (bool done, bytes memory answer) = address(channels).call(attack);
        assertFalse(done, "re-entered");
        refusal = answer;
    }

    function _close(bytes32 channel, uint128 total) private {
        bytes memory signature = voucher(channel, total);
        vm.prank(server);
        channels.close(channel, total, signature);
    }

    function test_close_paysTheNewestVoucherOnce() public {
        bytes32 channel = open(10 ether);
        _close(channel, 3 ether);
        assertEq(token.balanceOf(server), 3 ether);
        assertEq(channels.collect(payer), 7 ether);
        assertEq(token.balanceOf(address(channels)), 0);
        bytes memory signature = voucher(channel, 5 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceChannels.WrongState.selector, IInferenceChannels.State.Closed)
        );
        vm.prank(server);
        channels.close(channel, 5 ether, signature);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceChannels.WrongState.selector, IInferenceChannels.State.Closed)
        );
        channels.topUp(channel, 1 ether);
    }

    /// The same payer and server: the vouchers of one channel are worth nothing in the next.
    function test_close_noReplayInTheNextChannel() public {
        bytes32 first = open(10 ether);
        bytes memory old = voucher(first, 3 ether);
        _close(first, 3 ether);
        bytes32 second = open(10 ether);
        assertNotEq(first, second);
        vm.expectPartialRevert(IInferenceChannels.WrongSignature.selector);
        vm.prank(server);
        channels.close(second, 3 ether, old);
    }

    function test_close_refusals() public {
        bytes32 channel = open(10 ether);
        bytes memory signature = voucher(channel, 3 ether);
        vm.expectRevert(abi.encodeWithSelector(IInferenceChannels.NotServer.selector, payer, server));
        vm.prank(payer);
        channels.close(channel, 3 ether, signature);
        vm.startPrank(server);
        vm.expectPartialRevert(IInferenceChannels.WrongSignature.selector);
        channels.close(channel, 4 ether, signature);
        bytes memory own = signed(serverKey, channels.voucherDigest(channel, 4 ether));
        vm.expectRevert(abi.encodeWithSelector(IInferenceChannels.WrongSignature.selector, server, signer));
        channels.close(channel, 4 ether, own);
        vm.expectRevert(abi.encodeWithSelector(IInferenceChannels.WrongState.selector, IInferenceChannels.State.None));
        channels.close("none", 0, "");
        vm.stopPrank();
    }

    function test_close_withoutAVoucher() public {
        bytes32 channel = open(10 ether);
        vm.prank(server);
        channels.close(channel, 0, "");
        assertEq(channels.collect(payer), 10 ether);
    }

    function test_close_aboveTheDeposit() public {
        bytes32 channel = open(10 ether);
        give(watcher, address(channels), 5 ether);
        vm.prank(watcher);
        channels.topUp(channel, 5 ether);
        _close(channel, 100 ether);
        assertEq(token.balanceOf(server), 15 ether);
        assertEq(channels.owed(payer), 0);
    }

    function test_open_refusals() public {
        give(address(this), address(channels), 10 ether);
        vm.expectRevert(IInferenceChannels.ZeroAmount.selector);
        channels.open(server, signer, 0);
        vm.expectRevert(IInferenceChannels.ZeroAddress.selector);
        channels.open(server, address(0), 1 ether);
        vm.expectRevert(IInferenceChannels.ZeroAddress.selector);
        channels.open(address(0), signer, 1 ether);
        token.setFee(100);
        vm.expectRevert(abi.encodeWithSelector(IInferenceChannels.ShortTransfer.selector, 0.99 ether, 1 ether));
        channels.open(server, signer, 1 ether);
    }

    /// The payer ends a channel alone, and somebody who keeps vouchers for the server shows the newest.
    function test_finish_afterTheWindow() public {
        bytes32 channel = open(10 ether);
        vm.expectRevert(abi.encodeWithSelector(IInferenceChannels.NotPayer.selector, watcher, payer));
        vm.prank(watcher);
        channels.requestClose(channel);
        vm.prank(payer);
        channels.requestClose(channel);
        bytes memory old = voucher(channel, 2 ether);
        bytes memory newest = voucher(channel, 6 ether);
        vm.prank(watcher);
        channels.raise(channel, 6 ether, newest);
        vm.expectRevert(abi.encodeWithSelector(IInferenceChannels.NotMore.selector, 2 ether, 6 ether));
        channels.raise(channel, 2 ether, old);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceChannels.TooEarly.selector, block.timestamp, block.timestamp + WINDOW)
        );
        channels.finish(channel);
        skip(WINDOW);
        channels.finish(channel);
        assertEq(channels.collect(server), 6 ether);
        assertEq(channels.collect(payer), 4 ether);
    }

    /// The server that comes back with an older voucher gets the newer one that was shown for it.
    function test_close_neverLessThanWasShown() public {
        bytes32 channel = open(10 ether);
        vm.prank(payer);
        channels.requestClose(channel);
        channels.raise(channel, 6 ether, voucher(channel, 6 ether));
        _close(channel, 2 ether);
        assertEq(token.balanceOf(server), 6 ether);
    }

    function test_raise_onlyWhileClosing() public {
        bytes32 channel = open(10 ether);
        bytes memory signature = voucher(channel, 6 ether);
        vm.expectRevert(abi.encodeWithSelector(IInferenceChannels.WrongState.selector, IInferenceChannels.State.Open));
        channels.raise(channel, 6 ether, signature);
        vm.expectRevert(abi.encodeWithSelector(IInferenceChannels.WrongState.selector, IInferenceChannels.State.Open));
        channels.finish(channel);
    }

    function test_reentrancy() public {
        bytes32 channel = open(10 ether);
        bytes memory signature = voucher(channel, 3 ether);
        token.setHook(this);
        attack = abi.encodeCall(IInferenceChannels.close, (channel, 3 ether, signature));
        _close(channel, 3 ether);
        assertEq(bytes4(refusal), bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        attack = abi.encodeCall(IPayouts.collect, (payer));
        assertEq(channels.collect(payer), 7 ether);
        assertEq(bytes4(refusal), bytes4(keccak256("ReentrancyGuardReentrantCall()")));
    }

    /// Whatever was signed and shown in whatever order, the deposit is paid out once and whole.
    function testFuzz_conservation(uint128 amount, uint128[4] memory totals, bool alone) public {
        amount = uint128(bound(amount, 1, 1e30));
        bytes32 channel = open(amount);
        uint128 best;
        if (alone) {
            vm.prank(payer);
            channels.requestClose(channel);
        }
        for (uint256 i = 0; i < 4; ++i) {
            if (alone && totals[i] > best) channels.raise(channel, totals[i], voucher(channel, totals[i]));
            if (totals[i] > best) best = totals[i];
        }
        uint128 expected = best < amount ? best : amount;
        if (alone) {
            skip(WINDOW);
            channels.finish(channel);
            if (expected > 0) channels.collect(server);
        } else {
            _close(channel, best);
        }
        assertEq(token.balanceOf(server), expected);
        assertEq(channels.owed(payer), amount - expected);
        assertEq(token.balanceOf(address(channels)), amount - expected);
    }
}
