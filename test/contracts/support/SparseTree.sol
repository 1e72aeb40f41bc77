// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The slow, obvious twin of `MerkleTree`: builds every level of docs/protocol.md §2.
library SparseTree {
    function root(bytes32[] memory leaves, uint256 depth) internal pure returns (bytes32) {
        (bytes32[] memory level, bytes32 empty) = (leaves, bytes32(0));
        for (uint256 k = 0; k < depth; ++k) {
            (level, empty) = _up(level, empty);
        }
        return level.length == 0 ? empty : level[0];
    }

    function proof(bytes32[] memory leaves, uint256 index, uint256 depth)
        internal
        pure
        returns (bytes32[] memory path)
    {
        path = new bytes32[](depth);
        (bytes32[] memory level, bytes32 empty) = (leaves, bytes32(0));
        for (uint256 k = 0; k < depth; ++k) {
            uint256 sibling = (index >> k) ^ 1;
            path[k] = sibling < level.length ? level[sibling] : empty;
            (level, empty) = _up(level, empty);
        }
    }

    /// @param size a power of two
    function log2(uint256 size) internal pure returns (uint256 depth) {
        while (uint256(1) << depth < size) ++depth;
    }

    function _up(bytes32[] memory level, bytes32 empty) private pure returns (bytes32[] memory up, bytes32 upEmpty) {
        up = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < up.length; ++i) {
            bytes32 right = 2 * i + 1 < level.length ? level[2 * i + 1] : empty;
            up[i] = keccak256(abi.encodePacked(level[2 * i], right));
        }
        upEmpty = keccak256(abi.encodePacked(empty, empty));
    }
}
