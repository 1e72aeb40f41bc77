// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The division of a slash. Pure, so that the proof of the vault's accounts runs over the same lines
/// (scripts/prove.ts).
library Slashing {
    /// @notice Takes from the allocation to one task, and never more than there is.
    function take(uint128 amount, uint128 allocated) internal pure returns (uint128) {
        return amount < allocated ? amount : allocated;
    }

    /// @notice The part of `taken` that is burned when `bounty` of it is paid.
    function burned(uint128 taken, uint128 bounty) internal pure returns (uint128) {
        return taken - bounty;
    }
}
