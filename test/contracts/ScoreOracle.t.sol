// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IScoreOracle} from "../../contracts/agents/IScoreOracle.sol";

/// setFeed
/// ├── not the owner, a quorum of half or less, a signer twice, bounds crossed → reverts
/// └── changes the signers as a whole
/// submit
/// ├── too few, a signer twice, a stranger, another nonce, subject or model → reverts
/// ├── out of bounds, too spread, too old, in the future, older than the score that stands → reverts
/// └── stores the median, whatever the order and the minority
/// scoreOf
/// └── none, or stale → reverts
contract ScoreOracleTest is Test {
    bytes32 private constant FEED = "risk";
    bytes32 private constant SUBJECT = "wallet";
    uint256 private constant N = 5;

    IScoreOracle private oracle;
    address private governance = makeAddr("governance");
    address[] private signers;
    mapping(address signer => uint256) private keys;

    function setUp() public {
        vm.warp(1_000_000);
        oracle = IScoreOracle(vm.deployCode("ScoreOracle.sol", abi.encode(governance)));
        for (uint256 i = 0; i < N; ++i) {
            (address signer, uint256 key) = makeAddrAndKey(string.concat("signer ", vm.toString(i)));
            keys[signer] = key;
            signers.push(signer);
            for (uint256 j = i; j > 0 && signers[j] < signers[j - 1]; --j) {
                (signers[j], signers[j - 1]) = (signers[j - 1], signers[j]);
            }
        }
        _set(_rules());
    }

    function _rules() private pure returns (IScoreOracle.Feed memory) {
        return IScoreOracle.Feed({
            model: "model",
            quorum: 3,
            maxAge: 600,
            minimum: 10,
            maximum: 1_000_000,
            maxSpread: 1_000_000
        });
    }

    function _set(IScoreOracle.Feed memory rules) private {
        vm.prank(governance);
        oracle.setFeed(FEED, rules, signers);
    }

    function _attest(address signer, uint64 nonce, uint128 score, uint64 time)
        private
        view
        returns (IScoreOracle.Attestation memory)
    {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(keys[signer], oracle.attestationDigest(FEED, SUBJECT, nonce, score, time));
        return IScoreOracle.Attestation(score, time, abi.encodePacked(r, s, v));
    }

    /// One attestation of each of the first signers, all of now.
    function _all(uint64 nonce, uint128[] memory scores) private view returns (IScoreOracle.Attestation[] memory all) {
        all = new IScoreOracle.Attestation[](scores.length);
        for (uint256 i = 0; i < scores.length; ++i) {
            all[i] = _attest(signers[i], nonce, scores[i], uint64(block.timestamp));
        }
    }

    function _three(uint128 a, uint128 b, uint128 c) private pure returns (uint128[] memory scores) {
        scores = new uint128[](3);
        (scores[0], scores[1], scores[2]) = (a, b, c);
    }

    function _refuses(bytes memory reason, uint64 nonce, IScoreOracle.Attestation[] memory all) private {
        vm.expectRevert(reason);
        oracle.submit(FEED, SUBJECT, nonce, all);
    }

    function test_submit_storesTheMedian() public {
        vm.expectEmit(address(oracle));
        emit IScoreOracle.Scored(FEED, SUBJECT, 30, 20, 900, uint64(block.timestamp), 1);
        assertEq(oracle.submit(FEED, SUBJECT, 1, _all(1, _three(900, 20, 30))), 30);
        assertEq(oracle.scoreOf(FEED, SUBJECT), 30);
        skip(1);
        uint128[] memory four = new uint128[](4);
        (four[0], four[1], four[2], four[3]) = (50, 40, 70, 60);
        assertEq(oracle.submit(FEED, SUBJECT, 2, _all(2, four)), 50);
        assertEq(oracle.latest(FEED, SUBJECT).nonce, 2);
    }

    function test_submit_refusesWhoDoesNotCount() public {
        IScoreOracle.Attestation[] memory all = _all(1, _three(20, 30, 40));
        IScoreOracle.Attestation[] memory two = new IScoreOracle.Attestation[](2);
        (two[0], two[1]) = (all[0], all[1]);
        _refuses(abi.encodeWithSelector(IScoreOracle.TooFew.selector, 2, 3), 1, two);
        all[1] = all[0];
        _refuses(abi.encodeWithSelector(IScoreOracle.NotAscending.selector, signers[0], signers[0]), 1, all);
        (address stranger, uint256 key) = makeAddrAndKey("stranger");
        keys[stranger] = key;
        all = _all(1, _three(20, 30, 40));
        all[0] = _attest(stranger, 1, 20, uint64(block.timestamp));
        vm.expectRevert();
        oracle.submit(FEED, SUBJECT, 1, all);
        vm.expectRevert(abi.encodeWithSelector(IScoreOracle.UnknownFeed.selector, bytes32("none")));
        oracle.submit("none", SUBJECT, 1, all);
    }

    /// A score is of one subject, one nonce and one model.
    function test_submit_noReplay() public {
        IScoreOracle.Attestation[] memory all = _all(1, _three(20, 30, 40));
        vm.expectRevert();
        oracle.submit(FEED, "another wallet", 1, all);
        oracle.submit(FEED, SUBJECT, 1, all);
        _refuses(abi.encodeWithSelector(IScoreOracle.WrongNonce.selector, 1, 2), 1, all);
        _refuses(abi.encodeWithSelector(IScoreOracle.WrongNonce.selector, 3, 2), 3, _all(3, _three(20, 30, 40)));
        skip(1);
        all = _all(2, _three(20, 30, 40));
        IScoreOracle.Feed memory rules = _rules();
        rules.model = "another model";
        _set(rules);
        vm.expectRevert();
        oracle.submit(FEED, SUBJECT, 2, all);
    }

    function test_submit_bounds() public {
        _refuses(abi.encodeWithSelector(IScoreOracle.OutOfBounds.selector, 9, 10, 1_000_000), 1, _all(1, _three(9, 30, 40)));
        _refuses(
            abi.encodeWithSelector(IScoreOracle.OutOfBounds.selector, 1_000_001, 10, 1_000_000),
            1,
            _all(1, _three(20, 30, 1_000_001))
        );
        IScoreOracle.Feed memory rules = _rules();
        rules.maxSpread = 20;
        _set(rules);
        _refuses(abi.encodeWithSelector(IScoreOracle.TooSpread.selector, 20, 41), 1, _all(1, _three(20, 30, 41)));
        oracle.submit(FEED, SUBJECT, 1, _all(1, _three(20, 30, 40)));
    }

    function test_submit_times() public {
        uint64 now_ = uint64(block.timestamp);
        IScoreOracle.Attestation[] memory all = _all(1, _three(20, 30, 40));
        all[1] = _attest(signers[1], 1, 30, now_ + 1);
        _refuses(abi.encodeWithSelector(IScoreOracle.WrongTime.selector, now_ + 1, now_ - 599, now_), 1, all);
        all[1] = _attest(signers[1], 1, 30, now_ - 600);
        _refuses(abi.encodeWithSelector(IScoreOracle.WrongTime.selector, now_ - 600, now_ - 599, now_), 1, all);
        all[1] = _attest(signers[1], 1, 30, now_ - 599);
        oracle.submit(FEED, SUBJECT, 1, all);
        // It is as old as its oldest attestation.
        assertEq(oracle.latest(FEED, SUBJECT).time, now_ - 599);
        assertEq(oracle.scoreOf(FEED, SUBJECT), 30);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IScoreOracle.Stale.selector, now_ - 599, 600));
        oracle.scoreOf(FEED, SUBJECT);
        // Nothing that is older than the score that stands replaces it.
        oracle.submit(FEED, SUBJECT, 2, _all(2, _three(20, 30, 40)));
        skip(1);
        all = _all(3, _three(20, 30, 40));
        all[2] = _attest(signers[2], 3, 40, now_ + 1);
        _refuses(abi.encodeWithSelector(IScoreOracle.WrongTime.selector, now_ + 1, now_ + 2, now_ + 2), 3, all);
    }

    function test_scoreOf_none() public {
        vm.expectRevert(abi.encodeWithSelector(IScoreOracle.Stale.selector, 0, 600));
        oracle.scoreOf(FEED, SUBJECT);
    }

    function test_setFeed_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IScoreOracle.NotOwner.selector, address(this), governance));
        oracle.setFeed(FEED, _rules(), signers);
        vm.startPrank(governance);
        for (uint256 i = 0; i < 4; ++i) {
            IScoreOracle.Feed memory rules = _rules();
            if (i == 0) rules.quorum = 2;
            if (i == 1) rules.quorum = 6;
            if (i == 2) rules.maxAge = 0;
            if (i == 3) rules.minimum = rules.maximum + 1;
            vm.expectRevert(IScoreOracle.BadFeed.selector);
            oracle.setFeed(FEED, rules, signers);
        }
        signers[1] = signers[0];
        vm.expectRevert(IScoreOracle.BadFeed.selector);
        oracle.setFeed(FEED, _rules(), signers);
        vm.expectRevert(IScoreOracle.BadFeed.selector);
        oracle.setFeed(FEED, _rules(), new address[](65));
    }

    /// Signers that were left out count no more.
    function test_setFeed_changesTheSigners() public {
        address gone = signers[4];
        signers.pop();
        _set(_rules());
        assertFalse(oracle.isSigner(FEED, gone));
        assertTrue(oracle.isSigner(FEED, signers[0]));
        (, uint256 count) = oracle.feedOf(FEED);
        assertEq(count, 4);
    }

    /// Two of five lie as they like within the bounds: the median stays between honest scores.
    function testFuzz_medianStaysHonest(uint128[3] memory honest, uint128[2] memory lies, uint256 places) public {
        uint128[] memory scores = new uint128[](N);
        uint128 lowest = type(uint128).max;
        uint128 highest;
        uint256 first = places % N;
        uint256 second = (first + 1 + places / N % (N - 1)) % N;
        uint256 next;
        for (uint256 i = 0; i < N; ++i) {
            if (i == first || i == second) {
                scores[i] = uint128(bound(lies[i == first ? 0 : 1], 10, 1_000_000));
                continue;
            }
            scores[i] = uint128(bound(honest[next++], 10, 1_000_000));
            if (scores[i] < lowest) lowest = scores[i];
            if (scores[i] > highest) highest = scores[i];
        }
        uint128 median = oracle.submit(FEED, SUBJECT, 1, _all(1, scores));
        assertGe(median, lowest);
        assertLe(median, highest);
    }
}
