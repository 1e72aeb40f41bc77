// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Who shares a bucket in an epoch of a task (docs/decisions/0009-buckets-in-tasks.md). Only members of equal stake
/// do: the weight of a sum is then known, and no row counts more than another in it. `src/masking/draw-buckets.ts` is the
/// twin.
library BucketDraw {
    /// @param keyed whether the member has a key for masks; a member without one sits out
    struct Candidate {
        address member;
        uint32 slot;
        uint128 stake;
        bool keyed;
    }

    /// @notice Candidates go by falling stake, and among equal stakes by rising lot.
    error NotInOrder(address member);

    /// @notice A number that is uniform in 0 … 2^256 − 1 as long as nobody chose the seed.
    function lot(bytes32 seed, uint256 task, uint64 epoch, address member) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, task, epoch, member)));
    }

    /// @notice The buckets over all members of a snapshot. The rest of each stake sits out.
    /// @param size members of a bucket, at most 4
    /// @return buckets the slots of each, ascending: 16 bits a member, the lowest slot in the lowest bits
    function draw(bytes32 seed, uint256 task, uint64 epoch, uint256 size, Candidate[] memory candidates)
        internal
        pure
        returns (uint64[] memory buckets)
    {
        buckets = new uint64[](candidates.length / size);
        uint32[] memory slots = new uint32[](size);
        uint256 count = 0;
        uint256 filled = 0;
        uint256 lastStake = type(uint256).max;
        uint256 lastLot = 0;
        for (uint256 i = 0; i < candidates.length; ++i) {
            Candidate memory c = candidates[i];
            uint256 own = lot(seed, task, epoch, c.member);
            // INVARIANT: there is one order, so whoever brings the list chooses nothing, and nobody is in it twice.
            if (c.stake > lastStake || (c.stake == lastStake && own <= lastLot)) revert NotInOrder(c.member);
            if (c.stake != lastStake) filled = 0;
            (lastStake, lastLot) = (c.stake, own);
            if (!c.keyed) continue;
            slots[filled++] = c.slot;
            if (filled < size) continue;
            buckets[count++] = _packed(slots);
            filled = 0;
        }
        // Shorten the array by the buckets that were not filled: an array may be shortened in place.
        assembly ("memory-safe") {
            mstore(buckets, count)
        }
    }

    function _packed(uint32[] memory slots) private pure returns (uint64 packed) {
        for (uint256 i = 0; i < slots.length; ++i) {
            uint256 rank = 0;
            for (uint256 k = 0; k < slots.length; ++k) {
                if (slots[k] < slots[i]) ++rank;
            }
            packed |= uint64(slots[i]) << uint64(16 * rank);
        }
    }
}
