// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMembershipLens} from "./interfaces/IMembershipLens.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";

/// @title MembershipLens
/// @dev Behaviour: see `IMembershipLens`.
contract MembershipLens is IMembershipLens {
    /// @inheritdoc IMembershipLens
    function snapshot(IStakeVault vault, uint256 task, uint256 timepoint, uint32 from, uint32 to)
        external
        view
        returns (SnapshotMember[] memory members)
    {
        uint32 slots = vault.slotCount(task);
        if (to > slots) to = slots;
        if (from >= to) return members;
        members = new SnapshotMember[](to - from);
        uint256 count = 0;
        for (uint32 slot = from; slot < to; ++slot) {
            address owner = vault.slotOwner(task, slot);
            (address operatorKey, uint128 stake) = vault.memberAt(task, owner, timepoint);
            if (stake == 0) continue;
            members[count++] = SnapshotMember(owner, operatorKey, vault.account(owner).peerKey, slot, stake);
        }
        // Shorten the array by the slots without stake: an array may be shortened in place.
        assembly ("memory-safe") {
            mstore(members, count)
        }
    }
}
