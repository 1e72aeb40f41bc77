// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Evidence across rounds that a member is not honest: `extra` of its ledger leaf (docs/aggregation.md §10).
/// The bytes are 8 zero bytes, i32 wealth (log2 of the e-process in 1/256), u32 quarantines, u64 since, u64 until.
library Evidence {
    int256 private constant _REJECTED_GAIN = 338;
    int256 private constant _ACCEPTED_GAIN = -174;
    int256 private constant _QUARANTINE_AT = 2552;
    int256 private constant _CREDIT = -1024;
    uint256 private constant _QUARANTINE_ROUNDS = 16;
    uint256 private constant _MOST_DOUBLINGS = 6;
    uint256 private constant _MEMORY = 128;

    /// @notice Whether a member's row is refused in the round, by `extra` of its leaf before the round.
    function quarantined(bytes32 extra, uint64 round) internal pure returns (bool) {
        return round < uint64(uint256(extra));
    }

    /// @notice `extra` after a scored round. The function is total: no leaf makes it revert.
    function next(bytes32 extra, bool rejected, uint64 round) internal pure returns (bytes32) {
        uint256 word = uint256(extra);
        int256 wealth = int256(int32(uint32(word >> 160))) + (rejected ? _REJECTED_GAIN : _ACCEPTED_GAIN);
        if (wealth < _CREDIT) wealth = _CREDIT;
        if (wealth < _QUARANTINE_AT) {
            return bytes32(uint256(uint32(int32(wealth))) << 160 | word & type(uint160).max);
        }
        uint256 count = uint32(word >> 128);
        // Quarantines are forgotten after `_MEMORY` rounds without another.
        if (round >= uint256(uint64(word)) + _MEMORY) count = 0;
        if (count < type(uint32).max) ++count;
        uint256 doublings = count - 1 < _MOST_DOUBLINGS ? count - 1 : _MOST_DOUBLINGS;
        uint256 until = uint64(uint256(round) + 1 + (_QUARANTINE_ROUNDS << doublings));
        return bytes32(count << 128 | uint256(round) << 64 | until);
    }
}
