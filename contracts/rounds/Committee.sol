// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Client sampling of a drawn task (docs/protocol.md §14): every member draws a *lot*, and is in when the lot is
/// below a threshold that is linear in its stake. The draw is the one of *cryptographic sortition* (Gilad et al.,
/// "Algorand", SOSP 2017) with a public seed in place of a private key. With the weight below, a member's expected
/// weight is its stake, however the stake is split.
///
/// Stakes and totals are token wei and stay below 2^128, sizes stay at or below 80.
library Committee {
    uint256 private constant _HALF_RANGE = 1 << 255;

    /// @notice A number that is uniform in 0 … 2^256 − 1 as long as nobody chose the seed.
    function lot(bytes32 seed, uint256 task, uint64 round, address member) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, task, round, member)));
    }

    /// @notice Whether the member is drawn: `lot < 2^256 · size · stake / total`.
    /// @param size expected members of the committee if all stakes are small
    function drawn(uint256 lot_, uint256 stake, uint256 total, uint256 size) internal pure returns (bool) {
        if (stake == 0) return false;
        uint256 share = size * stake;
        // Whoever holds 1/size of all stake or more is always in.
        if (share >= total) return true;
        return lot_ < Math.mulDiv(_HALF_RANGE, 2 * share, total);
    }

    /// @notice What a drawn member counts: its stake, at least `total / size`, rounded down.
    function weight(uint256 stake, uint256 total, uint256 size) internal pure returns (uint256) {
        return Math.max(stake, total / size);
    }

    /// @notice Rank of a drawn member if more members are drawn than a claim has rows: the lowest tickets are in. Among
    /// equal tickets the lower slot is.
    function ticket(uint256 lot_, uint256 stake) internal pure returns (uint256) {
        return lot_ / stake;
    }
}
