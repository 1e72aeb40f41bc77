// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {MerkleTree} from "../../contracts/lib/MerkleTree.sol";
import {SparseTree} from "./support/SparseTree.sol";

contract MerkleTreeTest is Test {
    function test_emptyRootIsZ10() public pure {
        assertEq(SparseTree.root(new bytes32[](0), 10), MerkleTree.EMPTY_10);
    }

    function testFuzz_agreesWithTheTwin(uint256 seed, uint8 count, uint256 index, uint8 depth) public pure {
        depth = uint8(bound(depth, 0, 10));
        bytes32[] memory leaves = _leaves(seed, bound(count, 0, 1 << depth));
        index = bound(index, 0, (1 << depth) - 1);
        bytes32 leaf = index < leaves.length ? leaves[index] : bytes32(0);
        bytes32[] memory proof = SparseTree.proof(leaves, index, depth);
        assertEq(MerkleTree.rootFrom(leaf, index, proof), SparseTree.root(leaves, depth));
    }

    function testFuzz_anotherLeafIndexOrSiblingGivesAnotherRoot(uint256 seed, uint256 index, uint256 other)
        public
        view
    {
        bytes32[] memory leaves = _leaves(seed, 1024);
        (index, other) = (bound(index, 0, 1023), bound(other, 0, 1023));
        vm.assume(index != other);
        bytes32 root = SparseTree.root(leaves, 10);
        bytes32[] memory path = SparseTree.proof(leaves, index, 10);
        bytes32[10] memory proof;
        for (uint256 i = 0; i < 10; ++i) {
            proof[i] = path[i];
        }
        assertEq(this.rootFrom10(leaves[index], index, proof), root);
        assertNotEq(this.rootFrom10(leaves[other], index, proof), root);
        assertNotEq(this.rootFrom10(leaves[index], other, proof), root);
        proof[other % 10] ^= bytes32(uint256(1));
        assertNotEq(this.rootFrom10(leaves[index], index, proof), root);
    }

    /// @dev External: the proof is calldata.
    function rootFrom10(bytes32 leaf, uint256 index, bytes32[10] calldata proof) external pure returns (bytes32) {
        return MerkleTree.rootFrom10(leaf, index, proof);
    }

    function _leaves(uint256 seed, uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
    }
}
