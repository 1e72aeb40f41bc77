// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, LedgerLeaf, MemberLeaf, TaskSpec} from "./Types.sol";

/// @notice Hashes of docs/protocol.md §3, §5 and §7. No leaf's preimage is 64 bytes long, so none can pose as a node.
library ClaimLib {
    function hash(Claim memory claim, uint256 task, uint64 round) internal pure returns (bytes32) {
        return keccak256(abi.encode(task, round, claim));
    }

    /// @notice `hash` of a claim in calldata, over its bytes as they are. A `ledgerTotal` or `members` with more bits
    /// than its type gives a hash that no posted claim has: reading either field reverts, and a posting reads both.
    function hashCalldata(Claim calldata claim, uint256 task, uint64 round) internal pure returns (bytes32 result) {
        uint256 round_ = round;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore(buffer, task)
            mstore(add(buffer, 32), round_)
            calldatacopy(add(buffer, 64), claim, 352)
            result := keccak256(buffer, 416)
        }
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
