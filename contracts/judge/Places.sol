// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IFraudJudge} from "../interfaces/IFraudJudge.sol";

/// @notice Which rows of the rule a place in a tree stands for.
library Places {
    /// @notice Rows of pair `p = i (i + 1) / 2 + j` with `j ≤ i`.
    function rowsOfPair(uint256 pair) internal pure returns (uint256 i, uint256 j) {
        if (pair > type(uint32).max) revert IFraudJudge.IndexOutOfRange(pair, type(uint32).max);
        i = (Math.sqrt(8 * pair + 1) - 1) / 2;
        j = pair - i * (i + 1) / 2;
    }

    /// @return count positive weights
    /// @return admitted index of positive weight number `k`
    function carrying(int256[] calldata words, uint256 k) internal pure returns (uint256 count, uint256 admitted) {
        for (uint256 i = 0; i < words.length; ++i) {
            if (words[i] <= 0) continue;
            if (count == k) admitted = i;
            unchecked {
                ++count;
            }
        }
    }
}
