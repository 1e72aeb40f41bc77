// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {LedgerLeaf, MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {Evidence} from "./Evidence.sol";

/// @notice Rewards, strikes, reputation and evidence of one account (docs/protocol.md §10).
library LedgerArithmetic {
    uint8 private constant _ACCEPTED = 3;
    uint8 private constant _DOWNWEIGHTED = 4;
    uint8 private constant _REJECTED = 5;

    /// @notice Whether a row with this verdict changes its ledger leaf.
    function judged(uint8 verdict) internal pure returns (bool) {
        return verdict >= _ACCEPTED && verdict <= _REJECTED;
    }

    /// @notice What the operator of a round gets of its reward, rounded down; members split the rest. Zero if the round
    /// pays nobody.
    /// @param scores sum of the scores
    function share(TaskSpec calldata spec, uint256 scores) internal pure returns (uint256) {
        return scores == 0 ? 0 : uint256(spec.rewardPerRound) * spec.operatorShareBps / 10_000;
    }

    /// @notice The leaf of a round's operator; unchanged without a share.
    function paid(LedgerLeaf calldata previous, address operator, uint256 amount)
        internal
        pure
        returns (LedgerLeaf memory leaf)
    {
        leaf = previous;
        if (amount == 0) return leaf;
        leaf.member = operator;
        leaf.reward += uint128(amount);
    }

    /// @param budget what members split
    /// @param shared whether the verdict is that of a bucket, which says nothing about a member: it is paid, no more
    function next(
        LedgerLeaf calldata previous,
        MemberLeaf calldata row,
        uint64 round,
        uint256 budget,
        uint256 scores,
        bool shared
    ) internal pure returns (LedgerLeaf memory leaf) {
        bool accepted = row.verdict == _ACCEPTED || row.verdict == _DOWNWEIGHTED;
        leaf = previous;
        leaf.member = row.member;
        if (accepted && scores > 0) leaf.reward += uint128(Math.mulDiv(budget, row.score, scores));
        if (shared) return leaf;
        leaf.strikes = accepted ? previous.strikes - (previous.strikes >> 3) : previous.strikes + 256;
        // Reputation moves by an eighth of its distance to 0 or 65536, rounded down.
        int256 gap = (accepted ? int256(65536) : int256(0)) - int256(uint256(previous.reputation));
        leaf.reputation = uint32(uint256(int256(uint256(previous.reputation)) + (gap >> 3)));
        leaf.extra = Evidence.next(previous.extra, !accepted, round);
    }

    /// @notice Zero for a leaf that was never written.
    function leafHash(LedgerLeaf memory leaf) internal pure returns (bytes32) {
        // INVARIANT: an empty place opens to zeros only. Otherwise the sender of a proof could invent its content.
        bool unwritten = leaf.member == address(0) && leaf.reward == 0 && leaf.strikes == 0 && leaf.reputation == 0
            && leaf.extra == 0;
        return unwritten ? bytes32(0) : keccak256(abi.encode(leaf));
    }
}
