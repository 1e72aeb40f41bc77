// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "./IRoundLedger.sol";
import {IStakeVault} from "./IStakeVault.sol";

/// @title SpecRules
/// @notice What the terms of a task must keep, so that a lie costs more than it can take and a true claim can always be
/// defended (docs/economics.md). The ledger asks before it creates a task and before terms change. Reverts with the errors
/// of `IRoundLedger`.
interface ISpecRules {
    /// @param challenge the task's challenge window, seconds
    function check(
        IStakeVault vault,
        IRoundLedger.Terms calldata terms,
        uint256 rewardPerRound,
        uint256 challenge
    ) external view;

    /// @notice Rewards that the burned part of a false claim's penalty covers at least.
    function REWARDS_AT_RISK() external view returns (uint256);
    /// @notice The largest share of a slash that goes to the sender of a proof. What remains is burned.
    function MAX_BOUNTY_BPS() external view returns (uint256);
}
