// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {IBurnableERC20} from "./IBurnableERC20.sol";
import {IFraudJudge} from "./IFraudJudge.sol";
import {IPayouts} from "./IPayouts.sol";
import {IRoundLedger} from "./IRoundLedger.sol";

/// @title DataCourt
/// @notice Opens on chain the data that an operator commits to and withholds (docs/judge.md). Without the court, a
/// claim of hashes with nothing behind them could not be disproved, because a proof needs preimages.
///
/// ```
///  request (bond) ──▶ open ──answer, in the window──▶ answered: the bond is owed to whoever answered
///                      │──window over, claim stands──▶ expire: the judge rejects the claim, bond and bounty to the requester
///                      └──claim final or rejected────▶ refund: the bond goes back
/// ```
///
/// * Only accounts of the round's committee ask: members with stake at its snapshot, by owner or current key. Operators
///   do not, because nothing bounds their number. An account has at most `MAX_UNITS` units open about one claim. A
///   node is 1 unit; a leaf 1, of trace and transition 2; stakes and sums 2; a chunk 4; 16 members rows 7. An answer
///   frees its units.
/// * What the whole committee can ask at once fits into a quarter of the blocks of a quarter of the answer window
///   (`FULL_WINDOW`). A node that answers the oldest requests first therefore answers all of them in time, however many
///   are asked. The window is the same for every request, so nobody can stretch a dispute either.
/// * Anyone may answer, many requests in one transaction (`batch`). The court checks an answer against the roots of the posted claim and
///   nothing else. Every node that computed or replayed an honest claim can therefore answer. The answer stays readable
///   in the `Answered` event.
/// * The answer window is an eighth of the task's challenge window. The court accepts a request while two answer
///   windows are left. An expiry, or a proof from the answer, therefore comes before the claim is final. No rule of
///   finality changes. Seven requests fit one after the other. Paused time of the ledger does not count here either,
///   and the court takes no request during a pause.
/// * A request never asks for a part that an honest claim does not have. The shape of each tree follows from the
///   specification, the claim and, for gram and trace, from the number of admitted rows. That number is the length of
///   the trace's first leaf (`requestStakes`). The judge compares the number with the members tree.
/// * The court takes no answer for places where an honest claim has nothing and no proof reaches: past the last chunk
///   of model and reference, and in the reference of a task without one. An operator that commits to a value there
///   loses its claim to the request.
/// * The court takes each request once for each posting of a claim. Somebody who copies another account's request from
///   the mempool takes the bounty at the risk of the bond; the liar loses the same.
///
/// Assumed: the ledger is the one named at deployment, and its vault's token is a plain ERC-20 (`IStakeVault`). A node
/// that answers for an operator is awake at least once in half a window.
///
/// The bond of a request is `unitBond` for each of its units, so it grows with the gas of its answer. Assumed at deployment:
/// `unitBond` buys `BOND_GAS` of gas. Then an answer costs whoever sends it less than it brings, and a flood of requests
/// costs its sender more than the nodes that answer. The court cannot check this, because no contract knows what a token
/// is worth in gas. The bond is in the staking token all the same, for three reasons. The ledger can compare bonds with
/// what a lie burns, and refuses a task in which a liar could live on the search for its lie (`ITaskRules.SEARCH_UNITS`).
/// The base fee, which a contract can read, leaves out what a rollup pays for data. A payment in the native currency
/// would run the recipient's code.
///
/// Immutable, no owner, holds nothing but the bonds of open requests and what it owes. It pushes no payment: bonds wait
/// for `collect`.
interface IDataCourt is IPayouts {
    enum Kind {
        Stakes,
        Node,
        Leaf,
        Chunk,
        Sums,
        Rows
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

    /// @notice The part of a claim that has to be opened: everything that an answer is checked against. Its hash is the
    /// request's id.
    /// @param root the hash that the answer must lead to
    /// @param depth levels between the root and the leaves
    /// @param level distance of the node from the root (`depth` for a leaf)
    /// @param index of the node or leaf in its level; of a segment for `Chunk`; of 16 rows for `Rows`
    /// @param count leaves below `count` may not be empty; for nodes of model and reference, leaves from `count` on
    /// must be empty
    struct Target {
        uint256 task;
        uint64 round;
        Kind kind;
        Tree tree;
        uint8 depth;
        uint8 level;
        uint64 index;
        uint64 count;
        bytes32 claimHash;
        bytes32 root;
    }

