// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, LedgerLeaf, MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {IBucketProofs} from "./IBucketProofs.sol";
import {IRoundLedger} from "./IRoundLedger.sol";

/// @title FraudJudge
/// @notice Rejects a posted claim when one transaction shows that one of its parts does not follow from the others
/// (docs/judge.md). Anyone may prove; the bounty goes to the recipient of the case, if the proof was reserved.
///
/// * The judge believes nothing in a proof. It opens claims against the hashes that the ledger holds, leaves against
///   the roots of those claims, and the specification against the task. It reads weights, bounds and step sizes from
///   there.
/// * Leaves are opened by their preimages. The length of a preimage is never the 64 bytes of an inner node, so an
///   opened leaf is fixed in content and place. In an honest claim only the honest leaf can be opened.
/// * A proof that shows no fault reverts with `NoFault` and changes nothing.
///
/// Immutable, and stateless apart from reservations. Assumed of the ledger: it is the one named at deployment, and this
/// contract is the judge of the task. This contract cannot judge a leaf whose preimage the operator withholds.
interface IFraudJudge {
    /// @param recipient gets the bounty; if zero, the whole penalty is burned
    struct Case {
        uint256 task;
        uint64 round;
        address recipient;
        Claim claim;
    }

    /// @notice The claim that `Case.claim.parent` hashes, with its round number.
    struct Parent {
        uint64 round;
        Claim claim;
    }

    /// @notice A row of the members tree.
    struct MemberOpening {
        uint256 row;
        MemberLeaf leaf;
        bytes32[7] path;
    }

    /// @notice A leaf of the trace.
    struct TraceOpening {
        uint32 kind;
        uint32 index;
        int256[] words;
        uint256 position;
        bytes32[] path;
    }

    /// @notice A leaf of the transition tree: row hashes, then old and new model, old and new reference.
    struct ChunkOpening {
        uint256 chunk;
        bytes32[] words;
        bytes32[] path;
    }

    struct SumNode {
        bytes32 leftHash;
        int256 leftSum;
        bytes32 rightHash;
        int256 rightSum;
    }

    /// @notice A pair's leaf in the gram tree, and the nodes of its sum tree from the root down towards `segment`.
    struct PairOpening {
        uint256 pair;
        bytes32 hash;
        int256 product;
        uint256 position;
        bytes32[] path;
        uint256 segment;
        SumNode[] nodes;
    }

    /// @param rows the chunk of every row with weight, 256 bytes each, in row order
    /// @param oldModel 256 big-endian int32
    /// @param oldReference 256 bytes, empty for a zero leaf
    /// @param weights trace leaf 22; ignored when the claim has no trace
    struct TransitionProof {
        uint256 chunk;
        bytes rows;
        bytes oldModel;
        bytes32 newModel;
        bytes oldReference;
        bytes32 newReference;
        bytes32[] path;
        TraceOpening weights;
    }

    enum Part {
        OldModel,
        NewModel,
        OldReference,
        NewReference
    }

    /// @param part which of the last four words of the transition leaf is wrong
    /// @param leaf leaf of the same chunk in the model or reference tree (of the parent for an old one)
    struct ModelProof {
        ChunkOpening transition;
        Part part;
        bytes32 leaf;
        bytes32[] path;
        Parent parent;
    }

    /// @param row place of the wrong row hash in the transition leaf
    /// @param weights trace leaf 22
    /// @param excluded every row that was not admitted (verdict below 3), ascending: shows which member the row belongs
    /// to
    /// @param leaf the member's update-tree leaf of that chunk
    struct RowProof {
        ChunkOpening transition;
        uint256 row;
        TraceOpening weights;
        MemberOpening[] excluded;
        MemberOpening member;
        bytes32 leaf;
        bytes32[] path;
    }

    /// @notice One operand of an inner product. `path` leads from the segment root to the update root (or reference root).
    /// @param member ignored for the reference row
    struct SegmentOpening {
        bytes data;
        bytes32[] path;
        MemberOpening member;
    }

