// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IFraudJudge} from "../interfaces/IFraudJudge.sol";

/// @notice Opens several leaves of one index-directed tree at once. Shared siblings of their paths are sent once or not
/// at all.
library MultiProof {
    /// @param nodes leaf hashes; overwritten
    /// @param positions strictly ascending, below `2^depth`; overwritten
    /// @param path siblings that cannot be computed, level by level from the leaves up, from left to right
    function root(bytes32[] memory nodes, uint256[] memory positions, uint256 depth, bytes32[] calldata path)
        internal
        pure
        returns (bytes32)
    {
        uint256 count = nodes.length;
        for (uint256 k = 0; k < count; ++k) {
            if (positions[k] >> depth != 0) revert IFraudJudge.IndexOutOfRange(positions[k], 1 << depth);
            if (k > 0 && positions[k] <= positions[k - 1]) {
                revert IFraudJudge.WrongRow(positions[k], positions[k - 1] + 1);
            }
        }
        uint256 used = 0;
        for (uint256 level = 0; level < depth; ++level) {
            uint256 out = 0;
            for (uint256 k = 0; k < count; ++k) {
                uint256 position = positions[k];
                bytes32 node = nodes[k];
                if (position & 1 == 1) {
                    node = Hashes.efficientKeccak256(path[used++], node);
                } else if (k + 1 < count && positions[k + 1] == position + 1) {
                    node = Hashes.efficientKeccak256(node, nodes[++k]);
                } else {
                    node = Hashes.efficientKeccak256(node, path[used++]);
                }
                nodes[out] = node;
                positions[out++] = position >> 1;
            }
            count = out;
        }
        if (used != path.length) revert IFraudJudge.WrongLength(path.length, used);
        return nodes[0];
    }
}
