// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorStorage} from "@openzeppelin/contracts/governance/extensions/GovernorStorage.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {GovernorBounds} from "./GovernorBounds.sol";
import {QuorateTimelock} from "./QuorateTimelock.sol";

/// @title QuorateGovernor
/// @notice Bonded stake decides: OpenZeppelin's Governor over the votes of the vault (`IStakeVotes`), in seconds. A
/// proposal is kept on chain, so anyone who knows its number can queue and execute it without an archive of events.
/// Voters decide with the stake of its snapshot. It then waits in the timelock for longer than unbonding takes, and
/// anyone may execute it. The governor's own settings change by proposal only, within immutable bounds.
///
/// Assumed of the vault: its clock is the chain's seconds, and a past answer never changes.
contract QuorateGovernor is
    GovernorBounds,
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorStorage,
    GovernorTimelockControl
{
    /// @param votingDelay seconds
    /// @param votingPeriod seconds
    /// @param proposalThreshold votes (stake wei)
    /// @param quorumBps share of all stake that must vote for or abstain
    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint256 proposalThreshold;
        uint16 quorumBps;
    }

    /// @notice The timelock watches the unbonding delay of another vault.
    error WrongVault(address vault, address expected);
    error TimelockFixed();

    constructor(IStakeVault vault_, QuorateTimelock timelock_, Settings memory settings, Bounds memory limits)
        GovernorBounds(limits)
        Governor("Quorate")
        GovernorSettings(settings.votingDelay, settings.votingPeriod, settings.proposalThreshold)
        GovernorVotes(IVotes(address(vault_)))
        GovernorVotesQuorumFraction(settings.quorumBps)
        GovernorTimelockControl(timelock_)
    {
        // The timelock checks that its delay is longer than this vault's unbonding.
        address watched = address(timelock_.VAULT());
        if (watched != address(vault_)) revert WrongVault(watched, address(vault_));
    }

    function quorumDenominator() public pure override returns (uint256) {
        return 10_000;
    }

    function _setVotingDelay(uint48 newVotingDelay) internal override {
        Bounds memory limits = bounds();
        _requireWithin(newVotingDelay, limits.minVotingDelay, limits.maxVotingDelay);
        super._setVotingDelay(newVotingDelay);
    }

    function _setVotingPeriod(uint32 newVotingPeriod) internal override {
        Bounds memory limits = bounds();
        _requireWithin(newVotingPeriod, limits.minVotingPeriod, limits.maxVotingPeriod);
        super._setVotingPeriod(newVotingPeriod);
    }

    function _setProposalThreshold(uint256 newProposalThreshold) internal override {
        _requireWithin(newProposalThreshold, 0, bounds().maxProposalThreshold);
        super._setProposalThreshold(newProposalThreshold);
    }

    function _updateQuorumNumerator(uint256 newQuorumBps) internal override {
        Bounds memory limits = bounds();
        _requireWithin(newQuorumBps, limits.minQuorumBps, limits.maxQuorumBps);
        super._updateQuorumNumerator(newQuorumBps);
    }

    /// @dev Another timelock would not own the contracts and would not have to wait for unbonding.
    function updateTimelock(TimelockController) public pure override {
        revert TimelockFixed();
    }

    // ── Where OpenZeppelin's parts meet ───────────────────────────────────────────────────────────────────────────

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override(Governor, GovernorStorage) returns (uint256) {
        return super._propose(targets, values, calldatas, description, proposer);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
