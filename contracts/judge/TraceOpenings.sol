// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {Claim, MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {MemberRows} from "./MemberRows.sol";
import {MultiProof} from "./MultiProof.sol";
import {Openings} from "./Openings.sol";
import {TraceLayout} from "./TraceLayout.sol";

/// @notice Opens the leaves and pairs that a step of the rule follows from. The step fixes these leaves and pairs, so a
/// proof carries their values only.
library TraceOpenings {
    using TraceLayout for TraceLayout.Shape;

    /// @notice Reverts unless the leaves and pairs of the proof are those of its step and are in the claim's trees.
    function open(Claim calldata claim, TaskSpec calldata spec, IFraudJudge.TraceProof calldata p)
        internal
        pure
        returns (TraceLayout.Shape memory s)
    {
        if (p.leaves.length == 0) revert IFraudJudge.WrongLength(0, 1);
        s = TraceLayout.shapeOf(spec, p.leaves[0].length);
        _requireWord(s, p);
        uint256[] memory ids = leavesOf(s, p.kind, p.index, p.word);
        if (p.leaves.length != ids.length) revert IFraudJudge.WrongLength(p.leaves.length, ids.length);
        bytes32[] memory nodes = new bytes32[](ids.length);
        uint256[] memory places = new uint256[](ids.length);
        for (uint256 k = 0; k < ids.length; ++k) {
            (uint32 kind, uint32 index) = (uint32(ids[k] >> 32), uint32(ids[k]));
            uint256 length = s.length(kind);
            if (p.leaves[k].length != length) revert IFraudJudge.WrongLength(p.leaves[k].length, length);
            nodes[k] = Openings.traceHash(kind, index, p.leaves[k]);
            places[k] = s.position(kind, index);
        }
        bytes32 root = MultiProof.root(nodes, places, Openings.depthFor(s.count()), p.path);
        if (root != claim.traceRoot) revert IFraudJudge.NotInTree(root, claim.traceRoot);
        _openPairs(claim, s, p);
    }

    /// @notice What breaks ties between rows: their update roots, none when the proof does not need them. Sums keep the order
    /// of the draw.
    function roots(Claim calldata claim, TraceLayout.Shape memory s, MemberLeaf[] calldata rows)
        internal
        pure
        returns (bytes32[] memory admitted)
    {
        if (s.bucketed) {
            admitted = new bytes32[](s.rows);
            for (uint256 i = 0; i < s.rows; ++i) {
                admitted[i] = bytes32(i);
            }
            return admitted;
        }
        if (rows.length == 0) return admitted;
        MemberRows.requireAll(claim, rows);
        admitted = new bytes32[](s.rows);
        uint256 count = 0;
        for (uint256 i = 0; i < rows.length; ++i) {
            if (!Openings.admitted(rows[i].verdict)) continue;
            if (count == s.rows) revert IFraudJudge.WrongLength(count + 1, s.rows);
            admitted[count++] = rows[i].updateRoot;
        }
        if (count != s.rows) revert IFraudJudge.WrongLength(count, s.rows);
    }

    /// @notice The leaves that a step is judged with, as `kind << 32 | index`, in the order of the trace: stakes first, the
    /// judged leaf last.
    function leavesOf(TraceLayout.Shape memory s, uint32 kind, uint256 index, uint256 word)
        internal
        pure
        returns (uint256[] memory ids)
    {
        ids = new uint256[](s.rows + 6);
        uint256 used = 0;
        if (kind != TraceLayout.STAKES) ids[used++] = _id(TraceLayout.STAKES, 0);
        (uint256[4] memory needs, uint256 count) = _needs(s, kind, index, word);
        for (uint256 k = 0; k < count; ++k) {
            // The weight of a member follows from its part in the mixing of every row.
            if (needs[k] == _id(TraceLayout.MIX_WEIGHTS, 0)) {
                for (uint256 i = 0; i < s.rows; ++i) {
                    ids[used++] = _id(TraceLayout.NEIGHBOURS, i);
                }
            }
            ids[used++] = needs[k];
        }
        ids[used++] = _id(kind, index);
        assembly ("memory-safe") {
            mstore(ids, used)
        }
    }

    /// @dev The leaves between the stakes and the judged leaf.
    function _needs(TraceLayout.Shape memory s, uint32 kind, uint256 index, uint256 word)
        private
        pure
        returns (uint256[4] memory needs, uint256 count)
    {
        if (kind == TraceLayout.SHARES) {
            if (s.trusted) needs[count++] = _id(TraceLayout.TRUST, 0);
        } else if (kind == TraceLayout.SCALES) {
            needs[count++] = _id(TraceLayout.NORMS, 0);
        } else if (kind == TraceLayout.EQUALISED) {
            needs[count++] = _id(TraceLayout.SCALES, 0);
        } else if (kind == TraceLayout.SQUARES) {
            needs[count++] = _id(TraceLayout.EQUALISED, word);
        } else if (kind == TraceLayout.NEIGHBOURS) {
            needs[count++] = _id(TraceLayout.SHARES, 0);
            needs[count++] = _id(TraceLayout.EQUALISED, index);
            needs[count++] = _id(TraceLayout.SQUARES, 0);
        } else if (kind == TraceLayout.MIXED_ONCE) {
            needs[count++] = _id(TraceLayout.SHARES, 0);
            needs[count++] = _id(TraceLayout.EQUALISED, word);
            needs[count++] = _id(TraceLayout.NEIGHBOURS, index);
        } else if (kind == TraceLayout.MIXED) {
            needs[count++] = _id(TraceLayout.SHARES, 0);
            needs[count++] = _id(TraceLayout.NEIGHBOURS, word);
            needs[count++] = _id(TraceLayout.MIXED_ONCE, index);
        } else if (kind == TraceLayout.CENTRE) {
            needs[count++] = _id(TraceLayout.SHARES, 0);
            if (word < s.rows) needs[count++] = _id(TraceLayout.MIXED, word);
            if (index > 0) needs[count++] = _id(TraceLayout.INVERSE, index - 1);
        } else if (kind == TraceLayout.INVERSE) {
            needs[count++] = _id(TraceLayout.SCALES, 0);
            needs[count++] = _id(TraceLayout.MIXED, word);
            needs[count++] = _id(TraceLayout.CENTRE, index);
        } else if (kind == TraceLayout.MIX_WEIGHTS) {
            needs[count++] = _id(TraceLayout.SHARES, 0);
            if (s.iterations > 0) needs[count++] = _id(TraceLayout.INVERSE, s.iterations - 1);
        } else if (kind == TraceLayout.RAW_WEIGHTS) {
            needs[count++] = _id(TraceLayout.SHARES, 0);
            needs[count++] = _id(TraceLayout.SCALES, 0);
            needs[count++] = _id(TraceLayout.MIX_WEIGHTS, 0);
        } else if (kind == TraceLayout.FIRST_WEIGHTS) {
            needs[count++] = _id(TraceLayout.RAW_WEIGHTS, 0);
        } else if (kind == TraceLayout.FIRST_PRODUCTS) {
            needs[count++] = _id(TraceLayout.FIRST_WEIGHTS, 0);
        } else if (kind == TraceLayout.DISTANCES || kind == TraceLayout.COSINES) {
            needs[count++] = _id(TraceLayout.FIRST_PRODUCTS, 0);
        } else if (kind == TraceLayout.MEDIANS) {
            needs[count++] = _id(TraceLayout.SCALES, 0);
            needs[count++] = _id(TraceLayout.DISTANCES, 0);
            needs[count++] = _id(TraceLayout.COSINES, 0);
        } else if (kind == TraceLayout.ODDNESS) {
            needs[count++] = _id(TraceLayout.DISTANCES, 0);
            needs[count++] = _id(TraceLayout.COSINES, 0);
            needs[count++] = _id(TraceLayout.MEDIANS, 0);
        } else if (kind == TraceLayout.SUPPORT) {
            needs[count++] = _id(TraceLayout.NORMS, 0);
            needs[count++] = _id(TraceLayout.EQUALISED, word);
            needs[count++] = _id(TraceLayout.SQUARES, 0);
        } else if (kind == TraceLayout.SUPPORT_MEDIAN) {
            needs[count++] = _id(TraceLayout.SUPPORT, 0);
        } else if (kind == TraceLayout.REJECTED) {
            needs[count++] = _id(TraceLayout.RAW_WEIGHTS, 0);
            needs[count++] = _id(TraceLayout.ODDNESS, 0);
            needs[count++] = _id(TraceLayout.SUPPORT, 0);
            needs[count++] = _id(TraceLayout.SUPPORT_MEDIAN, 0);
        } else if (kind == TraceLayout.REVERSAL) {
            needs[count++] = _id(TraceLayout.REJECTED, 0);
            needs[count++] = _id(TraceLayout.FILTERED_WEIGHTS, 0);
        } else if (kind == TraceLayout.WEIGHTS && s.holdsBack()) {
            needs[count++] = _id(TraceLayout.FILTERED_WEIGHTS, 0);
            needs[count++] = _id(TraceLayout.REVERSAL, 0);
        } else if (kind == TraceLayout.FILTERED_WEIGHTS || (kind == TraceLayout.WEIGHTS && s.filter)) {
            needs[count++] = _id(TraceLayout.RAW_WEIGHTS, 0);
            needs[count++] = _id(TraceLayout.REJECTED, 0);
        } else if (kind == TraceLayout.PRODUCTS) {
            needs[count++] = _id(TraceLayout.WEIGHTS, 0);
        } else if (kind == TraceLayout.FINAL_COSINES) {
            needs[count++] = _id(TraceLayout.PRODUCTS, 0);
        } else if (kind == TraceLayout.SCORES) {
            if (s.filter) needs[count++] = _id(TraceLayout.REJECTED, 0);
            if (s.novel) {
                needs[count++] = _id(TraceLayout.COMPANY, 0);
                needs[count++] = _id(TraceLayout.PAY_MEDIAN, 0);
            } else {
                needs[count++] = _id(TraceLayout.FINAL_COSINES, 0);
            }
        } else if (kind == TraceLayout.COMPANY) {
            needs[count++] = _id(TraceLayout.RESIDUAL_SQUARES, 0);
        } else if (kind == TraceLayout.PAY_MEDIAN) {
            needs[count++] = _id(TraceLayout.COMPANY, 0);
        } else if (kind == TraceLayout.VERDICTS) {
            if (s.filter) needs[count++] = _id(TraceLayout.REJECTED, 0);
            needs[count++] = _id(TraceLayout.WEIGHTS, 0);
        }
    }

    function _id(uint32 kind, uint256 index) private pure returns (uint256) {
        return uint256(kind) << 32 | index;
    }

    /// @dev Pairs of the step, ascending by index.
    function _openPairs(Claim calldata claim, TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p)
        private
        pure
    {
        uint256[] memory pairs = _pairsOf(s, p);
        if (p.pairs.length != pairs.length) revert IFraudJudge.WrongLength(p.pairs.length, pairs.length);
        if (pairs.length == 0) return;
        bytes32[] memory nodes = new bytes32[](pairs.length);
        for (uint256 k = 0; k < pairs.length; ++k) {
            nodes[k] = keccak256(abi.encode(p.pairs[k].hash, p.pairs[k].product, pairs[k]));
        }
        uint256 size = s.rows + (s.referenced ? 1 : 0);
        bytes32 root = MultiProof.root(nodes, pairs, Openings.depthFor(size * (size + 1) / 2), p.pairPath);
        if (root != claim.gramRoot) revert IFraudJudge.NotInTree(root, claim.gramRoot);
    }

    function _pairsOf(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p)
        private
        pure
        returns (uint256[] memory pairs)
    {
        uint32 kind = p.kind;
        uint256 word = p.word;
        if (kind == TraceLayout.TRUST) return _trustPairs(s.rows, uint128(word), word >> 128);
        if (kind == TraceLayout.FIRST_PRODUCTS || kind == TraceLayout.PRODUCTS || kind == TraceLayout.COMPANY) {
            if (word == s.rows) return pairs;
            // The residual of a row beside the public row follows from the products of both.
            bool residual = s.novel && kind != TraceLayout.FIRST_PRODUCTS;
            uint256 n = s.rows;
            pairs = new uint256[](residual ? 2 * n + 1 : n);
            for (uint256 j = 0; j < n; ++j) {
                pairs[j] = pair(word, j);
            }
            for (uint256 j = n; j < pairs.length; ++j) {
                pairs[j] = pair(n, j - n);
            }
            return pairs;
        }
        if (kind == TraceLayout.REVERSAL) {
            pairs = new uint256[](s.rows);
            for (uint256 j = 0; j < s.rows; ++j) {
                pairs[j] = pair(s.rows, j);
            }
            return pairs;
        }
        if (kind == TraceLayout.RESIDUAL_SQUARES) return _trustPairs(s.rows, word, word);
        bool own = kind == TraceLayout.NORMS || kind == TraceLayout.DISTANCES || kind == TraceLayout.COSINES
            || kind == TraceLayout.FINAL_COSINES;
        if (!own && kind != TraceLayout.EQUALISED) return pairs;
        pairs = new uint256[](1);
        pairs[0] = pair(own ? word : p.index, word);
    }

    function _trustPairs(uint256 reference_, uint256 a, uint256 b) private pure returns (uint256[] memory pairs) {
        bool twin = a == b;
        pairs = new uint256[](twin ? 3 : 5);
        pairs[0] = pair(a, a);
        if (!twin) pairs[1] = pair(b, b);
        pairs[twin ? 1 : 2] = pair(reference_, a);
        if (!twin) pairs[3] = pair(reference_, b);
        pairs[twin ? 2 : 4] = pair(reference_, reference_);
    }

    /// @notice Index of a pair of rows, in either order (docs/protocol.md §4).
    function pair(uint256 i, uint256 j) internal pure returns (uint256) {
        return i < j ? j * (j + 1) / 2 + i : i * (i + 1) / 2 + j;
    }

    /// @dev Steps judged as a whole leaf name word 0.
    function _requireWord(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure {
        uint256 size = s.length(p.kind);
        bool two = p.kind == TraceLayout.TRUST;
        uint256 a = two ? uint128(p.word) : p.word;
        uint256 b = two ? p.word >> 128 : 0;
        if (a >= size) revert IFraudJudge.IndexOutOfRange(a, size);
        if (b >= size) revert IFraudJudge.IndexOutOfRange(b, size);
    }
}
