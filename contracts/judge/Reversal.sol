// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {RuleSpec} from "../lib/Types.sol";
import {IntegerMath} from "./IntegerMath.sol";

/// @notice How far a step may take the last one back, equal to `src/aggregation/rules/reversal.ts` (docs/aggregation.md §4.6).
library Reversal {
    int256 private constant _ONE = 65536;
    int256 private constant _BPS = 10_000;

    /// @param weight of the rows that stay
    /// @param room how far their sum lies above the mean
    /// @param excess how far the sum of the others lies below it
    struct Sums {
        int256 weight;
        int256 room;
        int256 excess;
    }

    /// @notice Whether the judged leaf is what the rule gives.
    /// @dev Leaves: stakes, rejected, filtered weights, reversal; pairs: row ρ of G without ρ itself.
    /// @param roots update roots of the admitted rows, which break ties; none without a tie
    function holds(RuleSpec calldata rule, IFraudJudge.TraceProof calldata p, bytes32[] memory roots)
        internal
        pure
        returns (bool)
    {
        int256[] calldata stakes = p.leaves[0];
        int256[] calldata words = p.leaves[3];
        (int256[] memory kept, int256 back) = _kept(rule, p, roots);
        Sums memory sums;
        for (uint256 i = 0; i < stakes.length; ++i) {
            int256 stays = _ONE;
            if (p.leaves[1][i] != 0) stays = 0;
            else if (stakes[i] > 0) stays = kept[i] * _ONE / (stakes[i] * _BPS);
            if (words[i] != stays) return false;
            int256 above = p.pairs[i].product - back;
            sums.weight += p.leaves[2][i] * stays;
            sums.room += p.leaves[2][i] * stays * above;
            sums.excess -= p.leaves[2][i] * (_ONE - stays) * above;
        }
        return words[stakes.length] == _factor(sums);
    }

    /// @notice What is left of a filtered weight.
    /// @dev Leaves: stakes, filtered weights, reversal, weights.
    function weight(IFraudJudge.TraceProof calldata p, uint256 row) internal pure returns (uint256) {
        int256[] calldata words = p.leaves[2];
        int256 stays = words[row];
        return uint256(p.leaves[1][row] * (stays * _ONE + (_ONE - stays) * words[words.length - 1]));
    }

    /// @return kept what is left of each stake, in basis points of a unit, when the rows that go back furthest lose F of all stake
    /// @return back the mean along the last step if what is lost stood where the first of the rest stands; 0 if that is ahead
    function _kept(RuleSpec calldata rule, IFraudJudge.TraceProof calldata p, bytes32[] memory roots)
        private
        pure
        returns (int256[] memory kept, int256 back)
    {
        int256[] calldata stakes = p.leaves[0];
        kept = new int256[](stakes.length);
        uint256[] memory keys = new uint256[](stakes.length);
        int256 left = 0;
        for (uint256 i = 0; i < stakes.length; ++i) {
            left += stakes[i] * int256(uint256(rule.byzantineBps));
            // Rejected rows come last, where they take nothing away.
            keys[i] = p.leaves[1][i] != 0 ? type(uint256).max : uint256((1 << 200) + p.pairs[i].product);
        }
        uint256[] memory rows = IntegerMath.order(keys, roots);
        int256 total = 0;
        int256 lostBefore = 0;
        bool found = false;
        for (uint256 k = 0; k < rows.length; ++k) {
            uint256 i = rows[k];
            if (p.leaves[1][i] != 0) break;
            int256 whole = stakes[i] * _BPS;
            if (left > 0 && whole >= left) {
                // Row i is the last row that loses anything, so its neighbours in the order must differ from it.
                if (k > 0) IntegerMath.requireDistinct(keys, rows, roots, k - 1);
                IntegerMath.requireDistinct(keys, rows, roots, k);
            }
            int256 lost = IntegerMath.min(whole, left);
            left -= lost;
            lostBefore += lost;
            kept[i] = whole - lost;
            total += whole;
            back += kept[i] * p.pairs[i].product;
            if (kept[i] > 0 && !found) {
                // Nothing is lost after this row.
                found = true;
                back += lostBefore * p.pairs[i].product;
            }
        }
        back = found ? IntegerMath.min(IntegerMath.floorDiv(back, total), 0) : int256(0);
    }

    function _factor(Sums memory sums) private pure returns (int256) {
        if (sums.weight == 0 || sums.excess <= 0 || sums.room >= sums.excess) return _ONE;
        return sums.room > 0 ? sums.room * _ONE / sums.excess : int256(0);
    }
}
