// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {QuorateDomain} from "../lib/QuorateDomain.sol";
import {IScoreOracle} from "./IScoreOracle.sol";

/// @title ScoreOracle
/// @dev Behaviour and assumptions: see `IScoreOracle`.
contract ScoreOracle is IScoreOracle, QuorateDomain {
    bytes32 private constant _ATTESTATION = keccak256(
        "ScoreAttestation(bytes32 feed,bytes32 model,bytes32 subject,uint64 nonce,uint128 score,uint64 time)"
    );
    /// Signers of a feed at most: every score is sorted on chain.
    uint256 private constant _MOST = 64;

    /// @inheritdoc IScoreOracle
    address public immutable owner;
    mapping(bytes32 feed => Feed) private _feeds;
    mapping(bytes32 feed => uint256) private _counts;
    /// Signers of a feed change as a whole: the number of the change is part of the key.
    mapping(bytes32 feed => uint256) private _changes;
    mapping(bytes32 feed => mapping(uint256 change => mapping(address => bool))) private _signers;
    mapping(bytes32 feed => mapping(bytes32 subject => Score)) private _scores;

    constructor(address owner_) {
        owner = owner_;
    }

    /// @inheritdoc IScoreOracle
    function setFeed(bytes32 feed, Feed calldata rules, address[] calldata signers) external {
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
        uint256 count = signers.length;
        // INVARIANT: two quorums of a feed share a signer.
        if (
            rules.quorum > count || 2 * uint256(rules.quorum) <= count || count > _MOST || rules.maxAge == 0
                || rules.minimum > rules.maximum
        ) revert BadFeed();
        uint256 change = ++_changes[feed];
        (_feeds[feed], _counts[feed]) = (rules, count);
        for (uint256 i = 0; i < count; ++i) {
            address signer = signers[i];
            if (signer == address(0) || _signers[feed][change][signer]) revert BadFeed();
            _signers[feed][change][signer] = true;
        }
        emit FeedSet(feed, rules, signers);
    }

    /// @inheritdoc IScoreOracle
    function submit(bytes32 feed, bytes32 subject, uint64 nonce, Attestation[] calldata attestations)
        external
        returns (uint128 median)
    {
        Feed memory rules = _known(feed);
        uint256 count = attestations.length;
        if (count < rules.quorum) revert TooFew(count, rules.quorum);
        Score memory before = _scores[feed][subject];
        if (nonce != before.nonce + 1) revert WrongNonce(nonce, uint256(before.nonce) + 1);
        uint128[] memory scores = new uint128[](count);
        uint64 oldest = type(uint64).max;
        address last;
        for (uint256 i = 0; i < count; ++i) {
            Attestation calldata one = attestations[i];
            _requireTimely(one.time, before.time, rules.maxAge);
            if (one.score < rules.minimum || one.score > rules.maximum) {
                revert OutOfBounds(one.score, rules.minimum, rules.maximum);
            }
            last = _requireSigner(feed, attestationDigest(feed, subject, nonce, one.score, one.time), one.signature, last);
            if (one.time < oldest) oldest = one.time;
            _insert(scores, i, one.score);
        }
        uint128 lowest = scores[0];
        uint128 highest = scores[count - 1];
        if (highest - lowest > rules.maxSpread) revert TooSpread(lowest, highest);
        median = scores[(count - 1) / 2];
        _scores[feed][subject] = Score({value: median, time: oldest, nonce: nonce});
        emit Scored(feed, subject, median, lowest, highest, oldest, nonce);
    }

    /// @inheritdoc IScoreOracle
    function feedOf(bytes32 feed) external view returns (Feed memory rules, uint256 signers) {
        return (_known(feed), _counts[feed]);
    }

    /// @inheritdoc IScoreOracle
    function isSigner(bytes32 feed, address account) public view returns (bool) {
        return _signers[feed][_changes[feed]][account];
    }

    /// @inheritdoc IScoreOracle
    function latest(bytes32 feed, bytes32 subject) external view returns (Score memory) {
        return _scores[feed][subject];
    }

    /// @inheritdoc IScoreOracle
    function scoreOf(bytes32 feed, bytes32 subject) external view returns (uint128) {
        Score memory score = _scores[feed][subject];
        uint256 maxAge = _known(feed).maxAge;
        if (score.nonce == 0 || block.timestamp >= score.time + maxAge) revert Stale(score.time, maxAge);
        return score.value;
    }

    /// @inheritdoc IScoreOracle
    function attestationDigest(bytes32 feed, bytes32 subject, uint64 nonce, uint128 score, uint64 time)
        public
        view
        returns (bytes32)
    {
        return _digest(keccak256(abi.encode(_ATTESTATION, feed, _feeds[feed].model, subject, nonce, score, time)));
    }

    function _requireTimely(uint64 time, uint64 before, uint32 maxAge) private view {
        uint256 from = block.timestamp < maxAge ? 0 : block.timestamp - maxAge;
        if (from < before) from = before;
        if (time <= from || time > block.timestamp) revert WrongTime(time, from + 1, block.timestamp);
    }

    function _requireSigner(bytes32 feed, bytes32 digest, bytes calldata signature, address last)
        private
        view
        returns (address signer)
    {
        signer = ECDSA.recoverCalldata(digest, signature);
        if (signer <= last) revert NotAscending(signer, last);
        if (!isSigner(feed, signer)) revert NotSigner(signer);
    }

    /// @dev Insertion sort: the first `count` scores are in order.
    function _insert(uint128[] memory scores, uint256 count, uint128 score) private pure {
        uint256 at = count;
        for (; at > 0 && scores[at - 1] > score; --at) {
            scores[at] = scores[at - 1];
        }
        scores[at] = score;
    }

    function _known(bytes32 feed) private view returns (Feed memory rules) {
        rules = _feeds[feed];
        if (rules.quorum == 0) revert UnknownFeed(feed);
    }
}
