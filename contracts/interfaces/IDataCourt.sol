// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {IBurnableERC20} from "./IBurnableERC20.sol";
import {IFraudJudge} from "./IFraudJudge.sol";
import {IRoundLedger} from "./IRoundLedger.sol";

/// @title DataCourt
/// @notice Opens on chain what an operator commits to and withholds (docs/judge.md). Without it a claim of hashes with
/// nothing behind them could not be disproved: a proof needs preimages.
///
/// ```
///  request (bond) ──▶ open ──answer, in the window──▶ answered: the bond goes to whoever answered
///                      │──window over, claim stands──▶ expire: the judge rejects the claim, bond and bounty to the requester
///                      └──claim final or rejected────▶ refund: the bond goes back
/// ```
///
/// * Anyone may request, anyone may answer. An answer is checked against the roots of the posted claim and nothing else, so
///   whoever computed or replayed an honest claim can give it. It stays readable in the `Answered` event.
/// * The answer window is an eighth of the task's challenge window. A request is accepted while two of them are left, so an
///   expiry, or a proof from what was opened, still comes before the claim is final. No rule of finality changes. Seven
///   requests fit one after the other. Time in which the ledger is paused counts for nothing here either, and nothing can be
///   requested then.
/// * Nothing is asked that an honest claim does not have: the shape of each tree follows from the specification, the claim
///   and, for gram and trace, from the number of admitted rows. That number is the length of the trace's first leaf
///   (`requestStakes`), which the judge holds against the members tree.
/// * Where an honest claim has nothing and no proof reaches (past the last chunk of model and reference, in the reference of a
///   task without one) no answer is taken: whoever commits to something there loses its claim to the request.
/// * The same thing is asked once for each posting of a claim. Copying another's request from the mempool takes the bounty
///   at the risk of the bond; the liar loses the same.
///
/// Assumed: the ledger is the one named at deployment and its vault's token is a plain ERC-20 (`IStakeVault`); whoever
/// answers for an operator is awake once in a window. A flood of requests costs its sender one bond for each that is
/// answered, so the bond should exceed the price of the costliest answer (`answerChunk`).
///
/// Immutable, no owner, holds nothing but the bonds of open requests.
interface IDataCourt {
    enum Kind {
        Stakes,
        Node,
        Leaf,
        Chunk,
        Sums
    }

    enum Tree {
        Members,
        Gram,
        Trace,
        Transition,
        Model,
        Reference,
        Ledger
    }

    enum Status {
        None,
        Open,
        Answered,
        Expired,
        Refunded
    }

    struct Dispute {
        uint256 task;
        uint64 round;
        Claim claim;
    }

    /// @notice What has to be opened: all that an answer is checked against. Its hash is the request's id.
    /// @param attempt how often the round had been rejected when the claim was posted: tells postings apart
    /// @param root what the answer must lead to
    /// @param depth levels between the root and the leaves
    /// @param level distance of the node from the root (`depth` for a leaf)
    /// @param index of the node or leaf in its level; of a segment for `Chunk`
    /// @param count leaves below it may not be empty; nodes of model and reference: leaves from it on must be
    struct Target {
        uint256 task;
        uint64 round;
        uint8 attempt;
        Kind kind;
        Tree tree;
        uint8 depth;
        uint8 level;
        uint64 index;
        uint64 count;
        bytes32 claimHash;
        bytes32 root;
    }

    /// @param requestedAt second of the request
    /// @param window seconds to answer from then on, pauses left out
    struct Request {
        address requester;
        uint40 requestedAt;
        uint32 window;
        Status status;
    }

    /// @notice A leaf of the gram tree.
    struct PairLeaf {
        bytes32 hash;
        int256 product;
        uint256 pair;
        uint256 position;
        bytes32[] path;
    }

    /// @param deadline as known now: a later pause of the ledger moves it (`deadlineOf`)
    event Requested(
        bytes32 indexed id,
        uint256 indexed task,
        uint64 indexed round,
        address requester,
        uint40 deadline,
        Target target
    );
    /// @param call the answering call (selector and arguments)
    event Answered(
        bytes32 indexed id, uint256 indexed task, uint64 indexed round, address answerer, bytes call
    );
    event Expired(bytes32 indexed id, uint256 indexed task, uint64 indexed round, address requester);
    event Refunded(bytes32 indexed id, uint256 indexed task, uint64 indexed round, address requester);

