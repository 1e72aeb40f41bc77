// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {ITermsBoard} from "./ITermsBoard.sol";

/// @title TermsBoard
/// @dev Behaviour and assumptions: see `ITermsBoard`.
contract TermsBoard is ITermsBoard {
    uint256 private constant _TERMS = 7;
    uint256 private constant _BPS = 10_000;

    /// @inheritdoc ITermsBoard
    IRoundLedger public immutable ledger;
    /// @inheritdoc ITermsBoard
    address public immutable owner;
    /// @inheritdoc ITermsBoard
    address public immutable steward;
    mapping(uint256 task => Limits) private _limits;
    mapping(uint256 task => Advice) private _advice;

    constructor(IRoundLedger ledger_, address owner_, address steward_) {
        (ledger, owner, steward) = (ledger_, owner_, steward_);
    }

    /// @inheritdoc ITermsBoard
    function setLimits(uint256 task, Limits calldata limits) external {
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
        for (uint256 i = 0; i < _TERMS; ++i) {
            // INVARIANT: the advice that stands is within its limits.
            if (limits.least[i] == 0 || limits.least[i] > limits.start[i] || limits.start[i] > limits.most[i]) {
                revert BadLimits(Term(i));
            }
        }
        _requireNorms(limits.start);
        if (limits.stepBps == 0) revert NoLimits(task);
        _limits[task] = limits;
        _advice[task].terms = limits.start;
        emit LimitsSet(task, limits);
    }

    /// @inheritdoc ITermsBoard
    function advise(uint256 task, uint64 round, uint128[7] calldata terms) external {
        if (msg.sender != steward) revert NotSteward(msg.sender, steward);
        Limits memory limits = _known(task);
        Advice memory before = _advice[task];
        if (round <= before.round) revert StaleRound(round, before.round);
        if (!ledger.isFinal(task, round)) revert RoundNotOver(task, round);
        for (uint256 i = 0; i < _TERMS; ++i) {
            uint256 value = terms[i];
            if (value < limits.least[i] || value > limits.most[i]) {
                revert TermOutOfBounds(Term(i), value, limits.least[i], limits.most[i]);
            }
            uint256 step = _stepRoundedUp(before.terms[i], limits.stepBps);
            uint256 change = value > before.terms[i] ? value - before.terms[i] : before.terms[i] - value;
            if (change > step) revert StepTooLarge(Term(i), value, before.terms[i]);
        }
        _requireNorms(terms);
        _advice[task] = Advice({terms: terms, round: round, time: uint40(block.timestamp)});
        emit Advised(task, round, terms);
    }

    /// @inheritdoc ITermsBoard
    function limitsOf(uint256 task) external view returns (Limits memory) {
        return _known(task);
    }

    /// @inheritdoc ITermsBoard
    function adviceOf(uint256 task) external view returns (Advice memory) {
        _known(task);
        return _advice[task];
    }

    function _known(uint256 task) private view returns (Limits memory limits) {
        limits = _limits[task];
        if (limits.stepBps == 0) revert NoLimits(task);
    }

    function _requireNorms(uint128[7] calldata terms) private pure {
        (uint256 least, uint256 most) = (terms[uint256(Term.MinNormSq)], terms[uint256(Term.MaxNormSq)]);
        if (least > most) revert NormsCrossed(least, most);
    }

    function _stepRoundedUp(uint256 value, uint256 bps) private pure returns (uint256) {
        return Math.ceilDiv(value * bps, _BPS);
    }
}
