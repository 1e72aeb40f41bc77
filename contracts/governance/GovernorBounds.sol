// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The limits that the governor's own settings can never leave; immutable. A base of its own, and the first one,
/// because the bases after it set values while they are constructed.
abstract contract GovernorBounds {
    /// @param minVotingDelay seconds from a proposal to the snapshot of its votes
    /// @param minVotingPeriod seconds for votes
    /// @param maxProposalThreshold votes (stake wei) needed to propose, from 0 on
    /// @param minQuorumBps share of all votes that must take part, basis points
    struct Bounds {
        uint48 minVotingDelay;
        uint48 maxVotingDelay;
        uint32 minVotingPeriod;
        uint32 maxVotingPeriod;
        uint256 maxProposalThreshold;
        uint16 minQuorumBps;
        uint16 maxQuorumBps;
    }

    uint48 private immutable _MIN_VOTING_DELAY;
    uint48 private immutable _MAX_VOTING_DELAY;
    uint32 private immutable _MIN_VOTING_PERIOD;
    uint32 private immutable _MAX_VOTING_PERIOD;
    uint256 private immutable _MAX_PROPOSAL_THRESHOLD;
    uint16 private immutable _MIN_QUORUM_BPS;
    uint16 private immutable _MAX_QUORUM_BPS;

    error OutOfBounds(uint256 value, uint256 minimum, uint256 maximum);

    constructor(Bounds memory limits) {
        _requireWithin(limits.minVotingDelay, 0, limits.maxVotingDelay);
        _requireWithin(limits.minVotingPeriod, 1, limits.maxVotingPeriod);
        // A quorum of zero would let a proposal pass unseen.
        _requireWithin(limits.minQuorumBps, 1, limits.maxQuorumBps);
        _requireWithin(limits.maxQuorumBps, 1, 10_000);
        _MIN_VOTING_DELAY = limits.minVotingDelay;
        _MAX_VOTING_DELAY = limits.maxVotingDelay;
        _MIN_VOTING_PERIOD = limits.minVotingPeriod;
        _MAX_VOTING_PERIOD = limits.maxVotingPeriod;
        _MAX_PROPOSAL_THRESHOLD = limits.maxProposalThreshold;
        _MIN_QUORUM_BPS = limits.minQuorumBps;
        _MAX_QUORUM_BPS = limits.maxQuorumBps;
    }

    function bounds() public view returns (Bounds memory) {
        return Bounds(
            _MIN_VOTING_DELAY,
            _MAX_VOTING_DELAY,
            _MIN_VOTING_PERIOD,
            _MAX_VOTING_PERIOD,
            _MAX_PROPOSAL_THRESHOLD,
            _MIN_QUORUM_BPS,
            _MAX_QUORUM_BPS
        );
    }

    function _requireWithin(uint256 value, uint256 minimum, uint256 maximum) internal pure {
        // INVARIANT: no parameter leaves its bounds.
        if (value < minimum || value > maximum) revert OutOfBounds(value, minimum, maximum);
    }
}