    /// @param stakes trace leaf 1: its length is the number of admitted rows
    /// @param excluded every row that was not admitted, if `rows` is empty
    /// @param rows all members rows; with many excluded ones they are less calldata than a path for each
    /// @param left row i, `right` row j ≤ i; `right.data` is empty when i = j
    struct GramProof {
        PairOpening pair;
        TraceOpening stakes;
        MemberOpening[] excluded;
        MemberLeaf[] rows;
        SegmentOpening left;
        SegmentOpening right;
        Parent parent;
    }

    /// @param scores trace leaf 25; ignored when the claim has no trace
    /// @param previous the member's leaf under the parent's ledger root; all zero if it was never written
    /// @param leaf what the claim's ledger root has at the member's slot
    struct LedgerProof {
        MemberOpening member;
        TraceOpening scores;
        Parent parent;
        LedgerLeaf previous;
        bytes32[10] previousPath;
        bytes32 leaf;
        bytes32[10] path;
    }

    /// @notice A pair's leaf in the gram tree. The pair follows from the place of the leaf.
    struct PairLeaf {
        bytes32 hash;
        int256 product;
    }

    /// @notice One step of the weight rule (docs/aggregation.md §6). `kind`, `index` and `word` fix the leaves and
    /// pairs that the step follows from. The proof therefore carries bare values, in the order of their trees.
    /// @param word the wrong word of the leaf for kinds that are judged word by word, else 0; for kind 2 two rows,
    /// `a | b << 128` with `a ≤ b`
    /// @param leaves words of each leaf: the stakes, the leaves that the step follows from, the judged leaf
    /// @param path siblings that cannot be computed from the leaves, level by level from the leaves up
    /// @param pairs inner products that the step follows from
    /// @param pairPath the same for the pairs, in the gram tree
    /// @param rows all members rows where a tie is broken (kinds 8, 15, 22) and for kinds 1 and 21, else none
    struct TraceProof {
        uint32 kind;
        uint32 index;
        uint256 word;
        int256[][] leaves;
        bytes32[] path;
        PairLeaf[] pairs;
        bytes32[] pairPath;
        MemberLeaf[] rows;
    }

    /// @notice 256 values of an update.
    /// @param data empty for an empty place past the last chunk
    struct ValueOpening {
        uint256 chunk;
        bytes data;
        bytes32[] path;
    }

    /// @notice A way down the sum tree of a row's own squared norm, which `reasonArg` of an inadmissible row commits to.
    /// @param segment at the end of the way
    /// @param nodes the node that `reasonArg` hashes, whose left side is the root of the tree, and the nodes below it
    /// @param data the 8192 values of the segment; empty where the nodes show the fault
    /// @param path from the segment root to the update root
    struct OwnSums {
        uint256 segment;
        SumNode[] nodes;
        bytes data;
        bytes32[] path;
    }

    /// @notice What shows that a row is admitted or refused wrongly: exactly one of the three lists has an entry.
    /// @param other another row, for reason 1
    /// @param chunk of the row's update, for reason 2
    /// @param sums of the row's update, for reason 3
    struct ReasonProof {
        MemberOpening member;
        MemberOpening[] other;
        ValueOpening[] chunk;
        OwnSums[] sums;
    }

    /// @param salt opens the row's commitment, with its update root
    /// @param signature of the commitment by the member's key
    /// @param chunk that no update of the task has
    struct GarbageProof {
        MemberOpening member;
        bytes32 salt;
        bytes signature;
        ValueOpening chunk;
    }

    /// @notice A slot without a row in the members tree.
    /// @param scores trace leaf 25; ignored when the claim has no trace
    /// @param previous the slot's leaf under the parent's ledger root; all zero if it was never written
    /// @param neighbours rows around the slot's place, as for `proveOmission`
    struct LedgerSlotProof {
        uint256 slot;
        TraceOpening scores;
        Parent parent;
        LedgerLeaf previous;
        bytes32[10] previousPath;
        bytes32 leaf;
        bytes32[10] path;
        MemberOpening[] neighbours;
    }

