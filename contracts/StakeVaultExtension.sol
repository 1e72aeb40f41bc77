// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {StakeVaultState} from "./StakeVaultState.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Statements} from "./lib/Statements.sol";
import {Delegation} from "./vault/Delegation.sol";

/// @title StakeVaultExtension
/// @notice The calls of the vault that move no stake: keys, delegation and entities. They do not fit into one contract with
/// the rest. `StakeVault` deploys this contract with itself and passes such calls on with `delegatecall`, so the storage,
/// the address and the caller are the vault's. A direct call finds empty storage and no owner.
contract StakeVaultExtension is StakeVaultState, Delegation, ReentrancyGuardTransient {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice See `IStakeVault`.
    function registerKeys(address operatorKey, bytes32 peerKey, bytes calldata consent)
        external
        nonReentrant
        whenRunning
    {
        if (operatorKey == address(0)) revert IStakeVault.ZeroAddress();
        if (peerKey == 0) revert IStakeVault.ZeroPeerKey();
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[msg.sender];
        _requireAdmitted($, acc);

        KeyRecord storage record = $.keys[operatorKey];
        // INVARIANT: a key, current or retired, speaks for one account only.
        if (record.owner != address(0) && record.owner != msg.sender) revert IStakeVault.KeyTaken(operatorKey, record.owner);
        address peerOwner = $.peers[peerKey];
        if (peerOwner != address(0) && peerOwner != msg.sender) revert IStakeVault.PeerTaken(peerKey, peerOwner);
        address signer = ECDSA.recoverCalldata(_digest(Statements.keyConsent(msg.sender, peerKey)), consent);
        if (signer != operatorKey) revert IStakeVault.ConsentMismatch(signer, operatorKey);

        address retired = acc.operatorKey;
        if (retired != address(0)) $.keys[retired].active = false;
        (record.owner, record.active) = (msg.sender, true);
        $.peers[peerKey] = msg.sender;
        (acc.operatorKey, acc.peerKey) = (operatorKey, peerKey);
        acc.operatorKeys.push(uint48(block.timestamp), uint160(operatorKey));
        emit IStakeVault.KeysRegistered(msg.sender, operatorKey, peerKey);
    }

    /// @inheritdoc IEntityRegistry
    function setEntity(bytes32 entity_, uint128 cap) external onlyOwner {
        _setEntity(entity_, cap);
    }

    /// @inheritdoc IEntityRegistry
    function setEntityOf(address owner_, bytes32 entity_) external onlyOwner {
        if (owner_ == address(0)) revert IStakeVault.ZeroAddress();
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[owner_];
        _setEntityOf(owner_, entity_, acc.bonded);
        acc.inEntity = entity_ != 0;
        _readmit($, acc);
    }

    /// @inheritdoc IEntityRegistry
    function setConsortiumMode(bool on) external onlyOwner {
        _vault().consortium = on;
        emit ConsortiumModeSet(on);
    }
}
