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
    /// @dev An insertion sort. 128 rows take up to 8128 steps, most of the gas of the proofs that need an order, so a step
    /// does without the compiler's bounds checks: `rows` holds places below `count`.
    /// @param roots one for each key, or none
    function order(uint256[] memory keys, bytes32[] memory roots) internal pure returns (uint256[] memory rows) {
        uint256 count = keys.length;
        bool ranked = roots.length != 0;
        assert(!ranked || roots.length == count);
        rows = new uint256[](count);
        assembly ("memory-safe") {
            let first := add(rows, 32)
            for { let k := 1 } lt(k, count) { k := add(k, 1) } {
                let offset := add(32, shl(5, k))
                let key := mload(add(keys, offset))
                let place := add(rows, offset)
                for {} gt(place, first) {} {
                    let other := mload(sub(place, 32))
                    let otherOffset := add(32, shl(5, other))
                    let otherKey := mload(add(keys, otherOffset))
                    if lt(otherKey, key) { break }
                    if eq(otherKey, key) {
                        if iszero(ranked) { break }
                        if lt(mload(add(roots, otherOffset)), mload(add(roots, offset))) { break }
                    }
                    mstore(place, other)
                    place := sub(place, 32)
                }
                mstore(place, k)
            }
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
