// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IBurnableERC20} from "./interfaces/IBurnableERC20.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IPauseClock} from "./interfaces/IPauseClock.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {PauseClock} from "./pause/PauseClock.sol";
import {EntityRegistry} from "./vault/EntityRegistry.sol";
import {StakeVotes} from "./vault/StakeVotes.sol";

/// @notice How the vault keeps its state, and the rules that `StakeVault` and `StakeVaultExtension` share.
abstract contract StakeVaultState is StakeVotes, EntityRegistry, PauseClock, OwnableUpgradeable {
    struct AccountState {
        uint128 bonded;
        // What is at risk in tasks, or still leaving one; the rest of the bond is free.
        uint128 allocated;
        address operatorKey;
        // Whether the account ever delegated its votes, or received others'.
        bool delegated;
        bool inEntity;
        bytes32 peerKey;
        // Votes: the member stake that counts, over all tasks.
        Checkpoints.Trace208 stake;
        Checkpoints.Trace208 operatorKeys;
    }

    /// One slot says whether a caller may act, and for which account.
    struct KeyRecord {
        address owner;
        bool active;
    }

    /// The first fields are one slot, which says whether an operator may post.
    struct AllocationState {
        uint128 amount;
        // In running time (`PauseClock`); 0 while the account takes part.
        uint40 freeAt;
        IStakeVault.Role role;
        // The slot plus one; 0 = none.
        uint32 slotTag;
        // Of an operator: whether it may post. Of a member: see `stake`.
        bool operates;
        Checkpoints.Trace208 stake;
    }

    struct TaskBook {
        uint32 slotCount;
        uint16 members;
        uint48 since;
        uint128 stake;
        mapping(address owner => AllocationState) allocations;
        mapping(uint32 slot => address owner) slots;
        Checkpoints.Trace208 totalStake;
        Checkpoints.Trace208 memberCount;
    }

    /// @custom:storage-location erc7201:quorate.storage.StakeVault
    struct VaultStorage {
        IBurnableERC20 token;
        uint32 unbondingDelay;
        bool consortium;
        uint96 minBond;
        uint96 minOperatorBond;
        uint128 bonded;
        uint128 allocated;
        IRoundLedger ledger;
        mapping(address owner => AccountState) accounts;
        mapping(address operatorKey => KeyRecord) keys;
        mapping(bytes32 peerKey => address owner) peers;
        mapping(uint256 task => TaskBook) tasks;
        Checkpoints.Trace208 totalStake;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.StakeVault")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0x00ee9ccdd53df3d31bb2e2de7707db8c0abeb21b4e211cf30f7513b0de31e200;

    /// @inheritdoc IPauseClock
    function setGuardian(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
    }

    /// @inheritdoc IEntityRegistry
    function consortiumMode() external view returns (bool) {
        return _vault().consortium;
    }

    // ── Who is admitted ───────────────────────────────────────────────────────────────────────────────────────────

    function _admitted(VaultStorage storage $, AccountState storage acc) internal view returns (bool) {
        return acc.inEntity || !$.consortium;
    }

    function _requireAdmitted(VaultStorage storage $, AccountState storage acc) internal view {
        if (!_admitted($, acc)) revert NotAdmitted(msg.sender);
    }

    /// @dev Updates the key of an account to the current rules.
    function _readmit(VaultStorage storage $, AccountState storage acc) internal {
        address operatorKey = acc.operatorKey;
        if (operatorKey != address(0)) $.keys[operatorKey].active = _admitted($, acc);
    }

    // ── What votes are counted from ───────────────────────────────────────────────────────────────────────────────

    /// @dev A running second can still change its answer; a past second cannot.
    function _past(uint256 timepoint) internal view override returns (uint48) {
        if (timepoint >= block.timestamp) revert IStakeVault.FutureLookup(timepoint, block.timestamp);
        return uint48(timepoint);
    }

    function _stakeHistory(address owner_) internal view override returns (Checkpoints.Trace208 storage) {
        return _vault().accounts[owner_].stake;
    }

    function _totalStakeHistory() internal view override returns (Checkpoints.Trace208 storage) {
        return _vault().totalStake;
    }

    function _everDelegated(address owner_) internal view override returns (bool) {
        return _vault().accounts[owner_].delegated;
    }

    function _markDelegated(address owner_) internal override {
        _vault().accounts[owner_].delegated = true;
    }

    function _vault() internal pure returns (VaultStorage storage $) {
        assembly ("memory-safe") {
            $.slot := _STORAGE
        }
    }
}