    /// @param requester who paid the bond
    /// @param account the member that asked
    /// @param requestedAt second of the request
    /// @param window seconds to answer from then on, pauses left out
    struct Request {
        address requester;
        uint40 requestedAt;
        uint32 window;
        Status status;
        address account;
    }

    /// @notice A members row and why it may stand.
    /// @param signature of the member's commitment; empty for one forced on chain
    /// @param attestation signature of the member's attestation; empty for a row without
    /// @param salt that opens the commitment; ignored for a row without update root
    struct Row {
        MemberLeaf leaf;
        bytes signature;
        bytes attestation;
        bytes32 salt;
    }

    /// @notice A leaf of the gram tree.
    struct PairLeaf {
        bytes32 hash;
        int256 product;
        uint256 pair;
        uint256 position;
        bytes32[] path;
    }

    /// @param deadline as known now; a later pause of the ledger moves it (`deadlineOf`)
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
    error WindowOutOfBounds(uint256 window, uint256 maximum);
    /// @notice Only members with stake at the round's snapshot ask, by owner or current key.
    error NotInCommittee(address caller);
    /// @notice So many units of this account about this claim are open: wait for answers.
    error TooManyRequests(address account, uint256 units, uint256 maximum);
    /// @notice This call of a batch ran out of gas or is no call of the court.
    error BatchFailed(uint256 index);
    /// @notice No call of the batch succeeded.
    error NothingDone();
    error ShortTransfer(uint256 received, uint256 expected);
    /// @notice Requests are possible only for a posted claim that is not final.
    error NotDisputable(uint256 task, uint64 round, IRoundLedger.RoundStatus status);
    error WrongClaim(bytes32 claimHash, bytes32 expected);
    error WrongSpec(bytes32 specHash, bytes32 expected);
    /// @notice The task's judge does not accept rejections from this court.
    error WrongJudge(address judge);
    error LedgerPaused(uint256 until);
    /// @notice Two answer windows must be left.
    error TooLate(uint256 timestamp, uint256 end);
    error TooEarly(uint256 timestamp, uint256 from);
    error AlreadyRequested(bytes32 id);
    error NotOpen(bytes32 id, Status status);
    error WrongKind(Kind kind, Kind expected);
    error WrongTree(Tree tree);
    /// @notice An honest claim has nothing at this place.
    error NothingThere(uint256 index, uint256 size);
    error NotAvailable(uint8 verdict);
    /// @notice The claim of the request does not stand any more: call `refund`.
    error ClaimGone(bytes32 claimHash);
    /// @notice The claim still stands and can be rejected: call `expire` once the window is over.
    error ClaimStands(bytes32 claimHash);
    error WrongLength(uint256 length, uint256 expected);
    error WrongHash(bytes32 hash, bytes32 expected);
    /// @notice No leaf of this tree has this form.
    error MalformedLeaf(Tree tree, uint256 length);
    /// @notice An honest claim has a leaf at this index.
    error EmptyLeaf(uint256 index, uint256 count);
    error WrongSigner(address signer, address expected);

    // ── Requests: all take the bond from the caller, who must have approved it ────────────────────────────────────

    /// @notice Asks for the first leaf of the trace, at any depth: the stakes of the admitted rows.
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

    /// @notice Asks for the preimage of a leaf; for a members row also for the signatures and the salt behind it.
    function requestLeaf(
        Dispute calldata d,
        TaskSpec calldata spec,
        Tree tree,
        uint64 index,
        IFraudJudge.TraceOpening calldata stakes
    ) external returns (bytes32 id);

    /// @notice Asks for up to 16 members rows, each with the signatures and the salt behind it.
    /// @param group rows 16 · group … 16 · group + 15, as far as the claim has them
    function requestRows(Dispute calldata d, uint64 group) external returns (bytes32 id);

    /// @notice Asks for 8192 bytes of an update that is available. Not in tasks with buckets: there an update is a tree over
    /// versions, most of which nobody may ever see.
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

    /// @notice The same for the tree of a row's own squared norm, which an inadmissible row of reason 3 commits to.
    /// @param level distance from the node that `reasonArg` hashes. The tree is its left side, so the tree's root has
    /// level 1; ask for level 0 only if an update has one segment
    function requestOwnSums(
        Dispute calldata d,
        TaskSpec calldata spec,
        IFraudJudge.MemberOpening calldata m,
        uint8 level,
        uint64 index
    ) external returns (bytes32 id);

    // ── Answers: the bond is owed to the caller ───────────────────────────────────────────────────────────────────

