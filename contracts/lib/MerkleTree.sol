// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice Index-directed binary keccak256 trees of fixed depth (docs/protocol.md §2): bit `k` of the index says whether
/// the running node is the right child at level `k`. The depth is the proof's length, so a caller that fixes the length
/// and bounds the index fixes the leaf.
library MerkleTree {
    /// Root of the empty tree of depth 10: `Z_0 = 0`, `Z_{k+1} = keccak256(Z_k ‖ Z_k)`.
    bytes32 internal constant EMPTY_10 = 0xf9dc3e7fe016e050eff260334f18a5d4fe391d82092319f5964f2e2eb7c1c3a5;

    function rootFrom(bytes32 leaf, uint256 index, bytes32[] memory proof) internal pure returns (bytes32 node) {
        node = leaf;
        for (uint256 level = 0; level < proof.length; ++level) {
            node = _parent(node, index, level, proof[level]);
        }
    }

    /// @notice The same for the ledger tree, whose depth is part of the ABI.
    function rootFrom10(bytes32 leaf, uint256 index, bytes32[10] calldata proof) internal pure returns (bytes32 node) {
        node = leaf;
        for (uint256 level = 0; level < 10; ++level) {
            node = _parent(node, index, level, proof[level]);
        }
    }

    function _parent(bytes32 node, uint256 index, uint256 level, bytes32 sibling) private pure returns (bytes32) {
        return
            (index >> level) & 1 == 0
                ? Hashes.efficientKeccak256(node, sibling)
                : Hashes.efficientKeccak256(sibling, node);
    }
}
