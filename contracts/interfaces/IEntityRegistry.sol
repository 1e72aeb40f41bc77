// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title EntityRegistry
/// @notice Which legal entity an account belongs to, and how much the accounts of one entity may bond together.
///
/// In *consortium mode* only accounts of an entity may bond and register keys, their stake counts only as long as they
/// belong to one, and their keys act only as long. In *open mode* anyone may. Caps hold in both modes for accounts that
/// belong to an entity, so switching the mode never leaves one above its cap. Leaving is never refused.
interface IEntityRegistry {
    /// @param cap token wei; 0: the entity is not registered (or may bond nothing)
    /// @param bonded bonds of its accounts, members and operators alike; unbonding stake is not in it
    struct Entity {
        uint128 cap;
        uint128 bonded;
    }

    event EntitySet(bytes32 indexed entity, uint128 cap);
    /// @notice `entity` is zero when the account now belongs to none.
    event EntityOfSet(address indexed owner, bytes32 indexed entity, bytes32 indexed previous);
    event ConsortiumModeSet(bool on);

    error ZeroEntity();
    error UnknownEntity(bytes32 entity);
    /// @notice In consortium mode an account must belong to an entity first.
    error NotAdmitted(address owner);
    /// @notice The bonds of the entity would exceed its cap (or its cap fall below its bonds).
    error EntityCapExceeded(bytes32 entity, uint256 bonded, uint256 cap);

    /// @notice Governance registers an entity or changes its cap, which cannot be set below what its accounts have bonded:
    /// take accounts away from it first.
    function setEntity(bytes32 entity, uint128 cap) external;

    /// @notice Governance says to which entity an account belongs; zero takes it out. Its bond moves with it.
    function setEntityOf(address owner, bytes32 entity) external;

    /// @notice Governed. Accounts are re-evaluated when they next change or are refreshed.
    function setConsortiumMode(bool on) external;

    function consortiumMode() external view returns (bool);
    function entity(bytes32 entity_) external view returns (Entity memory);
    function entityOf(address owner) external view returns (bytes32);
}
