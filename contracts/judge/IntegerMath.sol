// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../interfaces/IFraudJudge.sol";

/// @notice The integer functions of the rules (docs/aggregation.md §2), equal to
/// `src/aggregation/rules/integer-math.ts`.
library IntegerMath {
    uint256 internal constant WEIGHT_ONE = 65536;

    /// @notice `floor(a / b)` towards −∞, `b > 0`.
    function floorDiv(int256 a, int256 b) internal pure returns (int256 quotient) {
        quotient = a / b;
        if (a % b < 0) --quotient;
    }

    /// @notice Rows by ascending key, ties by root. Without roots ties keep their order: see `requireDistinct`.
    function order(uint256[] memory keys, bytes32[] memory roots) internal pure returns (uint256[] memory rows) {
        uint256 count = keys.length;
        rows = new uint256[](count);
        bool ranked = roots.length != 0;
        for (uint256 k = 0; k < count; ++k) {
            uint256 key = keys[k];
            uint256 place = k;
            while (place > 0) {
                uint256 other = rows[place - 1];
                uint256 otherKey = keys[other];
                if (otherKey < key || (otherKey == key && (!ranked || roots[other] < roots[k]))) break;
                rows[place] = other;
                --place;
            }
            rows[place] = k;
        }
    }

    /// @notice Reverts if places `place` and `place + 1` of an order that was made without roots could be swapped.
    function requireDistinct(uint256[] memory keys, uint256[] memory rows, bytes32[] memory roots, uint256 place)
        internal
        pure
    {
        if (roots.length == 0 && place + 1 < rows.length && keys[rows[place]] == keys[rows[place + 1]]) {
            revert IFraudJudge.TieNeedsRows(rows[place], rows[place + 1]);
        }
    }

    /// @notice Shares of 65536 in proportion to `values`: floors first, then one unit each to the largest remainders.
    /// @dev Values below 2^236 with a sum below 2^239, so the products fit.
    function largestRemainder(uint256[] memory values, bytes32[] memory roots)
        internal
        pure
        returns (uint256[] memory shares)
    {
        uint256 count = values.length;
        shares = new uint256[](count);
        uint256 total = sum(values);
        if (total == 0) return shares;
        uint256[] memory keys = new uint256[](count);
        uint256 missing = WEIGHT_ONE;
        for (uint256 i = 0; i < count; ++i) {
            uint256 scaled = values[i] * WEIGHT_ONE;
            shares[i] = scaled / total;
            missing -= shares[i];
            keys[i] = type(uint256).max - scaled % total;
        }
        uint256[] memory rows = order(keys, roots);
        if (missing > 0) requireDistinct(keys, rows, roots, missing - 1);
        for (uint256 k = 0; k < missing; ++k) {
            ++shares[rows[k]];
        }
    }

    /// @notice Whether `median` is the weighted lower median: the value of a row with weight. At least half of the
    /// weight lies at or below it, and less than half lies below it.
    function isLowerMedian(int256[] calldata values, int256[] calldata weights, int256 median)
        internal
        pure
        returns (bool)
    {
        int256 total = 0;
        int256 below = 0;
        int256 equal = 0;
        for (uint256 i = 0; i < values.length; ++i) {
            int256 weight = weights[i];
            total += weight;
            if (values[i] < median) below += weight;
            else if (values[i] == median) equal += weight;
        }
        return equal > 0 && 2 * below < total && 2 * (below + equal) >= total;
    }

    function sum(uint256[] memory values) internal pure returns (uint256 total) {
        for (uint256 i = 0; i < values.length; ++i) {
            total += values[i];
        }
    }

    function max(int256 a, int256 b) internal pure returns (int256) {
        return a > b ? a : b;
    }

    function min(int256 a, int256 b) internal pure returns (int256) {
        return a < b ? a : b;
    }
}
