// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStakeVault} from "./IStakeVault.sol";

/// @title MembershipLens
/// @notice Lists the members of a round from the vault's views. It has no state and need not be deployed: a client sends its
/// code along with the call. The vault itself has no room for it.
interface IMembershipLens {
    /// @notice A member as a round's snapshot sees it. `operatorKey` is the key valid at the timepoint, `peerKey` the current one.
    struct SnapshotMember {
        address member;
        address operatorKey;
        bytes32 peerKey;
        uint32 slot;
        uint128 stake;
    }

    /// @notice The members whose stake counted in `task` at `timepoint` among slots `from` (included) to `to` (excluded,
    /// capped at the slots given), in slot order.
    function snapshot(IStakeVault vault, uint256 task, uint256 timepoint, uint32 from, uint32 to)
        external
        view
        returns (SnapshotMember[] memory);
}
