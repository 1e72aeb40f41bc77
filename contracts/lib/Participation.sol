// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice How members take part in a task, as `TaskSpec.committee` says: 0 where all of them have a row, 1 to 80 where a
/// committee of about that many is drawn for each round, `256 · size + epoch` where members share buckets of `size` for
/// `epoch` round numbers (docs/decisions/0009-buckets-in-tasks.md). `src/protocol/buckets/bucket-terms.ts` says the same.
library Participation {
    /// @notice Members that are expected to be drawn for a round; 0 where all take part, in buckets or not.
    function drawn(uint16 committee) internal pure returns (uint8) {
        return inBuckets(committee) ? 0 : uint8(committee);
    }

    function inBuckets(uint16 committee) internal pure returns (bool) {
        return committee > type(uint8).max;
    }

    /// @notice Members of a bucket.
    function bucketSize(uint16 committee) internal pure returns (uint256) {
        return committee >> 8;
    }

    /// @notice Number of the epoch that a round number belongs to, from 0.
    function epochOf(uint16 committee, uint64 round) internal pure returns (uint64) {
        return (round - 1) / uint64(committee & 0xff);
    }
}
