// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IInferenceChannels} from "../../../contracts/market/IInferenceChannels.sol";
import {IInferenceLog} from "../../../contracts/market/IInferenceLog.sol";
import {HookToken} from "./HookToken.sol";
import {SparseTree} from "./SparseTree.sol";

/// @notice A log and channels with a token that calls back and may keep a fee, a server, and a payer.
abstract contract InferenceFixture is Test {
    uint128 internal constant BOND = 2 ether;
    uint40 internal constant POST = 1 days;
    uint40 internal constant ANSWER = 3 days;
    uint40 internal constant WINDOW = 1 days;
    uint40 internal constant START = 1_000_000;

    HookToken internal token;
    IInferenceLog internal book;
    IInferenceChannels internal channels;
    address internal server;
    uint256 internal serverKey;
    address internal signer;
    uint256 internal signerKey;
    address internal payer = makeAddr("payer");
    address internal watcher = makeAddr("watcher");

    function setUp() public virtual {
        vm.warp(START);
        token = new HookToken();
        book = IInferenceLog(vm.deployCode("InferenceLog.sol", abi.encode(token, BOND, POST, ANSWER)));
        channels = IInferenceChannels(vm.deployCode("InferenceChannels.sol", abi.encode(token, WINDOW)));
        (server, serverKey) = makeAddrAndKey("server");
        (signer, signerKey) = makeAddrAndKey("signer");
    }

    function give(address account, address spender, uint256 amount) internal {
        token.mint(account, amount);
        vm.prank(account);
        token.approve(spender, type(uint256).max);
    }

    function stand(uint128 amount) internal {
        give(server, address(book), amount);
        vm.prank(server);
        book.deposit(amount);
    }

    function receiptOf(uint64 nonce, bytes32 output) internal view returns (IInferenceLog.Receipt memory) {
        return IInferenceLog.Receipt({
            model: "model",
            input: "input",
            output: output,
            time: uint64(block.timestamp),
            expiry: uint64(block.timestamp) + 30 days,
            nonce: nonce,
            grant: 0,
            server: server
        });
    }

    function sign(IInferenceLog.Receipt memory receipt) internal view returns (bytes memory) {
        return signed(serverKey, book.receiptDigest(receipt));
    }

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// Posts a batch of receipts with the next nonces; their digests are the leaves.
    function postBatch(IInferenceLog.Receipt[] memory receipts)
        internal
        returns (uint256 batch, bytes32[] memory leaves)
    {
        leaves = new bytes32[](receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) {
            leaves[i] = book.receiptDigest(receipts[i]);
        }
        uint256 depth = depthFor(leaves.length);
        vm.prank(server);
        batch = book.post(SparseTree.root(leaves, depth), uint32(leaves.length));
    }

    function depthFor(uint256 count) internal pure returns (uint256 depth) {
        while (1 << depth < count) ++depth;
    }

    function open(uint128 amount) internal returns (bytes32) {
        give(payer, address(channels), amount);
        vm.prank(payer);
        return channels.open(server, signer, amount);
    }

    function voucher(bytes32 channel, uint128 total) internal view returns (bytes memory) {
        return signed(signerKey, channels.voucherDigest(channel, total));
    }
}