    /// @param recipient zero when nobody earns the bounty
    event FraudProved(uint256 indexed task, uint64 indexed round, bytes4 indexed proof, address recipient);

    /// @notice A member committed to an update that no node of the task makes, and pays for it.
    event GarbageProved(uint256 indexed task, uint64 indexed round, address indexed member);
    event Reserved(bytes32 indexed callHash, address indexed by);

    /// @notice The proof shows no fault: every opened part follows the protocol.
    error NoFault();
    error NotDisputable(uint256 task, uint64 round, IRoundLedger.RoundStatus status);
    error NotFinal(uint256 task, uint64 round, IRoundLedger.RoundStatus status);
    error WrongClaim(bytes32 claimHash, bytes32 expected);
    error WrongParent(bytes32 claimHash, bytes32 expected);
    error WrongSpec(bytes32 specHash, bytes32 expected);
    error NotInTree(bytes32 root, bytes32 expected);
    error IndexOutOfRange(uint256 index, uint256 size);
    error WrongLength(uint256 length, uint256 expected);
    error WrongTraceLeaf(uint32 kind, uint32 expected);
    error WrongRow(uint256 row, uint256 expected);
    error WrongSignature(bytes32 signatureHash, bytes32 expected);
    error WrongCommitment(bytes32 commitment, bytes32 expected);
    error NotAscending(address previous, address next);
    /// @notice The rule writes no leaf of this kind and index.
    error NoTraceLeaf(uint32 kind, uint256 index);
    /// @notice Rows `a` and `b` are equal but for their update roots: the proof has to bring the members rows.
    error TieNeedsRows(uint256 a, uint256 b);
    error NotCourt(address caller, address court);
    error NoCode(address account);
    error OtherLedger(IRoundLedger ledger, IRoundLedger expected);

    /// @notice Reserves the bounty of a proof. `callHash` is the hash of the whole calldata of the coming call, which
    /// names the recipient. Only a proof that was reserved in an earlier block pays a bounty, and paying uses the
    /// reservation up. A proof without reservation still rejects the claim, and the whole penalty is burned.
    function reserve(bytes32 callHash) external;

    /// @notice The court rejects a claim whose operator did not open a requested part in time.
    function rejectWithheld(uint256 task, uint64 round, address recipient) external;

    /// @notice A leaf of the trace does not follow from the leaves, inner products and rows before it.
    function proveTrace(Case calldata c, TaskSpec calldata spec, TraceProof calldata p) external;

    /// @notice The trace does not have the leaves that the rule writes: a leaf is missing, is another leaf, has another
    /// length or stands where no leaf should.
    /// @param stakes trace leaf 1; ignored when `leaf` shows that another leaf stands first
    /// @param leaf kind 0 for an empty place
    function proveTraceShape(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata stakes,
        TraceOpening calldata leaf
    ) external;

    /// @notice The new model or reference chunk does not follow from rows, weights and old chunk, or the leaf is
    /// malformed.
    function proveTransition(Case calldata c, TaskSpec calldata spec, TransitionProof calldata p) external;

    /// @notice A transition leaf disagrees with the model or reference tree of this claim or its parent.
    function proveModel(Case calldata c, ModelProof calldata p) external;

    /// @notice A row hash in a transition leaf is not the leaf of the update that the member revealed.
    function proveRow(Case calldata c, RowProof calldata p) external;

    /// @notice The inner product of two segments differs from the gram tree.
    function proveGram(Case calldata c, TaskSpec calldata spec, GramProof calldata p) external;

    /// @notice The gram tree does not have exactly one leaf for each pair of rows.
    /// @param missing the place is empty; `leaf` and `pair` are then ignored
    /// @param pair the pair that the leaf names
    function proveGramShape(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata stakes,
        uint256 position,
        bool missing,
        PairLeaf calldata leaf,
        uint256 pair,
        bytes32[] calldata path
    ) external;