    /// @param words stakes of the admitted rows
    /// @param path siblings from the leaf up
    function answerStakes(Target calldata t, int256[] calldata words, bytes32[] calldata path) external;

    /// @param nodes the `2^k` descendants `k = min(5, depth − level)` levels below the node. Nodes past the last chunk
    /// of model and reference must be empty. The reference of a task without one cannot be opened. No proof reaches
    /// either place
    /// @param path siblings from the node up
    function answerNode(Target calldata t, bytes32[] calldata nodes, bytes32[] calldata path) external;

    /// @param preimage of the leaf; empty for an empty leaf
    function answerLeaf(Target calldata t, bytes calldata preimage, bytes32[] calldata path) external;

    /// @param rows the one that a leaf of the members tree stands for, or all of the group that the claim has
    /// @param path siblings from the leaf up, or from the node above 16 leaves
    function answerRows(Target calldata t, Row[] calldata rows, bytes32[] calldata path) external;

    /// @param data 8192 int8
    /// @param path siblings from the segment root to the update root
    function answerChunk(Target calldata t, bytes calldata data, bytes32[] calldata path) external;

    /// @param chain the `level` nodes from the pair's root down to the parent of the node
    /// @param nodes the node and its descendants, `k = min(5, depth − level)` levels, breadth first: the children of
    /// `i` are `2 i + 1` and `2 i + 2`
    function answerSums(
        Target calldata t,
        IFraudJudge.SumNode[] calldata chain,
        IFraudJudge.SumNode[] calldata nodes
    ) external;

    /// @notice Makes several calls of the court for the caller. A call that reverts is skipped, so that nobody can spoil a
    /// batch by answering one of its requests first.
    /// @param calls selector and arguments each
    /// @return done how many succeeded; at least one
    function batch(bytes[] calldata calls) external returns (uint256 done);

    // ── Ends without answer ───────────────────────────────────────────────────────────────────────────────────────

    /// @notice Nobody answered in the window: the claim is rejected. Anyone may call; bond and bounty are owed to the
    /// requester, the first by the court, the second by the vault.
    function expire(Target calldata t) external;

    /// @notice The claim was rejected for another reason or is final: the bond goes back to the requester. Anyone may call.
    function refund(Target calldata t) external;

    // ── Views ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Most accounts in a committee.
    function MAX_ASKERS() external view returns (uint256);
    /// @notice Units of one account about one claim that may be open.
    function MAX_UNITS() external view returns (uint256);
    /// @notice Gas that an answer takes in a batch, for each unit, calldata included.
    function UNIT_GAS() external view returns (uint256);
    /// @notice Gas that an answer takes in a transaction of its own, for each unit, when the court never owed anything to
    /// its sender: the most that `unitBond` has to pay for.
    function BOND_GAS() external view returns (uint256);
    /// @notice The block gas limit that the chain is assumed to have at least.
    function BLOCK_GAS_LIMIT() external view returns (uint256);
    /// @notice The time between blocks that the chain is assumed to have at most, seconds.
    function BLOCK_SECONDS() external view returns (uint256);
    /// @notice Shortest answer window that is safe, seconds: four times as long as the whole committee's open units take
    /// at a quarter of the block gas limit.
    function FULL_WINDOW() external view returns (uint256);
    /// @notice Shortest answer window that a task of this court may have, seconds. Less than `FULL_WINDOW` on a
    /// development chain, where a flood of requests may then reject a true claim.
    function minWindow() external view returns (uint256);
    /// @notice Whether `caller` may ask about a round.
    function mayAsk(uint256 task, uint64 round, address caller) external view returns (bool);
    /// @notice Units of an account about a posting of a claim that are open.
    function openUnits(bytes32 claimHash, address account) external view returns (uint256);
    function ledger() external view returns (IRoundLedger);
    function token() external view returns (IBurnableERC20);
    /// @notice Token wei that a request puts at stake for each of its units.
    function unitBond() external view returns (uint128);
    /// @notice What an answer costs, in units; `tree` counts for leaves only.
    function unitsOf(Kind kind, Tree tree) external pure returns (uint256);
    /// @notice Seconds to answer a request of a task.
    function answerWindow(uint256 task) external view returns (uint256);
    function idOf(Target calldata t) external pure returns (bytes32);
    function request(bytes32 id) external view returns (Request memory);
    /// @notice Second from which the request can no longer be answered, as far as pauses are known now.
    function deadlineOf(bytes32 id) external view returns (uint256);
}