    error ZeroBond();
    error ShortTransfer(uint256 received, uint256 expected);
    /// @notice Only a posted claim that is not final can be asked about.
    error NotDisputable(uint256 task, uint64 round, IRoundLedger.RoundStatus status);
    error WrongClaim(bytes32 claimHash, bytes32 expected);
    error WrongSpec(bytes32 specHash, bytes32 expected);
    /// @notice The task's judge takes no word from this court.
    error WrongJudge(address judge);
    error LedgerPaused(uint256 until);
    /// @notice Two answer windows must be left.
    error TooLate(uint256 timestamp, uint256 end);
    error TooEarly(uint256 timestamp, uint256 from);
    error AlreadyRequested(bytes32 id);
    error NotOpen(bytes32 id, Status status);
    error WrongKind(Kind kind, Kind expected);
    error WrongTree(Tree tree);
    /// @notice An honest claim has nothing there.
    error NothingThere(uint256 index, uint256 size);
    error NotAvailable(uint8 verdict);
    /// @notice The claim that the request is about does not stand any more: `refund`.
    error ClaimGone(bytes32 claimHash);
    /// @notice The claim still stands and can be rejected: `expire` it once the window is over.
    error ClaimStands(bytes32 claimHash);
    error WrongLength(uint256 length, uint256 expected);
    error WrongHash(bytes32 hash, bytes32 expected);
    /// @notice A leaf of this tree cannot look like that.
    error MalformedLeaf(Tree tree, uint256 length);
    /// @notice The leaf is one that the claim must have.
    error EmptyLeaf(uint256 index, uint256 count);
    error WrongSigner(address signer, address expected);

    // ── Requests: all take the bond from the caller, who must have approved it ────────────────────────────────────

    /// @notice Asks for the first leaf of the trace, wherever it is: the stakes of the admitted rows.
    function requestStakes(Dispute calldata d) external returns (bytes32 id);

    /// @notice Asks for the nodes up to five levels below a node.
    /// @param level distance from the root
    /// @param stakes the first leaf of the trace, for gram and trace; ignored for other trees
    function requestNode(
        Dispute calldata d,
        TaskSpec calldata spec,
        Tree tree,
        uint8 level,
        uint64 index,
        IFraudJudge.TraceOpening calldata stakes
    ) external returns (bytes32 id);

    /// @notice Asks for the preimage of a leaf; of a members row, also why it may stand.
    function requestLeaf(
        Dispute calldata d,
        TaskSpec calldata spec,
        Tree tree,
        uint64 index,
        IFraudJudge.TraceOpening calldata stakes
    ) external returns (bytes32 id);

    /// @notice Asks for 8192 bytes of an update that was admitted.
    function requestChunk(
        Dispute calldata d,
        TaskSpec calldata spec,
        IFraudJudge.MemberOpening calldata m,
        uint64 segment
    ) external returns (bytes32 id);

    /// @notice Asks for the sum nodes up to five levels below (and with) a node of a pair's sum tree.
    /// @param level distance from the pair's root
    function requestSums(
        Dispute calldata d,
        TaskSpec calldata spec,
        PairLeaf calldata pair,
        uint8 level,
        uint64 index
    ) external returns (bytes32 id);

    // ── Answers: the bond goes to the caller ──────────────────────────────────────────────────────────────────────

    /// @param words stakes of the admitted rows
    /// @param path siblings from the leaf up
    function answerStakes(Target calldata t, int256[] calldata words, bytes32[] calldata path) external;

    /// @param nodes the `2^k` descendants `k = min(5, depth − level)` levels below the node. Past the last chunk of model and
    /// reference there is nothing, and a reference in a task without one cannot be opened: no proof reaches either
    /// @param path siblings from the node up
    function answerNode(Target calldata t, bytes32[] calldata nodes, bytes32[] calldata path) external;

    /// @param preimage of the leaf; empty for an empty leaf
    function answerLeaf(Target calldata t, bytes calldata preimage, bytes32[] calldata path) external;

    /// @param signature of the member's commitment; empty for one forced on chain
    /// @param salt that opens the commitment; ignored for a row without update root
    function answerMember(
        Target calldata t,
        MemberLeaf calldata leaf,
        bytes calldata signature,
        bytes32 salt,
        bytes32[] calldata path
    ) external;

    /// @param data 8192 int8
    /// @param path siblings from the segment root to the update root
    function answerChunk(Target calldata t, bytes calldata data, bytes32[] calldata path) external;

    /// @param chain the `level` nodes from the pair's root down to the parent of the node
    /// @param nodes the node and what is below it, `k = min(5, depth − level)` levels, breadth first: children of `i` are
    /// `2 i + 1` and `2 i + 2`
    function answerSums(
        Target calldata t,
        IFraudJudge.SumNode[] calldata chain,
        IFraudJudge.SumNode[] calldata nodes
    ) external;

    // ── Ends without answer ───────────────────────────────────────────────────────────────────────────────────────

    /// @notice Nobody answered in the window: the claim is rejected. Anyone may call; bond and bounty go to the requester.
    function expire(Target calldata t) external;

    /// @notice The claim was rejected for another reason or is final: the bond goes back to the requester. Anyone may call.
    function refund(Target calldata t) external;

    // ── Views ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function ledger() external view returns (IRoundLedger);
    function token() external view returns (IBurnableERC20);
    /// @notice Token wei that a request puts at stake.
    function requestBond() external view returns (uint128);
    /// @notice Seconds to answer a request of a task.
    function answerWindow(uint256 task) external view returns (uint256);
    function idOf(Target calldata t) external pure returns (bytes32);
    function request(bytes32 id) external view returns (Request memory);
    /// @notice Second from which the request can no longer be answered, as far as pauses are known now.
    function deadlineOf(bytes32 id) external view returns (uint256);
}
