// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Openings} from "../../contracts/judge/Openings.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {MerkleTree} from "../../contracts/lib/MerkleTree.sol";
import {Claim, MemberLeaf} from "../../contracts/lib/Types.sol";

/// @notice Hashes over calldata as it came agree with those of its canonical encoding.
contract OpeningsTest is Test {
    function testFuzz_hashOfAClaim(Claim calldata claim, uint256 task, uint64 round) public pure {
        Claim memory copy = claim;
        assertEq(ClaimLib.hashCalldata(claim, task, round), ClaimLib.hash(copy, task, round));
    }

    function testFuzz_hashOfAMembersRow(MemberLeaf calldata leaf) public pure {
        MemberLeaf memory copy = leaf;
        assertEq(Openings.memberHash(leaf), ClaimLib.hash(copy));
    }

    function testFuzz_hashOfATraceLeaf(uint32 kind, uint32 index, int256[] calldata words) public pure {
        assertEq(Openings.traceHash(kind, index, words), keccak256(abi.encodePacked(kind, index, words)));
    }

    function testFuzz_rootOfAPath(bytes32 leaf, uint256 index, bytes32[] calldata path) public pure {
        vm.assume(path.length <= 32);
        index = bound(index, 0, (1 << path.length) - 1);
        assertEq(Openings.root(leaf, index, path), MerkleTree.rootFrom(leaf, index, path));
    }

    /// Bits that a field has no room for change the hash, so nothing that was posted has it.
    function test_aClaimWithMoreBitsThanItsTypes_hasAnotherHash() public view {
        Claim memory claim;
        bytes memory call = abi.encodeCall(this.hashOf, (claim, 1, 2));
        bytes32 honest = ClaimLib.hash(claim, 1, 2);
        assertEq(abi.decode(ask(call), (bytes32)), honest);
        // The highest byte of `members`, word 10.
        call[4 + 10 * 32] = 0x01;
        assertNotEq(abi.decode(ask(call), (bytes32)), honest);
    }

    function hashOf(Claim calldata claim, uint256 task, uint64 round) external pure returns (bytes32) {
        return ClaimLib.hashCalldata(claim, task, round);
    }

    function ask(bytes memory call) private view returns (bytes memory answer) {
        (, answer) = address(this).staticcall(call);
    }
}
