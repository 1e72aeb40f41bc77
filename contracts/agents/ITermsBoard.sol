// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../interfaces/IRoundLedger.sol";

/// @title TermsBoard
/// @notice Where a steward writes the terms that the successor of a task should have, within limits of the owner.
///
/// The terms of a task never change, so nothing here touches a task: a founder may take the advice for a successor
/// (`IRoundLedger.succeedTask`), and joining it is the consent of its members.
///
/// * **Limits**, set by the owner for each task: the least and the most of every term, where advice begins, and how far one advice may
///   step from the one before.
/// * **Order**: an advice names the newest round that it was observed from. That round is over, and later than that of the advice before.
///
/// Immutable. Assumed of the owner: a timelock or a multisig. Assumed of the steward: a `GuardedExecutor`, which adds rate, cool-down, caps and
/// breaker. Liveness breaks for nobody: without advice a successor keeps its terms.
interface ITermsBoard {
    /// @notice Seconds of the windows, token wei, squared norms of updates; in this order.
    enum Term {
        Commit,
        Reveal,
        Attest,
        Post,
        RewardPerRound,
        MinNormSq,
        MaxNormSq
    }

    /// @param start the terms that the first advice steps from
    /// @param stepBps largest change of a term by one advice, basis points of the term, rounded up
    struct Limits {
        uint128[7] least;
        uint128[7] most;
        uint128[7] start;
        uint16 stepBps;
    }

    /// @param round the newest round that was observed; 0 before the first advice
    struct Advice {
        uint128[7] terms;
        uint64 round;
        uint40 time;
    }

    event LimitsSet(uint256 indexed task, Limits limits);
    event Advised(uint256 indexed task, uint64 indexed round, uint128[7] terms);

    error NotOwner(address caller, address owner);
    error NotSteward(address caller, address steward);
    error BadLimits(Term term);
    error NoLimits(uint256 task);
    error TermOutOfBounds(Term term, uint256 value, uint256 least, uint256 most);
    error StepTooLarge(Term term, uint256 value, uint256 before);
    error NormsCrossed(uint256 minNormSq, uint256 maxNormSq);
    error StaleRound(uint256 round, uint256 last);
    error RoundNotOver(uint256 task, uint256 round);

    /// @notice Sets the limits of a task. The advice that stands becomes `start`.
    function setLimits(uint256 task, Limits calldata limits) external;

    /// @notice The steward's advice for the successor of a task.
    /// @param round the newest round that it was observed from
    function advise(uint256 task, uint64 round, uint128[7] calldata terms) external;

    function ledger() external view returns (IRoundLedger);
    function owner() external view returns (address);
    function steward() external view returns (address);
    /// @notice Reverts `NoLimits`.
    function limitsOf(uint256 task) external view returns (Limits memory);
    /// @notice The advice that stands; reverts `NoLimits`.
    function adviceOf(uint256 task) external view returns (Advice memory);
}
