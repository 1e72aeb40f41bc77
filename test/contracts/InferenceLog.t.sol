// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IInferenceLog} from "../../contracts/market/IInferenceLog.sol";
import {IPayouts} from "../../contracts/interfaces/IPayouts.sol";
import {ITransferHook} from "./support/HookToken.sol";
import {InferenceFixture} from "./support/InferenceFixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// post
/// └── takes the next nonces, so that each nonce has one leaf
/// proveDouble
/// ├── the same receipt, another nonce, another signer, nothing at stake → reverts
/// └── takes the deposit
/// ask
/// ├── not signed, too early, expired, twice, nothing at stake → reverts
/// └── answer
///     ├── another batch, another leaf, another depth, too late → reverts
///     ├── pays the bond to whoever answers, and costs the server nothing
///     └── expire: takes the deposit if nobody answers
/// withdraw
/// ├── not announced, too early, question open → reverts
/// └── pays the deposit
contract InferenceLogTest is InferenceFixture, ITransferHook {
    bytes private attack;
    bytes private refusal;

    function onTransfer(address, address, uint256) external {
        if (attack.length == 0) return;
        (bool done, bytes memory answer) = address(book).call(attack);
        assertFalse(done, "re-entered");
        refusal = answer;
    }

    function _ask(IInferenceLog.Receipt memory receipt) private {
        bytes memory signature = sign(receipt);
        give(watcher, address(book), BOND);
        vm.prank(watcher);
        book.ask(receipt, signature);
    }

    function _receipts(uint256 count) private view returns (IInferenceLog.Receipt[] memory receipts) {
        receipts = new IInferenceLog.Receipt[](count);
        uint64 first = book.standing(server).next;
        for (uint64 i = 0; i < count; ++i) {
            receipts[i] = receiptOf(first + i, bytes32(uint256(i)));
        }
    }

    function test_post_takesTheNextNonces() public {
        (uint256 first,) = postBatch(_receipts(5));
        (uint256 second,) = postBatch(_receipts(3));
        assertEq(book.batchOf(first).first, 0);
        assertEq(book.batchOf(second).first, 5);
        assertEq(book.standing(server).next, 8);
        vm.expectRevert(IInferenceLog.ZeroAmount.selector);
        book.post("root", 0);
    }

    function test_proveDouble_takesTheDeposit() public {
        stand(100 ether);
        IInferenceLog.Receipt memory one = receiptOf(3, "yes");
        IInferenceLog.Receipt memory other = receiptOf(3, "no");
        bytes memory a = sign(one);
        bytes memory b = sign(other);
        bytes32 digest = book.receiptDigest(one);
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(book));
        emit IInferenceLog.Slashed(server, watcher, 80 ether, 20 ether, digest);
        vm.prank(watcher);
        book.proveDouble(one, a, other, b);
        assertEq(token.totalSupply(), supply - 80 ether);
        assertEq(book.standing(server).deposit, 0);
        assertEq(book.collect(watcher), 20 ether);
        assertEq(token.balanceOf(address(book)), 0);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NothingAtStake.selector, server));
        book.proveDouble(one, a, other, b);
    }

    function test_proveDouble_refusals() public {
        stand(100 ether);
        IInferenceLog.Receipt memory one = receiptOf(3, "yes");
        IInferenceLog.Receipt memory other = receiptOf(4, "no");
        bytes memory a = sign(one);
        bytes memory b = sign(other);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.SameReceipt.selector, book.receiptDigest(one)));
        book.proveDouble(one, a, one, a);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.OtherNonce.selector, 3, 4));
        book.proveDouble(one, a, other, b);
        other.nonce = 3;
        // The signature of the other nonce is not that of this one.
        vm.expectPartialRevert(IInferenceLog.WrongSignature.selector);
        book.proveDouble(one, a, other, b);
        other.server = watcher;
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.WrongSignature.selector, watcher, server));
        book.proveDouble(one, a, other, b);
    }

    function test_answer_costsTheServerNothing() public {
        stand(100 ether);
        IInferenceLog.Receipt[] memory receipts = _receipts(5);
        (uint256 batch, bytes32[] memory leaves) = postBatch(receipts);
        skip(POST);
        _ask(receipts[2]);
        bytes32[] memory proof = SparseTree.proof(leaves, 2, 3);
        address keeper = makeAddr("keeper of batches");
        vm.prank(keeper);
        book.answer(receipts[2], batch, proof);
        assertEq(book.standing(server).deposit, 100 ether);
        assertEq(book.standing(server).questions, 0);
        assertEq(book.collect(keeper), BOND);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NotAsked.selector, leaves[2]));
        book.answer(receipts[2], batch, proof);
        skip(ANSWER);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NotAsked.selector, leaves[2]));
        book.expire(leaves[2]);
        // A receipt is asked for once.
        bytes memory signature = sign(receipts[2]);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.AlreadyAsked.selector, leaves[2]));
        book.ask(receipts[2], signature);
    }

    function test_answer_refusals() public {
        stand(100 ether);
        IInferenceLog.Receipt[] memory receipts = _receipts(4);
        (uint256 batch, bytes32[] memory leaves) = postBatch(receipts);
        // The server puts another answer in the place of the one that it gave.
        IInferenceLog.Receipt memory given = receiptOf(2, "another answer");
        skip(POST);
        _ask(given);
        bytes32[] memory proof = SparseTree.proof(leaves, 2, 2);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NotAsked.selector, leaves[2]));
        book.answer(receipts[2], batch, proof);
        vm.expectPartialRevert(IInferenceLog.WrongProof.selector);
        book.answer(given, batch, proof);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NotInBatch.selector, batch + 1, 2));
        book.answer(given, batch + 1, proof);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NotInBatch.selector, batch, 2));
        book.answer(given, batch, new bytes32[](3));
        // A batch of another server has no nonce of this one.
        bytes32 digest = book.receiptDigest(given);
        vm.prank(watcher);
        uint256 foreign = book.post(digest, 4);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NotInBatch.selector, foreign, 2));
        book.answer(given, foreign, proof);
        skip(ANSWER);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceLog.Expired.selector, block.timestamp, book.questionOf(digest).endsAt)
        );
        book.answer(given, batch, proof);
    }

    function test_expire_takesTheDepositOfWhoDenies() public {
        stand(50 ether);
        postBatch(_receipts(4));
        IInferenceLog.Receipt memory denied = receiptOf(2, "denied");
        bytes32 digest = book.receiptDigest(denied);
        skip(POST);
        _ask(denied);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceLog.TooEarly.selector, block.timestamp, block.timestamp + ANSWER)
        );
        book.expire(digest);
        skip(ANSWER);
        book.expire(digest);
        assertEq(book.collect(watcher), BOND + 10 ether);
        assertEq(book.standing(server).deposit, 0);
        assertEq(token.balanceOf(address(book)), 0);
    }

    /// Two questions at once: the second one pays its bond back after the first took the deposit.
    function test_expire_twice() public {
        stand(50 ether);
        IInferenceLog.Receipt memory a = receiptOf(0, "a");
        IInferenceLog.Receipt memory b = receiptOf(1, "b");
        skip(POST);
        _ask(a);
        _ask(b);
        skip(ANSWER);
        book.expire(book.receiptDigest(a));
        book.expire(book.receiptDigest(b));
        assertEq(book.collect(watcher), 2 * BOND + 10 ether);
        assertEq(token.balanceOf(address(book)), 0);
    }

    function test_ask_refusals() public {
        IInferenceLog.Receipt memory receipt = receiptOf(0, "a");
        bytes memory signature = sign(receipt);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NothingAtStake.selector, server));
        book.ask(receipt, signature);
        stand(50 ether);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.TooEarly.selector, START, START + POST));
        book.ask(receipt, signature);
        vm.expectPartialRevert(IInferenceLog.WrongSignature.selector);
        book.ask(receiptOf(1, "a"), signature);
        vm.warp(receipt.expiry);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.Expired.selector, receipt.expiry, receipt.expiry));
        book.ask(receipt, signature);
        vm.warp(receipt.expiry - 1);
        token.setFee(100);
        give(address(this), address(book), BOND);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.ShortTransfer.selector, 1.98 ether, BOND));
        book.ask(receipt, signature);
    }

    function test_withdraw() public {
        stand(50 ether);
        vm.startPrank(server);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NotLeaving.selector, server));
        book.withdraw();
        book.leave();
        uint256 at = block.timestamp + POST + 2 * ANSWER;
        assertEq(book.standing(server).leavingAt, at);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.TooEarly.selector, block.timestamp, at));
        book.withdraw();
        vm.stopPrank();
        IInferenceLog.Receipt memory receipt = receiptOf(0, "a");
        vm.warp(at);
        _ask(receipt);
        vm.startPrank(server);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.QuestionsOpen.selector, 1));
        book.withdraw();
        vm.stopPrank();
        IInferenceLog.Receipt[] memory receipts = new IInferenceLog.Receipt[](1);
        receipts[0] = receipt;
        (uint256 batch,) = postBatch(receipts);
        book.answer(receipt, batch, new bytes32[](0));
        vm.prank(server);
        assertEq(book.withdraw(), 50 ether);
        assertEq(token.balanceOf(server), 50 ether);
        vm.expectRevert(abi.encodeWithSelector(IInferenceLog.NothingAtStake.selector, server));
        vm.prank(server);
        book.leave();
    }

    function test_deposit_endsTheLeaving() public {
        stand(50 ether);
        vm.prank(server);
        book.leave();
        stand(1 ether);
        assertEq(book.standing(server).leavingAt, 0);
        assertEq(book.standing(server).deposit, 51 ether);
    }

    function test_reentrancy() public {
        stand(50 ether);
        IInferenceLog.Receipt memory one = receiptOf(3, "yes");
        IInferenceLog.Receipt memory other = receiptOf(3, "no");
        (bytes memory a, bytes memory b) = (sign(one), sign(other));
        token.setHook(this);
        attack = abi.encodeCall(IInferenceLog.proveDouble, (one, a, other, b));
        vm.prank(watcher);
        book.proveDouble(one, a, other, b);
        assertEq(bytes4(refusal), bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        attack = abi.encodeCall(IPayouts.collect, (watcher));
        assertEq(book.collect(watcher), 10 ether);
        assertEq(bytes4(refusal), bytes4(keccak256("ReentrancyGuardReentrantCall()")));
    }

    /// Whatever the batches are, every receipt in them is answered for, and nothing else is.
    function testFuzz_answer(uint8 before, uint8 count, uint8 which) public {
        stand(50 ether);
        count = uint8(bound(count, 1, 70));
        which = uint8(bound(which, 0, count - 1));
        if (before > 0) postBatch(_receipts(bound(before, 1, 20)));
        IInferenceLog.Receipt[] memory receipts = _receipts(count);
        (uint256 batch, bytes32[] memory leaves) = postBatch(receipts);
        skip(POST);
        _ask(receipts[which]);
        bytes32[] memory proof = SparseTree.proof(leaves, which, depthFor(count));
        book.answer(receipts[which], batch, proof);
        assertEq(book.owed(address(this)), BOND);
        assertEq(book.standing(server).deposit, 50 ether);
    }
}
