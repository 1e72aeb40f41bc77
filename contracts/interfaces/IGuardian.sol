// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IPauseClock} from "./IPauseClock.sol";

/// @title Guardian
/// @notice What a multisig may do in an emergency, and nothing else: pause ledger and vault together for a limited time, end
/// that pause early, and cancel a queued proposal. It moves no stake, no parameter and no code; how long and how often it
/// may pause is fixed in the contracts it pauses (`IPauseClock`).
///
/// Immutable. Governance replaces it by naming another one in ledger and vault and moving the timelock's canceller role. The
/// guardian cannot cancel that (`QuorateTimelock`).
interface IGuardian {
    error ZeroAddress();
    error NotHolder(address caller, address holder);

    /// @notice Stops ledger and vault (and with the ledger what trusts its clock: rewards, disputes) for `length` seconds.
    function pause(uint32 length) external;
    /// @notice Ends the pause before its time.
    function unpause() external;
    /// @notice Cancels an operation that waits in the timelock, unless it does nothing but replace a guardian.
    function cancel(bytes32 operation) external;

    /// @notice The multisig.
    function holder() external view returns (address);
    function ledger() external view returns (IPauseClock);
    function vault() external view returns (IPauseClock);
    function timelock() external view returns (TimelockController);
}
