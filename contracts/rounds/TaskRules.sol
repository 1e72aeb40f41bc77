// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCourt} from "../interfaces/IDataCourt.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ITaskRules} from "../interfaces/ITaskRules.sol";
import {IWithholdingJudge} from "../interfaces/IWithholdingJudge.sol";
import {TaskSpec} from "../lib/Types.sol";
import {SpecRules} from "./SpecRules.sol";

/// @title TaskRules
/// @dev Behaviour: see `ITaskRules`. Immutable and without state.
contract TaskRules is ITaskRules {
    /// @inheritdoc ITaskRules
    /// @dev The places of the ledger's ring. At most that many claims can be open to rejection at once, and each takes at
    /// most one reward beyond its parent. One proof against the first drops all of them for one penalty.
    uint256 public constant REWARDS_AT_RISK = 64;
    /// @inheritdoc ITaskRules
    uint256 public constant MAX_BOUNTY_BPS = 2000;
    /// Answer windows in a challenge window (`DataCourt`).
    uint256 private constant _WINDOWS = 8;

    /// @inheritdoc ITaskRules
    uint256 public immutable MIN_WINDOW;
    /// @inheritdoc ITaskRules
    uint256 public immutable MIN_CHALLENGE;

    /// @param minWindow shortest window of a round, seconds: 60, or five blocks if that is more; less only on a
    /// development chain
    /// @param minChallenge shortest challenge window, seconds: 3600; less only on a development chain
    constructor(uint256 minWindow, uint256 minChallenge) {
        (MIN_WINDOW, MIN_CHALLENGE) = (minWindow, minChallenge);
    }

    /// @inheritdoc ITaskRules
    function check(IStakeVault vault, IRoundLedger.TaskTerms calldata terms, TaskSpec calldata spec)
        external
        view
        returns (bytes32 genesisReferenceRoot)
    {
        _checkWindows(terms.windows);
        _checkMoney(vault, terms, spec.rewardPerRound);
        _requireDefensible(terms.judge, terms.windows.challenge);
        SpecRules.check(spec);
        return SpecRules.zeroReferenceRoot(spec);
    }

    /// @inheritdoc ITaskRules
    function checkSpec(TaskSpec calldata spec) external pure {
        SpecRules.check(spec);
    }

    /// @dev INVARIANT: everybody has time to act in every window, and a lie has time to be found.
    function _checkWindows(IRoundLedger.Windows calldata windows) private view {
        _requireWindow(windows.commit, MIN_WINDOW);
        _requireWindow(windows.reveal, MIN_WINDOW);
        _requireWindow(windows.attest, MIN_WINDOW);
        _requireWindow(windows.post, MIN_WINDOW);
        if (windows.challenge < MIN_CHALLENGE) revert IRoundLedger.ChallengeTooShort(windows.challenge, MIN_CHALLENGE);
    }

    function _checkMoney(IStakeVault vault, IRoundLedger.TaskTerms calldata terms, uint256 rewardPerRound) private view {
        IStakeVault.Bounds memory limits = vault.bounds();
        // INVARIANT: no parameter leaves its bounds. A proved fault always costs something.
        _requireWithin(terms.falseClaimPenalty, limits.minBondFloor, limits.minBondCeiling);
        _requireWithin(terms.faultPenalty, limits.minBondFloor, limits.minBondCeiling);
        _requireWithin(terms.bountyBps, 0, MAX_BOUNTY_BPS);
        // INVARIANT: a lie costs more than it can take. The liar may win its own bounty, so only what burns counts.
        uint256 atRisk = REWARDS_AT_RISK * rewardPerRound * 10_000;
        uint256 needed = (atRisk + 10_000 - MAX_BOUNTY_BPS - 1) / (10_000 - MAX_BOUNTY_BPS);
        if (terms.falseClaimPenalty < needed) {
            revert IRoundLedger.PenaltyTooLow(terms.falseClaimPenalty, needed);
        }
        // INVARIANT: whoever may post can pay.
        uint256 bond = vault.minOperatorBond();
        if (terms.falseClaimPenalty > bond) revert IRoundLedger.PenaltyAboveBond(terms.falseClaimPenalty, bond);
    }

    /// @dev INVARIANT: what a committee can ask the court at once can be answered in time.
    function _requireDefensible(address judge, uint256 challenge) private view {
        if (judge.code.length == 0) return;
        address court = IWithholdingJudge(judge).court();
        if (court.code.length == 0) return;
        uint256 needed = _WINDOWS * IDataCourt(court).minWindow();
        if (challenge < needed) revert IRoundLedger.ChallengeTooShort(challenge, needed);
    }

    function _requireWindow(uint256 window, uint256 minimum) private pure {
        if (window < minimum) revert WindowTooShort(window, minimum);
    }

    function _requireWithin(uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) revert IRoundLedger.OutOfBounds(value, minimum, maximum);
    }
}
