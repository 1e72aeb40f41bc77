// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IInferenceLog} from "../../contracts/market/IInferenceLog.sol";
import {InferenceFixture} from "./support/InferenceFixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice Gas of whole transactions of log and channels, each on cold storage. docs/inference.md has the table.
/// forge-config: default.isolate = true
contract InferenceGasTest is InferenceFixture {
    function test_log() public {
        stand(100 ether);
        vm.snapshotGasLastCall("InferenceLog", "deposit");
        IInferenceLog.Receipt[] memory receipts = new IInferenceLog.Receipt[](1024);
        for (uint64 i = 0; i < 1024; ++i) {
            receipts[i] = receiptOf(i, bytes32(uint256(i)));
        }
        (uint256 batch, bytes32[] memory leaves) = postBatch(receipts);
        vm.snapshotGasLastCall("InferenceLog", "post, 1024 receipts");
        skip(POST);
        bytes memory signature = sign(receipts[5]);
        give(watcher, address(book), BOND);
        vm.prank(watcher);
        book.ask(receipts[5], signature);
        vm.snapshotGasLastCall("InferenceLog", "ask");
        bytes32[] memory proof = SparseTree.proof(leaves, 5, 10);
        book.answer(receipts[5], batch, proof);
        vm.snapshotGasLastCall("InferenceLog", "answer, 1024 receipts");
        IInferenceLog.Receipt memory other = receiptOf(5, "other");
        bytes memory otherSignature = sign(other);
        book.proveDouble(receipts[5], signature, other, otherSignature);
        vm.snapshotGasLastCall("InferenceLog", "proveDouble");
    }

    function test_channels() public {
        bytes32 channel = open(10 ether);
        vm.snapshotGasLastCall("InferenceChannels", "open");
        bytes memory signature = voucher(channel, 4 ether);
        vm.prank(server);
        channels.close(channel, 4 ether, signature);
        vm.snapshotGasLastCall("InferenceChannels", "close");
        channel = open(10 ether);
        vm.prank(payer);
        channels.requestClose(channel);
        vm.snapshotGasLastCall("InferenceChannels", "requestClose");
        signature = voucher(channel, 4 ether);
        channels.raise(channel, 4 ether, signature);
        vm.snapshotGasLastCall("InferenceChannels", "raise");
        skip(WINDOW);
        channels.finish(channel);
        vm.snapshotGasLastCall("InferenceChannels", "finish");
    }
}
