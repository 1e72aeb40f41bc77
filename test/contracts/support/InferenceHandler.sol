// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IInferenceChannels} from "../../../contracts/market/IInferenceChannels.sol";
import {IInferenceLog} from "../../../contracts/market/IInferenceLog.sol";
import {InferenceFixture} from "./InferenceFixture.sol";

/// @notice Random moves of an honest server, a lying one, and payers of channels.
contract InferenceHandler is InferenceFixture {
    address public immutable liar;
    uint256 private immutable _liarKey;
    /// What the honest server put in and took back.
    uint256 public honestDeposit;
    /// Receipts of the honest server, all in batches of one: the batch of a receipt is its place, plus one.
    IInferenceLog.Receipt[] private _honest;
    uint256[] private _batches;
    bytes32[] private _asked;
    bytes32[] private _open;
    uint64 private _lies;

    constructor() {
        setUp();
        (liar, _liarKey) = makeAddrAndKey("liar");
    }

    function bookAddress() external view returns (IInferenceLog) {
        return book;
    }

    function channelsAddress() external view returns (IInferenceChannels) {
        return channels;
    }

    function honest() external view returns (address) {
        return server;
    }

    function balances() external view returns (uint256 ofBook, uint256 ofChannels) {
        return (token.balanceOf(address(book)), token.balanceOf(address(channels)));
    }

    function questions() external view returns (uint256) {
        return book.standing(server).questions + book.standing(liar).questions;
    }

    function deposits() external view returns (uint256) {
        return uint256(book.standing(server).deposit) + book.standing(liar).deposit;
    }

    function inChannels() external view returns (uint256 sum) {
        for (uint256 i = 0; i < _open.length; ++i) {
            sum += channels.channelOf(_open[i]).deposit;
        }
    }

    function put(uint128 amount, bool lying) external {
        amount = uint128(bound(amount, 1, 1e24));
        address who = lying ? liar : server;
        if (!lying) honestDeposit += amount;
        give(who, address(book), amount);
        vm.prank(who);
        book.deposit(amount);
    }

    function leave(bool lying) external {
        address who = lying ? liar : server;
        if (book.standing(who).deposit == 0) return;
        vm.prank(who);
        book.leave();
    }

    function withdraw(bool lying) external {
        address who = lying ? liar : server;
        IInferenceLog.Server memory at = book.standing(who);
        if (at.leavingAt == 0 || block.timestamp < at.leavingAt || at.questions > 0) return;
        vm.prank(who);
        uint256 amount = book.withdraw();
        if (!lying) honestDeposit -= amount;
    }

    /// The honest server answers a call and posts the receipt.
    function serve(bytes32 output) external {
        IInferenceLog.Receipt memory receipt = receiptOf(book.standing(server).next, output);
        IInferenceLog.Receipt[] memory one = new IInferenceLog.Receipt[](1);
        one[0] = receipt;
        (uint256 batch,) = postBatch(one);
        _honest.push(receipt);
        _batches.push(batch);
    }

    function askHonest(uint256 which) external {
        if (_honest.length == 0 || book.standing(server).deposit == 0) return;
        IInferenceLog.Receipt memory receipt = _honest[which % _honest.length];
        if (block.timestamp < receipt.time + POST || block.timestamp >= receipt.expiry) return;
        if (book.questionOf(book.receiptDigest(receipt)).endsAt != 0) return;
        bytes memory signature = sign(receipt);
        _ask(receipt, signature);
    }

    /// The liar signs what no batch has.
    function askLiar(bytes32 output) external {
        if (book.standing(liar).deposit == 0) return;
        IInferenceLog.Receipt memory receipt = receiptOf(_lies++, output);
        (receipt.server, receipt.time) = (liar, uint64(block.timestamp - POST));
        _ask(receipt, signed(_liarKey, book.receiptDigest(receipt)));
    }

    function proveDouble(bytes32 one, bytes32 other) external {
        if (book.standing(liar).deposit == 0 || one == other) return;
        IInferenceLog.Receipt memory a = receiptOf(_lies, one);
        IInferenceLog.Receipt memory b = receiptOf(_lies++, other);
        (a.server, b.server) = (liar, liar);
        bytes memory first = signed(_liarKey, book.receiptDigest(a));
        bytes memory second = signed(_liarKey, book.receiptDigest(b));
        vm.prank(watcher);
        book.proveDouble(a, first, b, second);
    }

    /// The honest server answers within the window, whatever time passes.
    function pass(uint24 time) external {
        for (uint256 i = 0; i < _honest.length; ++i) {
            if (book.questionOf(book.receiptDigest(_honest[i])).asker == address(0)) continue;
            book.answer(_honest[i], _batches[i], new bytes32[](0));
        }
        skip(time);
    }

    function expire(uint256 which) external {
        if (_asked.length == 0) return;
        bytes32 receipt = _asked[which % _asked.length];
        IInferenceLog.Question memory question = book.questionOf(receipt);
        if (question.asker == address(0) || block.timestamp < question.endsAt) return;
        book.expire(receipt);
    }

    function open_(uint128 amount) external {
        _open.push(open(uint128(bound(amount, 1, 1e24))));
    }

    function topUp(uint256 which, uint128 amount) external {
        (bytes32 channel, IInferenceChannels.Channel memory at) = _channel(which);
        if (at.state != IInferenceChannels.State.Open) return;
        amount = uint128(bound(amount, 1, 1e24));
        give(payer, address(channels), amount);
        vm.prank(payer);
        channels.topUp(channel, amount);
    }

    function requestClose(uint256 which) external {
        (bytes32 channel, IInferenceChannels.Channel memory at) = _channel(which);
        if (at.state != IInferenceChannels.State.Open) return;
        vm.prank(payer);
        channels.requestClose(channel);
    }

    function raise(uint256 which, uint128 total) external {
        (bytes32 channel, IInferenceChannels.Channel memory at) = _channel(which);
        if (at.state != IInferenceChannels.State.Closing || total <= at.total) return;
        channels.raise(channel, total, voucher(channel, total));
    }

    function close(uint256 which, uint128 total) external {
        (bytes32 channel, IInferenceChannels.Channel memory at) = _channel(which);
        if (at.state != IInferenceChannels.State.Open && at.state != IInferenceChannels.State.Closing) return;
        bytes memory signature = voucher(channel, total);
        vm.prank(server);
        channels.close(channel, total, signature);
    }

    function finish(uint256 which) external {
        (bytes32 channel, IInferenceChannels.Channel memory at) = _channel(which);
        if (at.state != IInferenceChannels.State.Closing || block.timestamp < at.closesAt) return;
        channels.finish(channel);
    }

    function collect(uint256 which) external {
        address[4] memory accounts = [server, payer, watcher, address(this)];
        address account = accounts[which % 4];
        if (book.owed(account) > 0) book.collect(account);
        if (channels.owed(account) > 0) channels.collect(account);
    }

    function _ask(IInferenceLog.Receipt memory receipt, bytes memory signature) private {
        give(watcher, address(book), BOND);
        vm.prank(watcher);
        book.ask(receipt, signature);
        _asked.push(book.receiptDigest(receipt));
    }

    function _channel(uint256 which)
        private
        view
        returns (bytes32 channel, IInferenceChannels.Channel memory at)
    {
        if (_open.length == 0) return (0, at);
        channel = _open[which % _open.length];
        at = channels.channelOf(channel);
    }
}
