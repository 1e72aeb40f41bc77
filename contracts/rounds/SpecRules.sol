// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCourt} from "../interfaces/IDataCourt.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {ISpecRules} from "../interfaces/ISpecRules.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IWithholdingJudge} from "../interfaces/IWithholdingJudge.sol";

/// @title SpecRules
/// @dev Behaviour: see `ISpecRules`. Immutable and without state.
contract SpecRules is ISpecRules {
    /// @inheritdoc ISpecRules
    /// @dev The places of the ledger's ring. At most that many claims can be open to rejection at once, and each takes at
    /// most one reward beyond its parent. One proof against the first drops all of them for one penalty.
    uint256 public constant REWARDS_AT_RISK = 64;
    /// @inheritdoc ISpecRules
    uint256 public constant MAX_BOUNTY_BPS = 2000;
    /// Answer windows in a challenge window (`DataCourt`).
    uint256 private constant _WINDOWS = 8;

    /// @inheritdoc ISpecRules
    function check(
        IStakeVault vault,
        IRoundLedger.Terms calldata terms,
        uint256 rewardPerRound,
        uint256 challenge
    ) external view {
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
        _requireDefensible(terms.judge, challenge);
    }

    /// @dev INVARIANT: what a committee can ask the court at once can be answered in time.
    function _requireDefensible(address judge, uint256 challenge) private view {
        if (judge.code.length == 0) return;
        address court = IWithholdingJudge(judge).court();
        if (court.code.length == 0) return;
        uint256 needed = _WINDOWS * IDataCourt(court).minWindow();
        if (challenge < needed) revert IRoundLedger.ChallengeTooShort(challenge, needed);
    }

    function _requireWithin(uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) revert IRoundLedger.OutOfBounds(value, minimum, maximum);
    }
}