    /// @notice A leaf of the transition tree has fewer words than the four of model and reference, or stands at another depth
    /// or past the last chunk.
    function proveTransitionShape(Case calldata c, TaskSpec calldata spec, ChunkOpening calldata leaf) external;

    /// @notice The last opened node of a pair's sum tree does not add up, or a pair's leaf stands in the wrong place.
    function proveGramNode(Case calldata c, PairOpening calldata p) external;

    /// @notice An admitted row's squared norm is outside the task's bounds.
    function proveNorm(Case calldata c, TaskSpec calldata spec, TraceOpening calldata stakes, PairOpening calldata p)
        external;

    /// @notice A members row contradicts the chain or itself: weight or slot differ from the vault's at the round's
    /// snapshot, a forced commitment is not the one on chain, the row's fields do not fit its verdict, the row is past
    /// the claim's count, or its signature is not one of the member's key.
    /// @param signature empty, or the preimage of the row's `signatureHash`
    function proveCommitment(Case calldata c, MemberOpening calldata m, bytes calldata signature) external;

    /// @notice A row's attestation is not signed by the member's key at the round's snapshot, over the rows of the claim and the
    /// row's `held`.
    /// @param rows all members rows
    /// @param signature the preimage of the row's `attestationHash`
    function proveAttestation(Case calldata c, MemberLeaf[] calldata rows, uint256 row, bytes calldata signature)
        external;

    /// @notice The rows whose attestation the claim uses do not hold more than twice the task's tolerance of the sealed
    /// weight, or the sealed weight is less than the task's least share of all stake.
    /// @param rows all members rows
    function proveCertificate(Case calldata c, TaskSpec calldata spec, MemberLeaf[] calldata rows) external;

    /// @notice A row is unavailable although attestations of more than the task's tolerance of the sealed weight hold
    /// its update, or is not although they do not. Quarantined rows are neither.
    /// @param rows all members rows
    function proveAvailability(Case calldata c, TaskSpec calldata spec, MemberLeaf[] calldata rows, uint256 row)
        external;

    /// @notice A row has an update root that its commitment does not open to.
    /// @param updateRoot the root that opens the commitment, with `salt`
    function proveReveal(Case calldata c, MemberOpening calldata m, bytes32 updateRoot, bytes32 salt) external;

    /// @notice An available row is admitted although a reason against it holds, or is inadmissible for a reason that does
    /// not hold, comes after another that holds, or has a wrong argument. `proveNorm` judges the norm of an admitted row.
    function proveReason(Case calldata c, TaskSpec calldata spec, ReasonProof calldata p) external;

    /// @notice Two neighbouring rows are not in ascending slot order.
    function proveOrder(Case calldata c, MemberOpening calldata first, MemberOpening calldata second) external;

    /// @notice A row below the claim's count is empty.
    function proveMissingRow(Case calldata c, uint256 row, bytes32[7] calldata path) external;

    /// @notice The trace has room for fewer admitted rows, or for fewer rows that were not admitted.
    /// @param stakes trace leaf 1
    /// @param rows ascending, all admitted (verdict 3 and more) or none of them
    function proveCount(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata stakes,
        MemberOpening[] calldata rows
    ) external;

    /// @notice A members row does not carry the weight, beta, score or verdict of its trace leaf (1, 22, 25 or 26).
    function proveVerdict(
        Case calldata c,
        TraceOpening calldata values,
        MemberOpening[] calldata excluded,
        MemberOpening calldata m
    ) external;

    /// @notice A row is `quarantined` but its member's ledger leaf before the round is not, or the other way round.
    /// @param previous the member's leaf under the parent's ledger root; all zero if it was never written
    function proveQuarantine(
        Case calldata c,
        MemberOpening calldata m,
        Parent calldata parent,
        LedgerLeaf calldata previous,
        bytes32[10] calldata path
    ) external;

