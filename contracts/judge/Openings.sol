// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {ClaimLib} from "../lib/ClaimLib.sol";
import {MerkleTree} from "../lib/MerkleTree.sol";
import {Claim, MemberLeaf, TaskSpec} from "../lib/Types.sol";

/// @notice Opens leaves of a claim's trees (docs/protocol.md §2, §4–6). Every function reverts if the leaf is not in
/// the tree.
///
/// Preimages are hashed as they are in calldata, which costs a fraction of encoding them again. The only check is that
/// they hash to the value that the claim commits to. In an honest tree only the canonical bytes do. Reading a field
/// with more bits than its type reverts.
library Openings {
    uint8 internal constant QUARANTINED = 0;
    uint8 internal constant UNAVAILABLE = 1;
    uint8 internal constant INADMISSIBLE = 2;
    uint8 internal constant ADMITTED = 3;
    uint8 internal constant REJECTED = 5;
    /// Reasons of an inadmissible row; the first that holds.
    uint8 internal constant COPY = 1;
    uint8 internal constant VALUE = 2;
    uint8 internal constant NORM = 3;
    /// Of a row that is in no sum, in tasks with buckets.
    uint8 internal constant VOID = 4;
    uint32 private constant _SCORES = 25;

    /// @notice Whether a row of this verdict is in the gram tree and was scored.
    function admitted(uint8 verdict) internal pure returns (bool) {
        return verdict >= ADMITTED && verdict <= REJECTED;
    }

    /// @notice Sum of the scores of a round; zero without trace.
    function totalScore(Claim calldata claim, IFraudJudge.TraceOpening calldata scores)
        internal
        pure
        returns (uint256 sum)
    {
        if (claim.traceRoot == 0) return 0;
        requireTrace(claim, scores, _SCORES);
        int256[] calldata words = scores.words;
        for (uint256 i = 0; i < words.length; ++i) {
            sum += uint256(words[i]);
        }
    }

    function requireParent(IFraudJudge.Case calldata c, IFraudJudge.Parent calldata parent) internal pure {
        bytes32 hash = ClaimLib.hashCalldata(parent.claim, c.task, parent.round);
        if (hash != c.claim.parent) revert IFraudJudge.WrongParent(hash, c.claim.parent);
    }

    function requireLedgerLeaf(bytes32 expected, bytes32 leaf, uint256 slot, bytes32[10] calldata path) internal pure {
        if (slot >= 1024) revert IFraudJudge.IndexOutOfRange(slot, 1024);
        bytes32 actual = MerkleTree.rootFrom10(leaf, slot, path);
        if (actual != expected) revert IFraudJudge.NotInTree(actual, expected);
    }

    /// @notice The root that `leaf` at `index` leads to. The index must fit the depth; a larger one would alias a
    /// smaller one.
    function root(bytes32 leaf, uint256 index, bytes32[] calldata path) internal pure returns (bytes32 node) {
        if (path.length > 32 || index >> path.length != 0) revert IFraudJudge.IndexOutOfRange(index, path.length);
        uint256 from;
        assembly ("memory-safe") {
            from := path.offset
        }
        return MerkleTree.climb(leaf, index, from, path.length);
    }

    function requireLeaf(bytes32 expected, bytes32 leaf, uint256 index, bytes32[] calldata path) internal pure {
        bytes32 actual = root(leaf, index, path);
        if (actual != expected) revert IFraudJudge.NotInTree(actual, expected);
    }

    function requireMemberHash(bytes32 expected, bytes32 leaf, uint256 row, bytes32[7] calldata path) internal pure {
        if (row >= 128) revert IFraudJudge.IndexOutOfRange(row, 128);
        uint256 from;
        assembly ("memory-safe") {
            from := path
        }
        bytes32 node = MerkleTree.climb(leaf, row, from, 7);
        if (node != expected) revert IFraudJudge.NotInTree(node, expected);
    }

    function requireMember(Claim calldata claim, IFraudJudge.MemberOpening calldata m) internal pure {
        requireMemberHash(claim.membersRoot, memberHash(m.leaf), m.row, m.path);
    }

    function requireTrace(Claim calldata claim, IFraudJudge.TraceOpening calldata t) internal pure {
        requireLeaf(claim.traceRoot, traceHash(t.kind, t.index, t.words), t.position, t.path);
    }

    function requireTrace(Claim calldata claim, IFraudJudge.TraceOpening calldata t, uint32 kind) internal pure {
        if (t.kind != kind) revert IFraudJudge.WrongTraceLeaf(t.kind, kind);
        requireTrace(claim, t);
    }

    /// @dev At least the four model and reference words, so never the 64 bytes of a node.
    function requireChunk(Claim calldata claim, IFraudJudge.ChunkOpening calldata t) internal pure {
        if (t.words.length < 4) revert IFraudJudge.WrongLength(t.words.length, 4);
        requireLeaf(claim.transitionRoot, keccak256(abi.encodePacked(t.words)), t.chunk, t.path);
    }

    /// @notice Opens a pair and descends its sum tree.
    /// @return hash of the side taken at the last node (of the pair's root without nodes)
    /// @return sum that is committed for it
    /// @return nodeSum the sum that is committed for the last node itself
    function descend(Claim calldata claim, IFraudJudge.PairOpening calldata p)
        internal
        pure
        returns (bytes32 hash, int256 sum, int256 nodeSum)
    {
        requireLeaf(claim.gramRoot, keccak256(abi.encode(p.hash, p.product, p.pair)), p.position, p.path);
        return descendFrom(p.hash, p.product, p.segment, p.nodes);
    }

    /// @notice Descends a sum tree: bit `nodes.length − 1 − k` of the segment is the side taken at node `k`.
    /// @param hash of the root, then of the side taken at the last node
    /// @param sum committed for the root, then for that side
    function descendFrom(bytes32 hash, int256 sum, uint256 segment, IFraudJudge.SumNode[] calldata nodes)
        internal
        pure
        returns (bytes32, int256, int256 nodeSum)
    {
        uint256 depth = nodes.length;
        if (depth > 32 || segment >> depth != 0) revert IFraudJudge.IndexOutOfRange(segment, depth);
        bytes32 actual;
        bool wrong;
        assembly ("memory-safe") {
            let node := mload(0x40)
            let place := nodes.offset
            // The bit of the first node is the highest.
            segment := shl(sub(256, depth), segment)
            for { let end := add(place, shl(7, depth)) } lt(place, end) { place := add(place, 128) } {
                calldatacopy(node, place, 128)
                actual := keccak256(node, 128)
                if iszero(eq(actual, hash)) {
                    wrong := 1
                    break
                }
                nodeSum := sum
                // Hash and sum of a side lie next to each other, the left ones first.
                let side := add(node, shl(6, shr(255, segment)))
                hash := mload(side)
                sum := mload(add(side, 32))
                segment := shl(1, segment)
            }
        }
        if (wrong) revert IFraudJudge.NotInTree(actual, hash);
        return (hash, sum, nodeSum);
    }

    /// @notice Members row of admitted row `place` of `count`. It skips the rows that were not admitted, which must all
    /// be given. Their number is fixed, so an honest claim has no other such rows.
    function memberRow(
        Claim calldata claim,
        uint256 count,
        uint256 place,
        IFraudJudge.MemberOpening[] calldata excluded
    ) internal pure returns (uint256 row) {
        requireExcluded(claim, excluded);
        if (excluded.length + count != claim.members) {
            revert IFraudJudge.WrongLength(excluded.length + count, claim.members);
        }
        if (place >= count) revert IFraudJudge.IndexOutOfRange(place, count);
        row = place;
        for (uint256 k = 0; k < excluded.length; ++k) {
            if (excluded[k].row <= row) ++row;
        }
    }

    /// @notice Ascending rows below the claim's count, none admitted.
    function requireExcluded(Claim calldata claim, IFraudJudge.MemberOpening[] calldata excluded) internal pure {
        for (uint256 k = 0; k < excluded.length; ++k) {
            IFraudJudge.MemberOpening calldata m = excluded[k];
            requireMember(claim, m);
            if (m.row >= claim.members) revert IFraudJudge.IndexOutOfRange(m.row, claim.members);
            if (admitted(m.leaf.verdict)) revert IFraudJudge.WrongRow(m.leaf.verdict, ADMITTED - 1);
            if (k > 0 && m.row <= excluded[k - 1].row) revert IFraudJudge.WrongRow(m.row, excluded[k - 1].row + 1);
        }
    }

    /// @notice Leaf of the members tree: `keccak256(abi.encode(leaf))`.
    function memberHash(MemberLeaf calldata leaf) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            calldatacopy(buffer, leaf, 416)
            hash := keccak256(buffer, 416)
        }
    }

    /// @notice Leaf of the trace: `keccak256(abi.encodePacked(kind, index, words))`.
    function traceHash(uint32 kind, uint32 index, int256[] calldata words) internal pure returns (bytes32 hash) {
        uint256 head = uint256(kind) << 224 | uint256(index) << 192;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            let size := shl(5, words.length)
            mstore(buffer, head)
            calldatacopy(add(buffer, 8), words.offset, size)
            hash := keccak256(buffer, add(size, 8))
        }
    }

    /// @notice Chunks of the padded vector: whole segments of 32.
    function chunks(TaskSpec calldata spec) internal pure returns (uint256 count) {
        return (tensorChunks(spec) + 31) / 32 * 32;
    }

    /// @notice Chunks of all tensors, without the padding of the last segment.
    function tensorChunks(TaskSpec calldata spec) internal pure returns (uint256 count) {
        for (uint256 t = 0; t < spec.tensors.length; ++t) {
            count += chunksOf(spec.tensors[t].length);
        }
    }

    /// @notice Coordinates of the model, without padding.
    function coordinates(TaskSpec calldata spec) internal pure returns (uint256 count) {
        for (uint256 t = 0; t < spec.tensors.length; ++t) {
            count += spec.tensors[t].length;
        }
    }

    /// @notice Chunks of one tensor: its end is padded to a whole chunk.
    function chunksOf(uint256 length) internal pure returns (uint256) {
        return (length + 255) / 256;
    }

    /// @notice How many coordinates of a chunk belong to a tensor. The rest is padding.
    function used(TaskSpec calldata spec, uint256 chunk) internal pure returns (uint256) {
        uint256 start = 0;
        for (uint256 t = 0; t < spec.tensors.length; ++t) {
            uint256 length = spec.tensors[t].length;
            uint256 end = start + chunksOf(length);
            if (chunk < end) {
                uint256 left = length - (chunk - start) * 256;
                return left < 256 ? left : 256;
            }
            start = end;
        }
        return 0;
    }

    /// @notice `ceil(log2(max(count, 1)))`.
    function depthFor(uint256 count) internal pure returns (uint256 depth) {
        while (uint256(1) << depth < count) ++depth;
    }
}
