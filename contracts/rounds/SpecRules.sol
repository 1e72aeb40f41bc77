// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {ITaskRules} from "../interfaces/ITaskRules.sol";
import {RuleSpec, TaskSpec, TensorSpec} from "../lib/Types.sol";

/// @notice Which task specifications the ledger accepts (docs/protocol.md §7). An accepted specification has true claims,
/// and every lie about them has a proof: under these bounds the judge's arithmetic is exact, and no proof is too large to
/// send. The bounds are part of the protocol; `src/protocol/spec-rules.ts` holds the same.
library SpecRules {
    /// The largest proof brings all of them beside 128 rows, and has to fit into a transaction of 128 KiB.
    uint256 internal constant MAX_TENSORS = 320;
    /// Coordinates of the padded vector: inner products of two updates then stay below 2^44.
    uint256 internal constant MAX_LENGTH = 1 << 30;
    uint256 internal constant MAX_ETA = (1 << 24) - 1;
    uint256 internal constant MAX_SHIFT = 62;
    /// A trace with 128 rows and this many steps stays below 2^11 leaves.
    uint256 internal constant MAX_ITERATIONS = 64;
    uint256 internal constant MIN_CAP_Q16 = 1 << 16;
    uint256 internal constant MAX_CAP_Q16 = 1 << 31;
    uint256 internal constant MAX_REFERENCE_KIND = 3;
    uint256 internal constant MAX_DECAY = 256;
    uint256 internal constant MAX_GAIN = 6;
    uint256 internal constant MIN_TOLERANCE_BPS = 2500;
    uint256 internal constant MAX_TOLERANCE_BPS = 3332;
    uint256 internal constant MIN_SEALED_BPS = 3000;
    /// Payouts multiply a reward with a score and stay exact.
    uint256 internal constant MAX_REWARD = 1 << 96;
    /// Members earn most of a round.
    uint256 internal constant MAX_OPERATOR_SHARE_BPS = 3000;
    /// Three rounds in ten million then draw more members than a claim has rows.
    uint256 internal constant MAX_COMMITTEE = 80;

    uint256 private constant _CHUNK = 256;
    uint256 private constant _SEGMENT = 8192;
    uint256 private constant _SEGMENT_LEVEL = 5;

    /// @notice Reverts with the first field that is out of its bounds.
    function check(TaskSpec calldata spec) internal pure {
        _checkTensors(spec.tensors);
        _checkRule(spec.rule);
        _within("minNormSq", spec.minNormSq, 1, spec.maxNormSq);
        // The Byzantine share that the rule withstands is within the share that thresholds assume.
        uint256 least = spec.rule.byzantineBps > MIN_TOLERANCE_BPS ? spec.rule.byzantineBps : MIN_TOLERANCE_BPS;
        _within("toleranceBps", spec.toleranceBps, least, MAX_TOLERANCE_BPS);
        _within("minSealedBps", spec.minSealedBps, MIN_SEALED_BPS, 10_000);
        _within("rewardPerRound", spec.rewardPerRound, 0, MAX_REWARD);
        _within("operatorShareBps", spec.operatorShareBps, 0, MAX_OPERATOR_SHARE_BPS);
        _within("committee", spec.committee, 0, MAX_COMMITTEE);
    }

    /// @notice Root of the reference that round 1 starts from, whose bytes are all zero; 0 for a rule without reference.
    /// @dev The tree is as deep as a segment's or deeper, its missing leaves are zero (docs/protocol.md §2). The vector is
    /// as long as `check` allows.
    function zeroReferenceRoot(TaskSpec calldata spec) internal pure returns (bytes32) {
        if (spec.rule.referenceKind == 0) return 0;
        uint256 chunks = _paddedLength(spec.tensors) / _CHUNK;
        // A subtree of zero chunks, one without leaves, and the one in which the chunks end.
        bytes32 full = keccak256(new bytes(_CHUNK));
        bytes32 empty = 0;
        bytes32 last = 0;
        bool ends = false;
        for (uint256 level = 0; level < _SEGMENT_LEVEL || 1 << level < chunks; ++level) {
            bool odd = chunks >> level & 1 == 1;
            if (odd) last = Hashes.efficientKeccak256(full, ends ? last : empty);
            else if (ends) last = Hashes.efficientKeccak256(last, empty);
            ends = ends || odd;
            full = Hashes.efficientKeccak256(full, full);
            empty = Hashes.efficientKeccak256(empty, empty);
        }
        return ends ? last : full;
    }

    function _checkTensors(TensorSpec[] calldata tensors) private pure {
        _within("tensors", tensors.length, 1, MAX_TENSORS);
        for (uint256 i = 0; i < tensors.length; ++i) {
            TensorSpec calldata tensor = tensors[i];
            _within("length", tensor.length, 1, MAX_LENGTH);
            _within("eta", tensor.eta, 0, MAX_ETA);
            _within("shift", tensor.shift, 0, MAX_SHIFT);
        }
        _within("length", _paddedLength(tensors), 1, MAX_LENGTH);
    }

    /// @return length coordinates, whole segments
    function _paddedLength(TensorSpec[] calldata tensors) private pure returns (uint256 length) {
        uint256 chunks = 0;
        for (uint256 i = 0; i < tensors.length; ++i) {
            chunks += (uint256(tensors[i].length) + _CHUNK - 1) / _CHUNK;
        }
        return (chunks * _CHUNK + _SEGMENT - 1) / _SEGMENT * _SEGMENT;
    }

    function _checkRule(RuleSpec calldata rule) private pure {
        _within("rule", rule.rule, 0, 1);
        // The weighted mean withstands no Byzantine member.
        _within("byzantineBps", rule.byzantineBps, 0, rule.rule == 0 ? 0 : MAX_TOLERANCE_BPS);
        _within("iterations", rule.iterations, 0, MAX_ITERATIONS);
        _within("capQ16", rule.capQ16, MIN_CAP_Q16, MAX_CAP_Q16);
        _within("reference", rule.referenceKind, 0, MAX_REFERENCE_KIND);
        _within("referenceDecay", rule.referenceDecay, 0, MAX_DECAY);
        _within("referenceGain", rule.referenceGain, 0, MAX_GAIN);
    }

    function _within(bytes32 field, uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) revert ITaskRules.SpecOutOfBounds(field, value, minimum, maximum);
    }
}
