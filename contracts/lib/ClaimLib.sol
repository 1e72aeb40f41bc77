// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, LedgerLeaf, MemberLeaf, TaskSpec} from "./Types.sol";

/// @notice Hashes of docs/protocol.md §3, §5 and §7. No leaf's preimage is 64 bytes long, so none can pose as a node.
library ClaimLib {
    function hash(Claim memory claim, uint256 task, uint64 round) internal pure returns (bytes32) {
        return keccak256(abi.encode(task, round, claim));
    }

    /// @notice `hash` without a copy in memory.
    function hashCalldata(Claim calldata claim, uint256 task, uint64 round) internal pure returns (bytes32) {
        return keccak256(abi.encode(task, round, claim));
    }

    function hash(LedgerLeaf memory leaf) internal pure returns (bytes32) {
        return keccak256(abi.encode(leaf));
    }

    function hash(MemberLeaf memory leaf) internal pure returns (bytes32) {
        return keccak256(abi.encode(leaf));
    }

    function hash(TaskSpec memory spec) internal pure returns (bytes32) {
        return keccak256(abi.encode(spec));
    }

    function commitment(uint256 task, uint64 round, address member, bytes32 updateRoot, bytes32 salt)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(task, round, member, updateRoot, salt));
    }
}
