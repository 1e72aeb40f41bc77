// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IGuardian} from "./interfaces/IGuardian.sol";
import {IPauseClock} from "./interfaces/IPauseClock.sol";

/// @title Guardian
/// @dev Behaviour and assumptions: see `IGuardian`.
contract Guardian is IGuardian {
    /// @inheritdoc IGuardian
    address public immutable holder;
    /// @inheritdoc IGuardian
    IPauseClock public immutable ledger;
    /// @inheritdoc IGuardian
    IPauseClock public immutable vault;
    /// @inheritdoc IGuardian
    TimelockController public immutable timelock;

    modifier onlyHolder() {
        if (msg.sender != holder) revert NotHolder(msg.sender, holder);
        _;
    }

    /// @param timelock_ zero if the contracts have no timelock; there is then nothing to cancel
    constructor(address holder_, IPauseClock ledger_, IPauseClock vault_, TimelockController timelock_) {
        if (holder_ == address(0) || address(ledger_) == address(0) || address(vault_) == address(0)) {
            revert ZeroAddress();
        }
        (holder, ledger, vault, timelock) = (holder_, ledger_, vault_, timelock_);
    }

    /// @inheritdoc IGuardian
    function pause(uint32 length) external onlyHolder {
        // INVARIANT: a member exposed to an open round cannot leave before its challenge ends. Both clocks stop together.
        ledger.pause(length);
        vault.pause(length);
    }

    /// @inheritdoc IGuardian
    function unpause() external onlyHolder {
        ledger.unpause();
        vault.unpause();
    }

    /// @inheritdoc IGuardian
    function cancel(bytes32 operation) external onlyHolder {
        timelock.cancel(operation);
    }
}
