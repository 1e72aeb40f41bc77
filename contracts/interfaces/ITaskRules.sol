// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TaskSpec} from "../lib/Types.sol";
import {IRoundLedger} from "./IRoundLedger.sol";
import {IStakeVault} from "./IStakeVault.sol";

/// @title TaskRules
/// @notice What a task must keep before the ledger accepts it: windows are long enough, money terms make a lie cost more than
/// it can take (docs/economics.md), and under the specification claims can be true and every lie has a proof
/// (docs/protocol.md §7). A contract of its own, because the ledger has no room for it. Reverts with the errors of
/// `IRoundLedger` and those below.
interface ITaskRules {
    /// @param window the window that is too short, seconds
    error WindowTooShort(uint256 window, uint256 minimum);
    /// @param field of the specification that is out of its bounds, its name in ASCII
    error SpecOutOfBounds(bytes32 field, uint256 value, uint256 minimum, uint256 maximum);

    /// @notice Everything about a task that is to be created.
    /// @return genesisReferenceRoot root of the zero reference of the task's length, 0 for a task without reference
    function check(IStakeVault vault, IRoundLedger.TaskTerms calldata terms, TaskSpec calldata spec)
        external
        view
        returns (bytes32 genesisReferenceRoot);

    /// @notice Bounds of a task's specification.
    function checkSpec(TaskSpec calldata spec) external pure;

    /// @notice Shortest commit window, seconds: eight blocks or more. In its last quarter members without a receipt force
    /// their commitments, so a quarter has two blocks.
    function MIN_COMMIT() external view returns (uint256);
    /// @notice Shortest window of a round, seconds.
    function MIN_WINDOW() external view returns (uint256);
    /// @notice Shortest challenge window, seconds.
    function MIN_CHALLENGE() external view returns (uint256);
    /// @notice Seconds from which on stake and keys count in drawn tasks after they were allocated or registered.
    function ENTRY_DELAY() external view returns (uint256);
    /// @notice Rewards that the burned part of a false claim's penalty covers at least.
    function REWARDS_AT_RISK() external view returns (uint256);
    /// @notice Units whose bonds the burned part of a false claim's penalty covers at least (`DataCourt`): more than a search
    /// for a lie takes. A liar that answers the search itself loses more than it earns.
    function SEARCH_UNITS() external view returns (uint256);
    /// @notice The largest share of a slash that goes to the sender of a proof. What remains is burned.
    function MAX_BOUNTY_BPS() external view returns (uint256);
}
