// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "../interfaces/IBurnableERC20.sol";
import {IPayouts} from "../interfaces/IPayouts.sol";

/// @title InferenceLog
/// @notice Servers stand with a deposit for what they sign. A receipt says what a model answered; a batch puts many receipts
/// on chain as one root.
///
/// * Nonces of a server count from 0. A batch takes the next ones in order, so that each nonce has one leaf for ever: leaf i of a batch is the
///   digest of the receipt with the nonce `first + i`.
/// * **Doubling**: two receipts of one server and nonce that differ prove themselves.
/// * **Denial**: whoever holds a receipt may ask for its leaf. The server, or anyone with the batch, answers with its path
///   within `ANSWER_WINDOW`. A receipt that no batch has, or that is not shown, costs the deposit.
/// * A proof takes the whole deposit: a fifth goes to whoever proved it, the rest is burned. Money of others is never touched.
/// * A question puts up `BOND`, which pays the answer. A server that answers loses nothing. A question may be asked from
///   `POST_WINDOW` after the time of the receipt on, so that the server has time for its batch, and before the receipt expires.
/// * A deposit is withdrawn after `DELAY`, which is longer than a question takes. While a question is open nothing is withdrawn.
///
/// Immutable, without owner. Assumed of the token: a plain ERC-20 without fee on transfer or rebasing. Assumed of a server: it
/// posts its receipts within `POST_WINDOW`, keeps its batches until their receipts expire, and looks at the chain once in `ANSWER_WINDOW`. A holder should
/// look at `standing` of a server before it relies on a receipt: nothing is at stake beyond the deposit.
interface IInferenceLog is IPayouts {
    /// @notice What a server signs (EIP-712, `InferenceReceipt`).
    /// @param model claim hash of the model
    /// @param input hash of the question as the server read it
    /// @param output hash of the answer
    /// @param time second of the answer
    /// @param expiry second from which the receipt proves nothing any more
    /// @param grant licence or channel that paid for it; 0 for none
    struct Receipt {
        bytes32 model;
        bytes32 input;
        bytes32 output;
        uint64 time;
        uint64 expiry;
        uint64 nonce;
        bytes32 grant;
        address server;
    }

    /// @param first nonce of the first leaf
    struct Batch {
        address server;
        uint64 first;
        uint32 count;
        uint40 postedAt;
        bytes32 root;
    }

    /// @param deposit token wei that a proof takes
    /// @param next nonce that the next batch begins with
    /// @param questions open questions
    /// @param leavingAt second from which `withdraw` pays, 0 while nobody asked for it
    struct Server {
        uint128 deposit;
        uint64 next;
        uint32 questions;
        uint40 leavingAt;
    }

    /// @param endsAt second from which the question is lost for the server
    struct Question {
        address server;
        address asker;
        uint64 nonce;
        uint40 endsAt;
    }

    event Deposited(address indexed server, uint128 amount, uint128 deposit);
    event Leaving(address indexed server, uint40 leavingAt);
    event Withdrawn(address indexed server, uint128 amount);
    event BatchPosted(uint256 indexed batch, address indexed server, uint64 first, uint32 count, bytes32 root);
    event Asked(bytes32 indexed receipt, address indexed server, address indexed asker, uint64 nonce, uint40 endsAt);
    event Answered(bytes32 indexed receipt, address indexed by, uint256 batch);
    event Slashed(address indexed server, address indexed prover, uint128 burned, uint128 bounty, bytes32 receipt);

    error ZeroAmount();
    error ShortTransfer(uint256 received, uint256 expected);
    error WrongSignature(address signer, address expected);
    error SameReceipt(bytes32 receipt);
    error OtherNonce(uint256 first, uint256 second);
    error NothingAtStake(address server);
    error AlreadyAsked(bytes32 receipt);
    error NotAsked(bytes32 receipt);
    error TooEarly(uint256 time, uint256 from);
    error Expired(uint256 time, uint256 expiry);
    error NotLeaving(address server);
    error QuestionsOpen(uint256 questions);
    error NotInBatch(uint256 batch, uint256 nonce);
    error WrongProof(bytes32 root, bytes32 expected);

    /// @notice Adds to the deposit of the caller, and takes back an announced withdrawal.
    function deposit(uint128 amount) external;
    /// @notice Announces that the caller will withdraw its deposit.
    function leave() external;
    /// @notice Pays the deposit of the caller after the delay.
    function withdraw() external returns (uint128 amount);
    /// @notice Puts the next receipts of the caller on chain.
    /// @param count receipts under the root, which is a tree of docs/protocol.md §2 of depth `depthFor(count)`
    function post(bytes32 root, uint32 count) external returns (uint256 batch);
    /// @notice Two different receipts of one server and nonce take its deposit.
    function proveDouble(
        Receipt calldata first,
        bytes calldata firstSignature,
        Receipt calldata second,
        bytes calldata secondSignature
    ) external;
    /// @notice Asks for the leaf of a receipt, with a bond.
    function ask(Receipt calldata receipt, bytes calldata signature) external;
    /// @notice Shows the leaf; the bond goes to the caller. Anyone may.
    /// @param proof siblings from the leaf up
    function answer(Receipt calldata receipt, uint256 batch, bytes32[] calldata proof) external;
    /// @notice Ends a question that nobody answered: the deposit is taken, and the asker gets bond and bounty. Anyone may.
    function expire(bytes32 receipt) external;

    function POST_WINDOW() external view returns (uint40);
    function ANSWER_WINDOW() external view returns (uint40);
    function DELAY() external view returns (uint40);
    function BOND() external view returns (uint128);
    function token() external view returns (IBurnableERC20);
    function batches() external view returns (uint256);
    /// @notice Batches have the numbers from 1 on.
    function batchOf(uint256 batch) external view returns (Batch memory);
    function standing(address server) external view returns (Server memory);
    function questionOf(bytes32 receipt) external view returns (Question memory);
    /// @notice What the server signs, and the leaf of the receipt.
    function receiptDigest(Receipt calldata receipt) external view returns (bytes32);
}