    /// @notice A member of a final claim signed a commitment to an update with a forbidden value, non-zero padding or
    /// another length, which no node that follows the protocol makes. The call takes the task's penalty for faults from
    /// the member, once a round, and burns all of it. `Case.recipient` is ignored. Nothing is taken from a member that
    /// replaced its key between the snapshot and the posting.
    function proveGarbage(Case calldata c, TaskSpec calldata spec, GarbageProof calldata p) external;

    /// @notice Members and commitments of the rows do not hash to the digest that was sealed.
    /// @param rows all members rows
    function proveSealed(Case calldata c, MemberLeaf[] calldata rows) external;

    /// @notice A commitment that the operator received or that was forced on chain is missing from the members tree.
    /// @param commitment the commitment that the operator's receipt names; zero for the commitment forced on chain
    /// @param receipt 65-byte signature over `Receipt` by the key that held the seat; empty for a forced commitment
    /// @param neighbours the rows around the member's place: the row before and the row after, one of them at either end,
    /// none for an empty tree
    /// @param higher in a drawn task one row whose ticket is higher than the member's, if the claim has 128 rows; else none
    function proveOmission(
        Case calldata c,
        address member,
        bytes32 commitment,
        bytes calldata receipt,
        MemberOpening[] calldata neighbours,
        MemberOpening[] calldata higher
    ) external;

    /// @notice A member's ledger leaf does not follow from its row, the scores and its previous leaf.
    function proveLedger(Case calldata c, TaskSpec calldata spec, LedgerProof calldata p) external;

    /// @notice The ledger leaf of a slot without row differs from the parent's leaf: by more or less than the operator's
    /// share at the slot of the operator that posted the claim, at all at another slot.
    function proveLedgerSlot(Case calldata c, TaskSpec calldata spec, LedgerSlotProof calldata p) external;

    /// @notice `ledgerTotal` is not the parent's total plus the rewards and the operator's share of the round.
    function proveLedgerTotal(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata scores,
        Parent calldata parent
    ) external;

    /// @notice The proofs about tasks with buckets; `IBucketProofs` says what each of them shows.
    function proveBuckets(
        Case calldata c,
        TaskSpec calldata spec,
        MemberLeaf[] calldata rows,
        TraceOpening calldata buckets
    ) external;

    /// @notice See `IBucketProofs`.
    function proveBucketRows(Case calldata c, TaskSpec calldata spec, MemberLeaf[] calldata rows, uint256 row) external;

    /// @notice See `IBucketProofs`.
    function proveBucketField(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata leaf,
        TraceOpening calldata buckets,
        uint256 place,
        MemberOpening calldata member
    ) external;

    /// @notice See `IBucketProofs`.
    function proveBucketReason(Case calldata c, TaskSpec calldata spec, IBucketProofs.ReasonProof calldata p) external;

    /// @notice See `IBucketProofs`.
    function proveBucketGram(Case calldata c, TaskSpec calldata spec, IBucketProofs.GramProof calldata p) external;

    /// @notice See `IBucketProofs`.
    function proveBucketSum(Case calldata c, TaskSpec calldata spec, IBucketProofs.RowProof calldata p) external;

    /// @notice See `IBucketProofs`.
    function proveBucketTotal(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata scores,
        TraceOpening calldata buckets,
        Parent calldata parent
    ) external;

    function ledger() external view returns (IRoundLedger);
    /// @notice The contract that judges the proofs about members.
    function memberProofs() external view returns (address);
    /// @notice The contract that judges the proofs about the trace.
    function traceRules() external view returns (address);
    /// @notice The contract that judges the proofs about buckets.
    function bucketProofs() external view returns (address);
    /// @notice Who may call `rejectWithheld`; zero for nobody.
    function court() external view returns (address);
    /// @notice Block of the reservation, 0 if there is none.
    function reservedAt(bytes32 callHash) external view returns (uint256);
}
