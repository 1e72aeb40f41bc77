// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {MemberLeaf, RuleSpec, TaskSpec} from "../lib/Types.sol";
import {IntegerMath} from "./IntegerMath.sol";
import {Openings} from "./Openings.sol";
import {Reversal} from "./Reversal.sol";
import {TraceLayout} from "./TraceLayout.sol";
import {TraceOpenings} from "./TraceOpenings.sol";

/// @title TraceRules
/// @notice The proofs about the trace of the weight rule, for a judge that has opened the case and the specification.
/// `FraudJudge` passes its calls on unchanged, so the signatures are the same. Each function returns when it has found
/// a fault and reverts otherwise. Pure: the contract has no storage and trusts nobody.
///
/// Each proof judges one step of the rule. The judged leaf is the last of `TraceProof.leaves`; the step follows from
/// the others (docs/aggregation.md §6). The contract computes the step again as `src/aggregation/rules` does, in
/// checked arithmetic. In an honest claim no value comes near 2^255 (docs/aggregation.md §6). In another claim, an
/// overflow reverts and proves no fault.
contract TraceRules {
    using TraceLayout for TraceLayout.Shape;

    int256 private constant _ONE = 65536;
    int256 private constant _BPS = 10_000;
    /// Square of the corner of the smoothed max(0, cos): 8192².
    uint256 private constant _CORNER = 1 << 26;
    /// A cosine of 1/8.
    int256 private constant _EIGHTH = 1 << 13;
    /// A cosine of 3/16.
    int256 private constant _OPPOSED = 3 << 12;

    /// @param kept stake in basis points of a unit
    /// @param spoken what it says, weighed by it
    struct Said {
        int256 kept;
        int256 spoken;
    }

    function proveTrace(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.TraceProof calldata p
    ) external pure {
        TraceLayout.Shape memory s = TraceOpenings.open(c.claim, spec, p);
        if (_holds(s, spec, p, TraceOpenings.roots(c.claim, s, p.rows))) revert IFraudJudge.NoFault();
    }

    function proveTraceShape(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.TraceOpening calldata stakes,
        IFraudJudge.TraceOpening calldata leaf
    ) external pure {
        // The tree of a claim without admitted rows is empty.
        if (c.claim.traceRoot == 0) revert IFraudJudge.NoFault();
        // The preimage of a leaf is never that of a node. In an honest tree only a leaf opens, whatever the path's
        // length.
        bool found = leaf.kind != 0;
        if (found) {
            Openings.requireTrace(c.claim, leaf);
            if (leaf.position == 0 && (leaf.kind != TraceLayout.STAKES || leaf.index != 0)) return;
        } else {
            // Kind 0 stands for an empty place. A leaf of that kind has a preimage, and no rule writes it.
            bytes32 hash = Openings.traceHash(leaf.kind, leaf.index, leaf.words);
            if (Openings.root(hash, leaf.position, leaf.path) == c.claim.traceRoot) return;
        }
        Openings.requireTrace(c.claim, stakes, TraceLayout.STAKES);
        // A trace has at least one row.
        if (stakes.words.length == 0 || stakes.words.length > 128) return;
        TraceLayout.Shape memory s = TraceLayout.shapeOf(spec, stakes.words.length);
        uint256 depth = Openings.depthFor(s.count());
        if (!found) {
            if (leaf.path.length != depth) revert IFraudJudge.WrongLength(leaf.path.length, depth);
            Openings.requireLeaf(c.claim.traceRoot, 0, leaf.position, leaf.path);
            if (leaf.position >= s.count()) revert IFraudJudge.NoFault();
            return;
        }
        if (stakes.path.length != depth || leaf.path.length != depth || leaf.position >= s.count()) return;
        (uint32 kind, uint32 index) = s.leafAt(leaf.position);
        if (leaf.kind == kind && leaf.index == index && leaf.words.length == s.length(kind)) {
            revert IFraudJudge.NoFault();
        }
    }

    /// @return whether the judged leaf, or the named word of it, is what the rule gives
    function _holds(
        TraceLayout.Shape memory s,
        TaskSpec calldata spec,
        IFraudJudge.TraceProof calldata p,
        bytes32[] memory roots
    ) private pure returns (bool) {
        RuleSpec calldata rule = spec.rule;
        uint32 kind = p.kind;
        // What a sum weighs and of which rows it is, `IBucketProofs` judges.
        if (s.bucketed && (kind == TraceLayout.STAKES || kind == TraceLayout.BUCKETS)) return true;
        if (kind == TraceLayout.STAKES) return _stakes(s, p);
        if (kind == TraceLayout.TRUST) return _trust(p);
        if (kind == TraceLayout.SHARES) return _shares(s, p);
        if (kind == TraceLayout.NORMS) return _word(p) == _sqrt(p.pairs[0].product);
        if (kind == TraceLayout.SCALES) return _scales(rule, p);
        if (kind == TraceLayout.EQUALISED) return _equalised(p);
        if (kind == TraceLayout.SQUARES) return _word(p) == p.leaves[1][p.word];
        if (kind == TraceLayout.NEIGHBOURS) return _neighbours(rule, p, roots);
        if (kind == TraceLayout.MIXED_ONCE) return _mixedOnce(rule, p);
        if (kind == TraceLayout.MIXED) return _mixed(rule, p);
        if (kind == TraceLayout.CENTRE) return _centre(s, p);
        if (kind == TraceLayout.INVERSE) return _inverse(s, p);
        if (kind == TraceLayout.MIX_WEIGHTS) return _mixWeights(s, p);
        if (kind == TraceLayout.RAW_WEIGHTS) return _rawWeights(s, p);
        if (kind == TraceLayout.FIRST_WEIGHTS) return _weights(p, false, roots);
        if (kind == TraceLayout.FIRST_PRODUCTS || kind == TraceLayout.PRODUCTS) return _products(s, p);
        if (kind == TraceLayout.DISTANCES) return _distance(s, p);
        if (kind == TraceLayout.COSINES || kind == TraceLayout.FINAL_COSINES) return _cosine(s, p);
        if (kind == TraceLayout.MEDIANS) return _medians(p);
        if (kind == TraceLayout.ODDNESS) return _oddness(p);
        if (kind == TraceLayout.SUPPORT) return _word(p) == _support(rule, p);
        if (kind == TraceLayout.REJECTED) return _rejected(s, rule, p, roots);
        if (kind == TraceLayout.FILTERED_WEIGHTS) return _weights(p, true, roots);
        if (kind == TraceLayout.REVERSAL) return Reversal.holds(rule, p, roots);
        if (kind == TraceLayout.WEIGHTS) {
            return s.holdsBack() ? _heldWeights(p, roots) : _weights(p, s.filter, roots);
        }
        if (kind == TraceLayout.SCORES) return _scores(s, p);
        if (kind == TraceLayout.RESIDUAL_SQUARES) return _residualSquare(p);
        if (kind == TraceLayout.COMPANY) return _company(s, spec, p);
        if (kind == TraceLayout.PAY_MEDIAN || kind == TraceLayout.SUPPORT_MEDIAN) {
            return IntegerMath.isLowerMedian(p.leaves[1], p.leaves[0], p.leaves[2][0]);
        }
        return _verdicts(s, p);
    }

    // ── Shares and norms ──────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Needs every members row.
    function _stakes(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        uint256 k = 0;
        for (uint256 i = 0; i < p.rows.length; ++i) {
            MemberLeaf calldata row = p.rows[i];
            if (!Openings.admitted(row.verdict)) continue;
            if (p.leaves[0][k++] != int256(uint256(row.weight))) return false;
        }
        if (k != s.rows) revert IFraudJudge.WrongLength(k, s.rows);
        return true;
    }

    /// @dev The two halves of `word` name rows `a` and `b`. A leaf of full trust for everyone is right if the reference
    /// is still zero or trusts nobody. In any other leaf at least one row is trusted, and every word is the row's own.
    function _trust(IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata words = p.leaves[1];
        bool all = true;
        bool none = true;
        for (uint256 i = 0; i < words.length; ++i) {
            if (words[i] != _ONE) all = false;
            if (words[i] != 0) none = false;
        }
        (uint256 a, uint256 b) = (uint128(p.word), p.word >> 128);
        bool twin = a == b;
        // Pairs ascend: (a, a), (b, b), (ρ, a), (ρ, b), (ρ, ρ).
        int256 square = p.pairs[twin ? 2 : 4].product;
        if (square == 0) return all;
        if (none) return false;
        int256 first = _trustOf(p.pairs[0].product, p.pairs[twin ? 1 : 2].product, square);
        if (!all) return words[a] == first;
        int256 second = twin ? first : _trustOf(p.pairs[1].product, p.pairs[3].product, square);
        return !(first > 0 && second != _ONE) && !(second > 0 && first != _ONE);
    }

    function _trustOf(int256 own, int256 product, int256 square) private pure returns (int256) {
        return product <= 0 ? int256(0) : product * _ONE / _sqrt(own * square);
    }

    function _shares(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata stakes = p.leaves[0];
        int256[] calldata shares = p.leaves[p.leaves.length - 1];
        int256 total = 0;
        if (s.trusted) {
            for (uint256 i = 0; i < s.rows; ++i) {
                total += stakes[i] * p.leaves[1][i];
            }
        }
        for (uint256 i = 0; i < s.rows; ++i) {
            // If only rows without stake were trusted, nothing would be left to mix.
            if (shares[i] != (total == 0 ? stakes[i] : stakes[i] * p.leaves[1][i])) return false;
        }
        return true;
    }

    /// @dev Leaves: stakes, norms, scales.
    function _scales(RuleSpec calldata rule, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata norms = p.leaves[1];
        int256[] calldata scales = p.leaves[2];
        if (!IntegerMath.isLowerMedian(norms, p.leaves[0], scales[0])) return false;
        int256 cap = int256(uint256(rule.capQ16));
        int256 least = (1 << 32) / cap;
        for (uint256 i = 0; i < norms.length; ++i) {
            int256 wanted = scales[0] * _ONE / IntegerMath.max(norms[i], 1);
            if (wanted < least) wanted = least;
            else if (wanted > cap) wanted = cap;
            if (scales[i + 1] != wanted) return false;
        }
        return true;
    }

    /// @dev Leaves: stakes, scales, row of H.
    function _equalised(IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata scales = p.leaves[1];
        return _word(p) == (scales[p.index + 1] * scales[p.word + 1] * p.pairs[0].product) >> 16;
    }

    // ── Mixing ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Leaves: stakes, shares, row of H, squares, neighbours.
    function _neighbours(RuleSpec calldata rule, IFraudJudge.TraceProof calldata p, bytes32[] memory roots)
        private
        pure
        returns (bool)
    {
        int256[] calldata shares = p.leaves[1];
        uint256 count = shares.length;
        uint256[] memory keys = new uint256[](count);
        {
            int256[] calldata products = p.leaves[2];
            int256[] calldata squares = p.leaves[3];
            // The distance without the term that all entries of the row share. No row is nearer than the row itself.
            int256 own = squares[p.index] - 2 * products[p.index];
            for (uint256 j = 0; j < count; ++j) {
                int256 key = IntegerMath.max(squares[j] - 2 * products[j], own) - own;
                keys[j] = uint256(key);
            }
        }
        uint256[] memory rows = IntegerMath.order(keys, roots);
        int256[] calldata committed = p.leaves[4];
        int256 left = _quota(rule, shares);
        uint256 mask = 0;
        for (uint256 k = 0; k < count; ++k) {
            uint256 j = rows[k];
            int256 whole = shares[j] * _BPS;
            bool border = whole > left;
            if (!border) {
                mask |= 1 << j;
                left -= whole;
                if (left > 0) continue;
            }
            // Row j is the last row taken, so its neighbours in the order must differ from it.
            if (k > 0) IntegerMath.requireDistinct(keys, rows, roots, k - 1);
            IntegerMath.requireDistinct(keys, rows, roots, k);
            return committed[0] == int256(mask) && committed[1] == int256(border ? j : count)
                && committed[2] == (border ? left : int256(0));
        }
        return false;
    }

    /// @dev Leaves: stakes, shares, row `word` of H, neighbours of row `index`, mixed once.
    function _mixedOnce(RuleSpec calldata rule, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        return _word(p) == _mix(rule, p.leaves[1], p.leaves[3], p.leaves[2]);
    }

    /// @dev Leaves: stakes, shares, neighbours of row `word`, row `index` mixed once, mixed.
    function _mixed(RuleSpec calldata rule, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        return _word(p) == _mix(rule, p.leaves[1], p.leaves[2], p.leaves[3]);
    }

    function _mix(
        RuleSpec calldata rule,
        int256[] calldata shares,
        int256[] calldata neighbours,
        int256[] calldata products
    ) private pure returns (int256) {
        int256 total = 0;
        for (uint256 j = 0; j < shares.length; ++j) {
            int256 fill = _fill(shares, neighbours, j);
            if (fill != 0) total += fill * products[j];
        }
        return IntegerMath.floorDiv(total, _quota(rule, shares));
    }

    /// @notice How much of row j goes into a mixed row.
    function _fill(int256[] calldata shares, int256[] calldata neighbours, uint256 j) private pure returns (int256) {
        if ((uint256(neighbours[0]) >> j) & 1 == 1) return shares[j] * _BPS;
        return uint256(neighbours[1]) == j ? neighbours[2] : int256(0);
    }

    function _quota(RuleSpec calldata rule, int256[] calldata shares) private pure returns (int256) {
        return (_BPS - int256(uint256(rule.byzantineBps))) * _sum(shares);
    }

    // ── Median ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Leaves: stakes, shares, row of K (for a product), inverse distances of the step before (but for the first), centre.
    function _centre(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        bool square = p.word == s.rows;
        int256[] calldata shares = p.leaves[1];
        int256[] calldata factors = square ? p.leaves[p.leaves.length - 1] : p.leaves[2];
        // In the first step every row weighs its share.
        int256[] calldata inverse = p.leaves[p.leaves.length - 2];
        int256 total = 0;
        int256 products = 0;
        for (uint256 j = 0; j < s.rows; ++j) {
            int256 weight = p.index == 0 ? shares[j] : shares[j] * inverse[j];
            total += weight;
            products += weight * factors[j];
        }
        return _word(p) == IntegerMath.floorDiv(products, total);
    }

    /// @dev Leaves: stakes, scales, row of K, centre, inverse distances.
    function _inverse(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata centre = p.leaves[3];
        int256 square = p.leaves[2][p.word] - 2 * centre[p.word] + centre[s.rows];
        int256 smallest = IntegerMath.max(p.leaves[1][0] >> 2, 1);
        int256 distance = IntegerMath.max(square > 0 ? _sqrt(square) : int256(0), smallest);
        return _word(p) == (1 << 48) / distance;
    }

    /// @dev Leaves: stakes, shares, last inverse distances (if there is a step), weights.
    function _mixWeights(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata shares = p.leaves[1];
        int256[] calldata inverse = p.leaves[p.leaves.length - 2];
        int256[] calldata words = p.leaves[p.leaves.length - 1];
        bool stepped = s.iterations > 0;
        int256 total = 0;
        for (uint256 i = 0; i < s.rows; ++i) {
            total += stepped ? shares[i] * inverse[i] : shares[i];
        }
        for (uint256 i = 0; i < s.rows; ++i) {
            int256 weight = stepped ? shares[i] * inverse[i] : shares[i];
            if (words[i] != weight * (1 << 64) / total) return false;
        }
        return true;
    }

    /// @dev Leaves: stakes, shares, scales, neighbours of every row, mixing weights, raw weights.
    function _rawWeights(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata shares = p.leaves[1];
        int256[] calldata weights = p.leaves[3 + s.rows];
        int256 total = 0;
        for (uint256 i = 0; i < s.rows; ++i) {
            total += weights[i] * _fill(shares, p.leaves[3 + i], p.word);
        }
        // Rows are lengthened to be compared, never to be summed.
        return _word(p) == IntegerMath.min(p.leaves[2][p.word + 1], _ONE) * total;
    }

    /// @dev Leaves: stakes, then raw weights and (for the final weights) the rejected rows. Without filter the stakes
    /// are the values.
    function _weights(IFraudJudge.TraceProof calldata p, bool final_, bytes32[] memory roots)
        private
        pure
        returns (bool)
    {
        int256[] calldata raw = p.leaves[p.leaves.length == 2 ? 0 : 1];
        int256[] calldata words = p.leaves[p.leaves.length - 1];
        uint256[] memory values = new uint256[](raw.length);
        for (uint256 i = 0; i < raw.length; ++i) {
            if (!final_ || p.leaves[2][i] == 0) values[i] = uint256(raw[i]);
        }
        return _areShares(values, words, roots);
    }

    /// @dev Leaves: stakes, filtered weights, reversal, weights.
    function _heldWeights(IFraudJudge.TraceProof calldata p, bytes32[] memory roots) private pure returns (bool) {
        uint256[] memory values = new uint256[](p.leaves[1].length);
        for (uint256 i = 0; i < values.length; ++i) {
            values[i] = Reversal.weight(p, i);
        }
        return _areShares(values, p.leaves[3], roots);
    }

    function _areShares(uint256[] memory values, int256[] calldata words, bytes32[] memory roots)
        private
        pure
        returns (bool)
    {
        uint256[] memory shares = IntegerMath.largestRemainder(values, roots);
        for (uint256 i = 0; i < values.length; ++i) {
            if (words[i] != int256(shares[i])) return false;
        }
        return true;
    }

    // ── Outliers ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Leaves: stakes, weights, products; pairs: row `word` of G (and of ρ, where scores are of novelty), none for the square.
    function _products(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata weights = p.leaves[1];
        int256[] calldata words = p.leaves[2];
        bool square = p.word == s.rows;
        bool residual = p.pairs.length > s.rows;
        int256 total = 0;
        for (uint256 j = 0; j < s.rows; ++j) {
            total += weights[j]
                * (square ? words[j] : residual ? _residual(s, p, j) : p.pairs[j].product);
        }
        return _word(p) == total;
    }

    /// @dev Leaves: stakes, first products, distances; pair: the row with itself.
    function _distance(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata products = p.leaves[1];
        int256 square = p.pairs[0].product * (1 << 32) - products[p.word] * (1 << 17) + products[s.rows];
        return _word(p) == (square > 0 ? _sqrt(square) : int256(0));
    }

    /// @dev Leaves: stakes, products, cosines; pair: the row with itself.
    function _cosine(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata products = p.leaves[1];
        // Floors of residuals can push the square below zero.
        int256 scale = IntegerMath.max(_sqrt(p.pairs[0].product * IntegerMath.max(products[s.rows], 0)), 1);
        return _word(p) == IntegerMath.floorDiv(products[p.word] * _ONE, scale);
    }

    /// @dev Leaves: stakes, scales, distances, cosines, medians.
    function _medians(IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata medians = p.leaves[4];
        if (!IntegerMath.isLowerMedian(p.leaves[2], p.leaves[0], medians[0])) return false;
        if (!IntegerMath.isLowerMedian(p.leaves[3], p.leaves[0], medians[2])) return false;
        return medians[1] == IntegerMath.max(IntegerMath.max(medians[0], p.leaves[1][0] * (1 << 13)), 1);
    }

    /// @dev Leaves: stakes, distances, cosines, medians, oddness.
    function _oddness(IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata medians = p.leaves[3];
        for (uint256 i = 0; i < p.leaves[1].length; ++i) {
            int256 cosine = p.leaves[2][i];
            int256 gap = 5 * (medians[2] > cosine ? medians[2] - cosine : cosine - medians[2]) / 4;
            if (p.leaves[4][i] != p.leaves[1][i] * _ONE / medians[1] + gap) return false;
        }
        return true;
    }

    /// @dev Leaves: stakes, norms, row of H, squares, support.
    function _support(RuleSpec calldata rule, IFraudJudge.TraceProof calldata p) private pure returns (int256) {
        int256[] calldata stakes = p.leaves[0];
        int256 total = _sum(stakes);
        int256 shorter = 0;
        for (uint256 j = 0; j < stakes.length; ++j) {
            if (2 * p.leaves[1][j] < p.leaves[1][p.word]) shorter += stakes[j];
        }
        int256 share = int256(uint256(rule.byzantineBps));
        if (shorter * _BPS >= total * IntegerMath.min(_BPS / 2 + share, _BPS - share)) return -_ONE;
        return _meanCosine(p, rule.byzantineBps);
    }

    /// @dev The mean cosine of row `word` with the others, without the F of all stake whose cosines are smallest and the F
    /// whose cosines are largest. Rows of equal cosine may stand in any order.
    function _meanCosine(IFraudJudge.TraceProof calldata p, uint16 out) private pure returns (int256) {
        uint256 count = p.leaves[0].length;
        int256[] memory cosines = new int256[](count);
        uint256[] memory keys = new uint256[](count);
        for (uint256 j = 0; j < count; ++j) {
            int256 root = _sqrt(p.leaves[3][p.word] * p.leaves[3][j]);
            cosines[j] = IntegerMath.floorDiv(p.leaves[2][j] * _ONE, IntegerMath.max(root, 1));
            keys[j] = uint256((1 << 200) + cosines[j]);
        }
        Said memory left = _left(p, keys, cosines, out, out);
        return left.kept > 0 ? IntegerMath.floorDiv(left.spoken, left.kept) : int256(0);
    }

    /// @notice The support that an odd row needs to stay.
    /// @param median of the support of all rows
    function _leastSupport(int256 median) private pure returns (int256) {
        return IntegerMath.max(median - _EIGHTH, 0) / 2 - _OPPOSED;
    }

    /// @dev Leaves: stakes, raw weights, oddness, support, its median, rejected. Needs every members row, where members can be quarantined:
    /// their stake counts against F.
    function _rejected(
        TraceLayout.Shape memory s,
        RuleSpec calldata rule,
        IFraudJudge.TraceProof calldata p,
        bytes32[] memory roots
    ) private pure returns (bool) {
        int256[] calldata stakes = p.leaves[0];
        int256[] calldata raw = p.leaves[1];
        int256[] calldata words = p.leaves[5];
        uint256[] memory keys = new uint256[](stakes.length);
        for (uint256 i = 0; i < stakes.length; ++i) {
            // The oddest first; oddness stays below 2^128 either way.
            keys[i] = uint256((1 << 200) - p.leaves[2][i]);
        }
        uint256[] memory rows = IntegerMath.order(keys, roots);
        int256 room = _room(s, rule, p);
        int256 carried = _sum(raw);
        for (uint256 k = 0; k < rows.length; ++k) {
            uint256 i = rows[k];
            bool odd = _isOdd(rule, p.leaves[2][i]) && p.leaves[3][i] < _leastSupport(p.leaves[4][0]);
            // Among outliers, the order decides which row still fits.
            if (odd) IntegerMath.requireDistinct(keys, rows, roots, k);
            int256 cost = stakes[i] * _BPS;
            bool rejected = odd && cost <= room && raw[i] != carried;
            if (words[i] != (rejected ? int256(1) : int256(0))) return false;
            if (!rejected) continue;
            room -= cost;
            carried -= raw[i];
        }
        return true;
    }

    /// @dev How much stake may be rejected, in basis points of a unit.
    function _room(TraceLayout.Shape memory s, RuleSpec calldata rule, IFraudJudge.TraceProof calldata p)
        private
        pure
        returns (int256)
    {
        if (p.rows.length == 0 && !s.bucketed) revert IFraudJudge.WrongLength(0, p.leaves[0].length);
        int256 quarantined = 0;
        for (uint256 i = 0; i < p.rows.length && !s.bucketed; ++i) {
            if (p.rows[i].verdict == Openings.QUARANTINED) quarantined += int256(uint256(p.rows[i].weight));
        }
        return (_sum(p.leaves[0]) + quarantined) * int256(uint256(rule.byzantineBps)) - quarantined * _BPS;
    }

    function _isOdd(RuleSpec calldata rule, int256 oddness) private pure returns (bool) {
        return rule.rejectBps > 0 && oddness * _BPS > int256(uint256(rule.rejectBps)) * _ONE;
    }

    // ── Scores and verdicts ───────────────────────────────────────────────────────────────────────────────────────

    /// @dev Leaves: stakes, rejected (with the filter), company and its median (where scores are of novelty) or final
    /// cosines, scores.
    function _scores(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        uint256 place = s.filter ? 2 : 1;
        int256[] calldata words = p.leaves[p.leaves.length - 1];
        for (uint256 i = 0; i < s.rows; ++i) {
            int256 score = 0;
            if (!s.filter || p.leaves[1][i] == 0) {
                int256 own = p.leaves[place][i];
                score = p.leaves[0][i] * (s.novel ? _pay(own, p.leaves[place + 1][0]) : _smooth(own));
            }
            if (words[i] != score) return false;
        }
        return true;
    }

    /// @notice A smoothed max(0, cosine).
    function _smooth(int256 cosine) private pure returns (int256) {
        return (cosine + int256(Math.sqrt(uint256(cosine * cosine) + _CORNER))) >> 1;
    }

    /// @notice All of the pay for a sixteenth of the median company.
    function _pay(int256 company, int256 median) private pure returns (int256) {
        return median > 0 ? IntegerMath.min(company * (1 << 20) / median, _ONE) : _ONE;
    }

    /// @dev Inner product of rows `word` and j without their part along ρ; pairs: row `word` of G, row ρ of G.
    function _residual(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p, uint256 j)
        private
        pure
        returns (int256)
    {
        return _beside(
            p.pairs[j].product,
            p.pairs[s.rows + p.word].product,
            p.pairs[s.rows + j].product,
            p.pairs[2 * s.rows].product
        );
    }

    function _beside(int256 product, int256 left, int256 right, int256 square) private pure returns (int256) {
        return square == 0 ? product : IntegerMath.floorDiv(product * square - left * right, square);
    }

    /// @dev Leaves: stakes, residual squares; pairs: the row with itself and with ρ, ρ with itself.
    function _residualSquare(IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256 along = p.pairs[1].product;
        return _word(p) == _beside(p.pairs[0].product, along, along, p.pairs[2].product);
    }

    /// @dev Leaves: stakes, residual squares, company; pairs: row `word` of G, row ρ of G. Rows of equal company may stand in
    /// any order.
    function _company(TraceLayout.Shape memory s, TaskSpec calldata spec, IFraudJudge.TraceProof calldata p)
        private
        pure
        returns (bool)
    {
        uint256[] memory keys = new uint256[](s.rows);
        int256[] memory said = new int256[](s.rows);
        int256 chance = (1 << 36) / int256(Openings.coordinates(spec));
        for (uint256 j = 0; j < s.rows; ++j) {
            said[j] = _confirmation(_residual(s, p, j), p.leaves[1][p.word] * p.leaves[1][j], chance);
            keys[j] = uint256((1 << 64) - said[j]);
        }
        // A row that is mostly an old step has only the share that is not.
        int256 fresh = IntegerMath.max(p.leaves[1][p.word], 0);
        int256 confirmed = _left(p, keys, said, spec.rule.byzantineBps, 0).spoken;
        return _word(p) == confirmed * fresh / IntegerMath.max(p.pairs[p.word].product, 1);
    }

    function _confirmation(int256 product, int256 squares, int256 chance) private pure returns (int256) {
        int256 one = 1 << 32;
        if (squares <= 0) return 0;
        int256 cosine = IntegerMath.min(product * product * one / squares, one);
        return cosine > chance ? (cosine - chance) * (one - cosine) : int256(0);
    }

    /// @dev What other rows than `word` say, weighed by stake in basis points, without the first in the order of `keys` that hold
    /// `first` basis points of all stake together, and the last that hold `last`.
    function _left(
        IFraudJudge.TraceProof calldata p,
        uint256[] memory keys,
        int256[] memory said,
        uint16 first,
        uint16 last
    ) private pure returns (Said memory left) {
        int256[] calldata stakes = p.leaves[0];
        uint256[] memory rows = IntegerMath.order(keys, new bytes32[](0));
        int256 total = _sum(stakes);
        // A row stays with what lies between both ends, where rows lie side by side as long as their stake.
        int256 end = (total - stakes[p.word]) * _BPS - total * int256(uint256(last));
        int256 start = total * int256(uint256(first));
        int256 at = 0;
        for (uint256 k = 0; k < rows.length; ++k) {
            uint256 j = rows[k];
            if (j == p.word) continue;
            int256 next = at + stakes[j] * _BPS;
            int256 part = IntegerMath.max(IntegerMath.min(next, end) - IntegerMath.max(at, start), 0);
            left.kept += part;
            left.spoken += part * said[j];
            at = next;
        }
    }

    /// @dev Leaves: stakes, rejected (with the filter), weights, verdicts.
    function _verdicts(TraceLayout.Shape memory s, IFraudJudge.TraceProof calldata p) private pure returns (bool) {
        int256[] calldata weights = p.leaves[s.filter ? 2 : 1];
        int256[] calldata words = p.leaves[s.filter ? 3 : 2];
        int256 total = _sum(p.leaves[0]);
        for (uint256 i = 0; i < s.rows; ++i) {
            int256 verdict = 2 * weights[i] * total < _ONE * p.leaves[0][i] ? int256(4) : int256(3);
            if (s.filter && p.leaves[1][i] != 0) verdict = 5;
            if (words[i] != verdict) return false;
        }
        return true;
    }

    // ── Small things ──────────────────────────────────────────────────────────────────────────────────────────────

    function _word(IFraudJudge.TraceProof calldata p) private pure returns (int256) {
        return p.leaves[p.leaves.length - 1][p.word];
    }

    function _sum(int256[] calldata values) private pure returns (int256 total) {
        for (uint256 i = 0; i < values.length; ++i) {
            total += values[i];
        }
    }

    /// @dev Root of a square, which is not negative.
    function _sqrt(int256 value) private pure returns (int256) {
        if (value < 0) revert IFraudJudge.IndexOutOfRange(uint256(value), 1 << 255);
        return int256(Math.sqrt(uint256(value)));
    }
}
