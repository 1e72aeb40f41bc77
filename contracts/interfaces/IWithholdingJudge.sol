// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The part of a task's judge that the court needs: it rejects a claim whose data nobody opened.
interface IWithholdingJudge {
    /// @notice The only contract that may call `rejectWithheld`.
    function court() external view returns (address);

    /// @notice Rejects the posted claim of `round` because nobody opened a requested part of it in time. The bounty
    /// goes to `recipient`.
    function rejectWithheld(uint256 task, uint64 round, address recipient) external;
}
