// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCourt} from "../interfaces/IDataCourt.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ITaskRules} from "../interfaces/ITaskRules.sol";
import {IWithholdingJudge} from "../interfaces/IWithholdingJudge.sol";
import {Participation} from "../lib/Participation.sol";
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
    /// @inheritdoc ITaskRules
    /// @dev Every row of a claim alone, and a search from each of two sides.
    uint256 public constant SEARCH_UNITS = 256;
    /// Answer windows in a challenge window (`DataCourt`).
    uint256 private constant _WINDOWS = 8;

    /// @inheritdoc ITaskRules
    uint256 public immutable MIN_COMMIT;
    /// @inheritdoc ITaskRules
    uint256 public immutable MIN_WINDOW;
    /// @inheritdoc ITaskRules
    uint256 public immutable MIN_CHALLENGE;
    /// @inheritdoc ITaskRules
    /// @dev Two epochs: the proposers of an epoch are known one epoch ahead, and whoever proposes several blocks in a row
    /// knows the seed of a round early. Stake that moves then comes too late for that round.
    uint256 public immutable ENTRY_DELAY;

    /// @param minCommit shortest commit window, seconds: eight blocks, or `minWindow` if that is more; less only on a
    /// development chain
    /// @param minWindow shortest window of a round, seconds: 60, or five blocks if that is more; less only on a
    /// development chain
    /// @param minChallenge shortest challenge window, seconds: 3600; less only on a development chain
    /// @param entryDelay seconds until stake counts in drawn tasks: two epochs, 768; less only on a development chain
    constructor(uint256 minCommit, uint256 minWindow, uint256 minChallenge, uint256 entryDelay) {
        // The ledger takes it from the chain's time, which is far above this bound.
        _requireWithin(entryDelay, 0, type(uint24).max);
        (MIN_COMMIT, MIN_WINDOW, MIN_CHALLENGE, ENTRY_DELAY) = (minCommit, minWindow, minChallenge, entryDelay);
    }

    /// @inheritdoc ITaskRules
    function check(IStakeVault vault, IRoundLedger.TaskTerms calldata terms, TaskSpec calldata spec)
        external
        view
        returns (bytes32 genesisReferenceRoot)
    {
        _checkWindows(terms.windows, Participation.drawn(spec.committee) != 0);
        _checkMoney(vault, terms, spec.rewardPerRound);
        _requireDefensible(terms);
        SpecRules.check(spec);
        return SpecRules.zeroReferenceRoot(spec);
    }

    /// @inheritdoc ITaskRules
    function checkSpec(TaskSpec calldata spec) external pure {
        SpecRules.check(spec);
    }

    /// @dev INVARIANT: everybody has time to act in every window, and a lie has time to be found.
    /// A drawn committee is known five blocks after the opening, and commits after that.
    function _checkWindows(IRoundLedger.Windows calldata windows, bool drawn) private view {
        _requireWindow(windows.commit, drawn ? MIN_COMMIT + MIN_WINDOW : MIN_COMMIT);
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
        _requireBurned(terms.falseClaimPenalty, REWARDS_AT_RISK * rewardPerRound);
    }

    function _requireDefensible(IRoundLedger.TaskTerms calldata terms) private view {
        if (terms.judge.code.length == 0) return;
        address court = IWithholdingJudge(terms.judge).court();
        if (court.code.length == 0) return;
        // INVARIANT: what a committee can ask the court at once can be answered in time.
        uint256 needed = _WINDOWS * IDataCourt(court).minWindow();
        uint256 challenge = terms.windows.challenge;
        if (challenge < needed) revert IRoundLedger.ChallengeTooShort(challenge, needed);
        // INVARIANT: a liar that answers the requests about its lie loses more than their bonds.
        _requireBurned(terms.falseClaimPenalty, SEARCH_UNITS * IDataCourt(court).unitBond());
    }

    /// @dev The part of a penalty that burns even if the liar wins its own bounty covers `amount`.
    function _requireBurned(uint256 penalty, uint256 amount) private pure {
        uint256 burnedBps = 10_000 - MAX_BOUNTY_BPS;
        uint256 needed = (amount * 10_000 + burnedBps - 1) / burnedBps;
        if (penalty < needed) revert IRoundLedger.PenaltyTooLow(penalty, needed);
    }

    function _requireWindow(uint256 window, uint256 minimum) private pure {
        if (window < minimum) revert WindowTooShort(window, minimum);
    }

    function _requireWithin(uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) revert IRoundLedger.OutOfBounds(value, minimum, maximum);
    }
}
