// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEntityRegistry} from "../interfaces/IEntityRegistry.sol";

/// @dev Behaviour: see `IEntityRegistry`. The vault decides who may call and what follows for an account.
abstract contract EntityRegistry is IEntityRegistry {
    /// @custom:storage-location erc7201:quorate.storage.EntityRegistry
    struct RegistryStorage {
        mapping(bytes32 entity => Entity) entities;
        mapping(address owner => bytes32) entityOf;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.EntityRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0xb1de42e023adf48a7ac9f89e1a35969640e78b9472503461c71fdbfde44cf500;

    /// @inheritdoc IEntityRegistry
    function entity(bytes32 entity_) external view returns (Entity memory) {
        return _registry().entities[entity_];
    }

    /// @inheritdoc IEntityRegistry
    function entityOf(address owner_) external view returns (bytes32) {
        return _registry().entityOf[owner_];
    }

    function _setEntity(bytes32 entity_, uint128 cap) internal {
        if (entity_ == 0) revert ZeroEntity();
        Entity storage e = _registry().entities[entity_];
        e.cap = cap;
        _requireWithinCap(entity_, e);
        emit EntitySet(entity_, cap);
    }

    /// @param bonded the account's bond, which moves along
    function _setEntityOf(address owner_, bytes32 entity_, uint128 bonded) internal {
        RegistryStorage storage $ = _registry();
        bytes32 previous = $.entityOf[owner_];
        if (previous != 0) $.entities[previous].bonded -= bonded;
        $.entityOf[owner_] = entity_;
        if (entity_ != 0) {
            if ($.entities[entity_].cap == 0) revert UnknownEntity(entity_);
            _bondOf(entity_, bonded);
        }
        emit EntityOfSet(owner_, entity_, previous);
    }

    /// @dev An account of an entity bonded `amount` more.
    function _entityBonded(address owner_, uint128 amount) internal {
        _bondOf(_registry().entityOf[owner_], amount);
    }

    /// @dev An account of an entity has `amount` less bonded.
    function _entityReleased(address owner_, uint128 amount) internal {
        RegistryStorage storage $ = _registry();
        $.entities[$.entityOf[owner_]].bonded -= amount;
    }

    function _bondOf(bytes32 entity_, uint128 amount) private {
        Entity storage e = _registry().entities[entity_];
        e.bonded += amount;
        _requireWithinCap(entity_, e);
    }

    function _requireWithinCap(bytes32 entity_, Entity storage e) private view {
        // INVARIANT: the bonds of an entity never exceed its cap.
        if (e.bonded > e.cap) revert EntityCapExceeded(entity_, e.bonded, e.cap);
    }

    function _registry() private pure returns (RegistryStorage storage $) {
        assembly ("memory-safe") {
            $.slot := _STORAGE
        }
    }
}
