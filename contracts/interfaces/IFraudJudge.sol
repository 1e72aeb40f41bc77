// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, LedgerLeaf, MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {IRoundLedger} from "./IRoundLedger.sol";

/// @title FraudJudge
/// @notice Rejects a posted claim when one transaction shows that one of its parts does not follow from the others
/// (docs/judge.md). Anyone may prove; the bounty goes to the recipient of the case.
///
/// * Nothing of a proof is believed: claims are opened against the hashes the ledger holds, leaves against the roots of
///   those claims, the specification against the task. Weights, bounds and step sizes are read from there.
/// * Leaves are opened by their preimages. Their lengths differ from the 64 bytes of an inner node, so an opening fixes
///   leaf and place at once, and in an honest claim only the honest leaf can be opened.
/// * A proof that shows no fault reverts with `NoFault` and changes nothing.
///
/// Stateless and immutable. Assumed of the ledger: it is the one named at deployment and this contract is the judge of the
/// task. A leaf whose preimage the operator withholds cannot be judged here.
interface IFraudJudge {
    /// @param recipient gets the bounty; zero for the sender
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
    /// @param excluded every row that was not admitted (verdict below 3), ascending: tells which member the row belongs to
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
    /// @param left row i, `right` row j ≤ i; `right.data` is empty when i = j
    struct GramProof {
        PairOpening pair;
        TraceOpening stakes;
        MemberOpening[] excluded;
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

    event FraudProved(uint256 indexed task, uint64 indexed round, bytes4 indexed proof, address recipient);

    /// @notice Everything the proof opened is as the protocol wants it.
    error NoFault();
    error NotDisputable(uint256 task, uint64 round, IRoundLedger.RoundStatus status);
    error WrongClaim(bytes32 claimHash, bytes32 expected);
    error WrongParent(bytes32 claimHash, bytes32 expected);
    error WrongSpec(bytes32 specHash, bytes32 expected);
    error NotInTree(bytes32 root, bytes32 expected);
    error IndexOutOfRange(uint256 index, uint256 size);
    error WrongLength(uint256 length, uint256 expected);
    error WrongTraceLeaf(uint32 kind, uint32 expected);
    error WrongRow(uint256 row, uint256 expected);

    /// @notice The new model or reference chunk is not what rows, weights and old chunk give, or the leaf is malformed.
    function proveTransition(Case calldata c, TaskSpec calldata spec, TransitionProof calldata p) external;

    /// @notice A transition leaf disagrees with the model or reference tree of this claim or its parent.
    function proveModel(Case calldata c, ModelProof calldata p) external;

    /// @notice A row hash in a transition leaf is not the leaf of the update that the member revealed.
    function proveRow(Case calldata c, RowProof calldata p) external;

    /// @notice The inner product of two segments is not what the gram tree has.
    function proveGram(Case calldata c, TaskSpec calldata spec, GramProof calldata p) external;

    /// @notice The last opened node of a pair's sum tree does not add up, or a pair's leaf stands in the wrong place.
    function proveGramNode(Case calldata c, PairOpening calldata p) external;

    /// @notice An admitted row's squared norm is outside the task's bounds.
    function proveNorm(Case calldata c, TaskSpec calldata spec, TraceOpening calldata stakes, PairOpening calldata p)
        external;

    /// @notice A members row is wrong by itself: stake or slot differ from the vault's at the round's snapshot, a forced
    /// commitment is not the one on chain, weight or score do not fit the verdict, or the row is past the claim's count.
    function proveCommitment(Case calldata c, MemberOpening calldata m) external;

    /// @notice Two neighbouring rows are not in ascending slot order.
    function proveOrder(Case calldata c, MemberOpening calldata first, MemberOpening calldata second) external;

    /// @notice A row below the claim's count is empty.
    function proveMissingRow(Case calldata c, uint256 row, bytes32[7] calldata path) external;

    /// @notice More rows are admitted, or more are not, than the trace has room for.
    /// @param stakes trace leaf 1
    /// @param rows ascending, all admitted (verdict 3 and more) or none
    function proveCount(Case calldata c, TraceOpening calldata stakes, MemberOpening[] calldata rows) external;

    /// @notice A members row does not carry the stake, weight, score or verdict of its trace leaf (1, 22, 25 or 26).
    function proveVerdict(
        Case calldata c,
        TraceOpening calldata values,
        MemberOpening[] calldata excluded,
        MemberOpening calldata m
    ) external;

    /// @notice A commitment that the operator received or that was forced on chain is missing from the members tree.
    /// @param commitment what the operator's receipt names; zero to go by the commitment forced on chain
    /// @param receipt the poster's 65-byte signature over `Receipt`; empty for a forced commitment
    /// @param neighbours the rows around the member's place: the row before and the row after, one of them at either end,
    /// none for an empty tree
    function proveOmission(
        Case calldata c,
        address member,
        bytes32 commitment,
        bytes calldata receipt,
        MemberOpening[] calldata neighbours
    ) external;

    /// @notice A member's ledger leaf does not follow from its row, the scores and its previous leaf.
    function proveLedger(Case calldata c, TaskSpec calldata spec, LedgerProof calldata p) external;

    /// @notice `ledgerTotal` is not the parent's plus the rewards of the round.
    function proveLedgerTotal(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata scores,
        Parent calldata parent
    ) external;

    function ledger() external view returns (IRoundLedger);
}
