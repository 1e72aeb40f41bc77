// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IBurnableERC20} from "../interfaces/IBurnableERC20.sol";
import {MerkleTree} from "../lib/MerkleTree.sol";
import {Payouts} from "../lib/Payouts.sol";
import {QuorateDomain} from "../lib/QuorateDomain.sol";
import {TokenBurn} from "../lib/TokenBurn.sol";
import {IInferenceLog} from "./IInferenceLog.sol";

/// @title InferenceLog
/// @dev Behaviour and assumptions: see `IInferenceLog`.
contract InferenceLog is IInferenceLog, QuorateDomain, Payouts {
    using SafeERC20 for IERC20;

    bytes32 private constant _RECEIPT = keccak256(
        "InferenceReceipt(bytes32 model,bytes32 input,bytes32 output,uint64 time,uint64 expiry,uint64 nonce,bytes32 grant,address server)"
    );
    /// Share of a deposit for whoever proved the fault.
    uint256 private constant _BOUNTY_PARTS = 5;

    /// @inheritdoc IInferenceLog
    uint40 public immutable POST_WINDOW;
    /// @inheritdoc IInferenceLog
    uint40 public immutable ANSWER_WINDOW;
    /// @inheritdoc IInferenceLog
    uint40 public immutable DELAY;
    /// @inheritdoc IInferenceLog
    uint128 public immutable BOND;
    /// @inheritdoc IInferenceLog
    IBurnableERC20 public immutable token;
    /// @inheritdoc IInferenceLog
    uint256 public batches;
    mapping(uint256 batch => Batch) private _batches;
    mapping(address server => Server) private _servers;
    mapping(bytes32 receipt => Question) private _questions;

    constructor(IBurnableERC20 token_, uint128 bond, uint40 postWindow, uint40 answerWindow) {
        if (bond == 0 || postWindow == 0 || answerWindow == 0) revert ZeroAmount();
        (token, BOND, POST_WINDOW, ANSWER_WINDOW) = (token_, bond, postWindow, answerWindow);
        // A receipt of the last second before the announcement can still be asked for, and answered.
        DELAY = postWindow + 2 * answerWindow;
    }

    /// @inheritdoc IInferenceLog
    function deposit(uint128 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        Server storage server = _servers[msg.sender];
        server.deposit += amount;
        server.leavingAt = 0;
        emit Deposited(msg.sender, amount, server.deposit);
        _take(amount);
    }

    /// @inheritdoc IInferenceLog
    function leave() external {
        Server storage server = _servers[msg.sender];
        if (server.deposit == 0) revert NothingAtStake(msg.sender);
        server.leavingAt = uint40(block.timestamp) + DELAY;
        emit Leaving(msg.sender, server.leavingAt);
    }

    /// @inheritdoc IInferenceLog
    function withdraw() external nonReentrant returns (uint128 amount) {
        Server storage server = _servers[msg.sender];
        if (server.leavingAt == 0) revert NotLeaving(msg.sender);
        if (block.timestamp < server.leavingAt) revert TooEarly(block.timestamp, server.leavingAt);
        // INVARIANT: an open question never outlives the deposit that it asks about.
        if (server.questions > 0) revert QuestionsOpen(server.questions);
        amount = server.deposit;
        (server.deposit, server.leavingAt) = (0, 0);
        emit Withdrawn(msg.sender, amount);
        IERC20(address(token)).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IInferenceLog
    function post(bytes32 root, uint32 count) external returns (uint256 batch) {
        if (count == 0) revert ZeroAmount();
        Server storage server = _servers[msg.sender];
        uint64 first = server.next;
        server.next = first + count;
        batch = ++batches;
        _batches[batch] =
            Batch({server: msg.sender, first: first, count: count, postedAt: uint40(block.timestamp), root: root});
        emit BatchPosted(batch, msg.sender, first, count, root);
    }

    /// @inheritdoc IInferenceLog
    function proveDouble(
        Receipt calldata first,
        bytes calldata firstSignature,
        Receipt calldata second,
        bytes calldata secondSignature
    ) external nonReentrant {
        bytes32 digest = receiptDigest(first);
        bytes32 other = receiptDigest(second);
        if (digest == other) revert SameReceipt(digest);
        if (first.server != second.server) revert WrongSignature(second.server, first.server);
        if (first.nonce != second.nonce) revert OtherNonce(first.nonce, second.nonce);
        _requireSigned(first.server, digest, firstSignature);
        _requireSigned(first.server, other, secondSignature);
        _slash(first.server, msg.sender, digest);
    }

    /// @inheritdoc IInferenceLog
    function ask(Receipt calldata receipt, bytes calldata signature) external nonReentrant {
        bytes32 digest = receiptDigest(receipt);
        _requireSigned(receipt.server, digest, signature);
        if (_questions[digest].endsAt != 0) revert AlreadyAsked(digest);
        Server storage server = _servers[receipt.server];
        if (server.deposit == 0) revert NothingAtStake(receipt.server);
        uint256 from = uint256(receipt.time) + POST_WINDOW;
        if (block.timestamp < from) revert TooEarly(block.timestamp, from);
        if (block.timestamp >= receipt.expiry) revert Expired(block.timestamp, receipt.expiry);
        uint40 endsAt = uint40(block.timestamp) + ANSWER_WINDOW;
        ++server.questions;
        _questions[digest] =
            Question({server: receipt.server, asker: msg.sender, nonce: receipt.nonce, endsAt: endsAt});
        emit Asked(digest, receipt.server, msg.sender, receipt.nonce, endsAt);
        _take(BOND);
    }

    /// @inheritdoc IInferenceLog
    function answer(Receipt calldata receipt, uint256 batch, bytes32[] calldata proof) external {
        bytes32 digest = receiptDigest(receipt);
        Question memory question = _open(digest);
        if (block.timestamp >= question.endsAt) revert Expired(block.timestamp, question.endsAt);
        Batch memory in_ = _batches[batch];
        if (
            in_.server != question.server || question.nonce < in_.first
                || question.nonce >= uint256(in_.first) + in_.count || proof.length != _depthFor(in_.count)
        ) revert NotInBatch(batch, question.nonce);
        bytes32 root = MerkleTree.rootFrom(digest, question.nonce - in_.first, proof);
        if (root != in_.root) revert WrongProof(root, in_.root);
        _end(digest, question);
        _owe(msg.sender, BOND);
        emit Answered(digest, msg.sender, batch);
    }

    /// @inheritdoc IInferenceLog
    function expire(bytes32 receipt) external nonReentrant {
        Question memory question = _open(receipt);
        if (block.timestamp < question.endsAt) revert TooEarly(block.timestamp, question.endsAt);
        _end(receipt, question);
        _owe(question.asker, BOND);
        // Another proof may have taken the deposit: the bond comes back all the same.
        if (_servers[question.server].deposit > 0) _slash(question.server, question.asker, receipt);
    }

    /// @inheritdoc IInferenceLog
    function batchOf(uint256 batch) external view returns (Batch memory) {
        return _batches[batch];
    }

    /// @inheritdoc IInferenceLog
    function standing(address server) external view returns (Server memory) {
        return _servers[server];
    }

    /// @inheritdoc IInferenceLog
    function questionOf(bytes32 receipt) external view returns (Question memory) {
        return _questions[receipt];
    }

    /// @inheritdoc IInferenceLog
    function receiptDigest(Receipt calldata receipt) public view returns (bytes32) {
        return _digest(keccak256(abi.encode(_RECEIPT, receipt)));
    }

    function _payoutToken() internal view override returns (IERC20) {
        return IERC20(address(token));
    }

    function _open(bytes32 receipt) private view returns (Question memory question) {
        question = _questions[receipt];
        if (question.asker == address(0)) revert NotAsked(receipt);
    }

    /// @dev `endsAt` stays: a receipt is asked for once.
    function _end(bytes32 receipt, Question memory question) private {
        _questions[receipt].asker = address(0);
        --_servers[question.server].questions;
    }

    function _slash(address account, address prover, bytes32 receipt) private {
        Server storage server = _servers[account];
        uint128 taken = server.deposit;
        if (taken == 0) revert NothingAtStake(account);
        (server.deposit, server.leavingAt) = (0, 0);
        uint128 bounty = uint128(taken / _BOUNTY_PARTS);
        uint128 burned = taken - bounty;
        _owe(prover, bounty);
        emit Slashed(account, prover, burned, bounty, receipt);
        uint128 left = TokenBurn.tryBurn(token, burned);
        if (left > 0) IERC20(address(token)).safeTransfer(TokenBurn.DEAD, left);
    }

    function _requireSigned(address server, bytes32 digest, bytes calldata signature) private pure {
        address signer = ECDSA.recoverCalldata(digest, signature);
        if (signer != server) revert WrongSignature(signer, server);
    }

    function _take(uint128 amount) private {
        uint256 before = token.balanceOf(address(this));
        IERC20(address(token)).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert ShortTransfer(received, amount);
    }

    /// @dev Levels of a tree over `count` leaves.
    function _depthFor(uint256 count) private pure returns (uint256 depth) {
        while (uint256(1) << depth < count) ++depth;
    }
}
