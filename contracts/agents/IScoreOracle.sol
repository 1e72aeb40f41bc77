// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ScoreOracle
/// @notice Outputs of a model on chain, believed because enough signers computed the same: k of n sign a score (EIP-712), and the median counts.
///
/// * A feed has its signers, its model and its bounds. Governance sets them; a change touches no score that stands.
/// * A score replaces the one before it only with the next nonce of its subject, so nothing is replayed and nothing is skipped.
/// * Each attestation is of its own time: not in the future, younger than `maxAge`, and younger than the score that stands.
/// * The median of 2m attestations is the lower of the two in the middle. The sender picks the attestations, so a feed stands f
///   lying signers if its quorum is at least 2f + 1: then the median lies between two honest scores, whatever they sign.
/// * A score is fresh until `maxAge` after its oldest attestation. `scoreOf` reverts for a stale one.
///
/// Immutable. Assumed of the signers: each computes the output itself, with the model that the feed names. Liveness
/// breaks if fewer than k sign; the score then becomes stale, and whoever asks is refused.
interface IScoreOracle {
    /// @param model claim hash of the model
    /// @param quorum attestations of a score at least, more than half of the signers
    /// @param maxAge seconds
    /// @param maxSpread largest difference between two attestations of a score
    struct Feed {
        bytes32 model;
        uint16 quorum;
        uint32 maxAge;
        uint128 minimum;
        uint128 maximum;
        uint128 maxSpread;
    }

    struct Attestation {
        uint128 score;
        uint64 time;
        bytes signature;
    }

    /// @param time of the oldest attestation
    struct Score {
        uint128 value;
        uint64 time;
        uint64 nonce;
    }

    event FeedSet(bytes32 indexed feed, Feed rules, address[] signers);
    event Scored(
        bytes32 indexed feed,
        bytes32 indexed subject,
        uint128 value,
        uint128 lowest,
        uint128 highest,
        uint64 time,
        uint64 nonce
    );

    error NotOwner(address caller, address owner);
    error BadFeed();
    error UnknownFeed(bytes32 feed);
    error TooFew(uint256 attestations, uint256 quorum);
    error WrongNonce(uint256 nonce, uint256 expected);
    error NotSigner(address signer);
    /// @notice Signers are in ascending order, so that each counts once.
    error NotAscending(address signer, address before);
    error OutOfBounds(uint256 score, uint256 minimum, uint256 maximum);
    error TooSpread(uint256 lowest, uint256 highest);
    error WrongTime(uint256 time, uint256 from, uint256 to);
    error Stale(uint256 time, uint256 maxAge);

    /// @notice Governance sets a feed. Scores that stand stay, and age by the new rules.
    function setFeed(bytes32 feed, Feed calldata rules, address[] calldata signers) external;

    /// @notice Brings the next score of a subject. Anyone may send it.
    /// @param attestations of one nonce, by ascending address of their signers
    function submit(bytes32 feed, bytes32 subject, uint64 nonce, Attestation[] calldata attestations)
        external
        returns (uint128 median);

    function owner() external view returns (address);
    function feedOf(bytes32 feed) external view returns (Feed memory rules, uint256 signers);
    function isSigner(bytes32 feed, address account) external view returns (bool);
    /// @notice The score that stands, fresh or not.
    function latest(bytes32 feed, bytes32 subject) external view returns (Score memory);
    /// @notice The score that stands; reverts `Stale` for none and for one that is too old.
    function scoreOf(bytes32 feed, bytes32 subject) external view returns (uint128);
    /// @notice What a signer signs.
    function attestationDigest(bytes32 feed, bytes32 subject, uint64 nonce, uint128 score, uint64 time)
        external
        view
        returns (bytes32);
}
