// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {Participation} from "../lib/Participation.sol";
import {RuleSpec, TaskSpec} from "../lib/Types.sol";

/// @notice The places of the leaves of a trace (docs/aggregation.md §6). They follow from the specification and the number
/// of rows that the rule saw.
library TraceLayout {
    uint32 internal constant STAKES = 1;
    uint32 internal constant TRUST = 2;
    uint32 internal constant SHARES = 3;
    uint32 internal constant NORMS = 4;
    uint32 internal constant SCALES = 5;
    uint32 internal constant EQUALISED = 6;
    uint32 internal constant SQUARES = 7;
    uint32 internal constant NEIGHBOURS = 8;
    uint32 internal constant MIXED_ONCE = 9;
    uint32 internal constant MIXED = 10;
    uint32 internal constant CENTRE = 11;
    uint32 internal constant INVERSE = 12;
    uint32 internal constant MIX_WEIGHTS = 13;
    uint32 internal constant RAW_WEIGHTS = 14;
    uint32 internal constant FIRST_WEIGHTS = 15;
    uint32 internal constant FIRST_PRODUCTS = 16;
    uint32 internal constant DISTANCES = 17;
    uint32 internal constant COSINES = 18;
    uint32 internal constant MEDIANS = 19;
    uint32 internal constant ODDNESS = 20;
    uint32 internal constant REJECTED = 21;
    uint32 internal constant WEIGHTS = 22;
    uint32 internal constant PRODUCTS = 23;
    uint32 internal constant FINAL_COSINES = 24;
    uint32 internal constant SCORES = 25;
    uint32 internal constant VERDICTS = 26;
    // Only in tasks that score novelty; these leaves stand between the final cosines and the scores.
    uint32 internal constant RESIDUAL_SQUARES = 27;
    uint32 internal constant COMPANY = 28;
    uint32 internal constant PAY_MEDIAN = 29;
    // Between oddness and rejected.
    uint32 internal constant SUPPORT = 30;
    uint32 internal constant SUPPORT_MEDIAN = 31;
    // Of rule 1 in tasks that score novelty, between rejected and weights.
    uint32 internal constant FILTERED_WEIGHTS = 32;
    uint32 internal constant REVERSAL = 33;
    // Only in tasks with buckets, last: which members rows each row of the rule is the sum of.
    uint32 internal constant BUCKETS = 34;
    uint8 private constant _TRUST_BIT = 1;
    uint8 private constant _NOVELTY_BIT = 2;

    /// @param rows admitted rows, or sums of rows
    /// @param filter rule 1, else the mean
    /// @param referenced a public row is the last of the Gram matrix
    /// @param trusted stake is multiplied by trust in it
    /// @param novel scores leave out the part along the public row
    /// @param bucketed rows of the rule are sums of members rows
    struct Shape {
        uint256 rows;
        uint256 iterations;
        bool filter;
        bool referenced;
        bool trusted;
        bool novel;
        bool bucketed;
    }

    function shapeOf(TaskSpec calldata spec, uint256 rows) internal pure returns (Shape memory) {
        RuleSpec calldata rule = spec.rule;
        if (rows == 0 || rows > 128) revert IFraudJudge.IndexOutOfRange(rows, 128);
        if (rule.rule > 1) revert IFraudJudge.IndexOutOfRange(rule.rule, 1);
        return Shape({
            rows: rows,
            iterations: rule.iterations,
            filter: rule.rule == 1,
            referenced: rule.referenceKind != 0,
            trusted: rule.referenceKind & _TRUST_BIT != 0,
            novel: rule.referenceKind & _NOVELTY_BIT != 0,
            bucketed: Participation.inBuckets(spec.committee)
        });
    }

    /// @notice Whether a step may take the last one back only as far as all but F of the stake go.
    function holdsBack(Shape memory s) internal pure returns (bool) {
        return s.filter && s.novel;
    }

    /// @notice Number of leaves.
    function count(Shape memory s) internal pure returns (uint256) {
        return position(s, VERDICTS, 0) + (s.bucketed ? 2 : 1);
    }

    /// @notice Place of a leaf; reverts if the rule does not write it.
    function position(Shape memory s, uint32 kind, uint256 index) internal pure returns (uint256) {
        uint256 size = repeats(s, kind);
        if (index >= size) revert IFraudJudge.NoTraceLeaf(kind, index);
        if (kind == BUCKETS) return count(s) - 1;
        if (kind > ODDNESS) kind = _rank(s, kind);
        if (!s.filter) return kind == STAKES ? 0 : kind - WEIGHTS - 1;
        uint256 n = s.rows;
        uint256 base = s.trusted ? 1 : 0;
        if (kind <= TRUST) return kind - STAKES;
        if (kind <= EQUALISED) return base + kind - TRUST + index;
        if (kind == SQUARES) return base + 4 + n;
        if (kind <= MIXED) return base + 5 + n * (kind - SQUARES) + index;
        uint256 median = base + 5 + 4 * n;
        if (kind <= INVERSE) return median + 2 * index + kind - CENTRE;
        return median + 2 * s.iterations + kind - MIX_WEIGHTS;
    }

    /// @dev The kind that a leaf would have if kinds were numbered in the order of the trace.
    function _rank(Shape memory s, uint32 kind) private pure returns (uint32) {
        if (kind >= FILTERED_WEIGHTS) return kind - FILTERED_WEIGHTS + REJECTED + 3;
        if (kind >= SUPPORT) return kind - SUPPORT + REJECTED;
        uint32 before = holdsBack(s) ? 4 : 2;
        if (kind > VERDICTS) return kind - RESIDUAL_SQUARES + SCORES + before;
        if (kind == REJECTED) return kind + 2;
        return kind + before + (s.novel && kind >= SCORES ? 3 : 0);
    }

    /// @notice The leaf at a place below `count`.
    function leafAt(Shape memory s, uint256 place) internal pure returns (uint32 kind, uint32 index) {
        for (kind = STAKES; kind <= BUCKETS; ++kind) {
            uint256 size = repeats(s, kind);
            if (size == 0) continue;
            uint256 first = position(s, kind, 0);
            // Both leaves of an iteration stand together.
            uint256 step = kind == CENTRE || kind == INVERSE ? 2 : 1;
            if (place < first || (place - first) % step != 0 || (place - first) / step >= size) continue;
            return (kind, uint32((place - first) / step));
        }
        revert IFraudJudge.IndexOutOfRange(place, count(s));
    }

    /// @notice How many leaves of a kind there are.
    function repeats(Shape memory s, uint32 kind) internal pure returns (uint256) {
        if (kind == STAKES || (kind >= WEIGHTS && kind <= VERDICTS)) return 1;
        if (kind == BUCKETS) return s.bucketed ? 1 : 0;
        if (kind >= RESIDUAL_SQUARES && kind <= PAY_MEDIAN) return s.novel ? 1 : 0;
        if (!s.filter || kind == 0 || kind > REVERSAL) return 0;
        if (kind >= FILTERED_WEIGHTS) return s.novel ? 1 : 0;
        if (kind == TRUST) return s.trusted ? 1 : 0;
        if (kind == EQUALISED || (kind >= NEIGHBOURS && kind <= MIXED)) return s.rows;
        if (kind == CENTRE || kind == INVERSE) return s.iterations;
        return 1;
    }

    /// @notice Words of a leaf.
    function length(Shape memory s, uint32 kind) internal pure returns (uint256) {
        if (kind == NEIGHBOURS || kind == MEDIANS) return 3;
        if (kind == PAY_MEDIAN || kind == SUPPORT_MEDIAN) return 1;
        bool extra = kind == SCALES || kind == CENTRE || kind == FIRST_PRODUCTS || kind == PRODUCTS
            || kind == REVERSAL;
        return s.rows + (extra ? 1 : 0);
    }
}
