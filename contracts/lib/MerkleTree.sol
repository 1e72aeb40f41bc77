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
        uint256 from;
        assembly ("memory-safe") {
            from := proof
        }
        return climb(leaf, index, from, 10);
    }

    /// @notice `rootFrom` over `levels` siblings that lie in calldata from byte `from` on, for less than half of its gas.
    /// @dev The caller has checked that the siblings are there; the first 64 bytes of memory are scratch space.
    function climb(bytes32 leaf, uint256 index, uint256 from, uint256 levels) internal pure returns (bytes32 node) {
        node = leaf;
        assembly ("memory-safe") {
            index := shl(5, index)
            for { let end := add(from, shl(5, levels)) } lt(from, end) { from := add(from, 32) } {
                // A right child stands behind its sibling.
                let place := and(index, 32)
                mstore(place, node)
                mstore(xor(place, 32), calldataload(from))
                node := keccak256(0, 64)
                index := shr(1, index)
            }
        }
    }

    function _parent(bytes32 node, uint256 index, uint256 level, bytes32 sibling) private pure returns (bytes32) {
        return
            (index >> level) & 1 == 0
                ? Hashes.efficientKeccak256(node, sibling)
                : Hashes.efficientKeccak256(sibling, node);
    }
}
