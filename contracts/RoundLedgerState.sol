// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {PauseClock} from "./pause/PauseClock.sol";

/// @notice The storage of the ledger and its readers.
///
/// The claims that stand form a chain. A claim's *height* is its place in it (genesis 0). The ring holds the last 64
/// heights at `height % RING`. A round *number* is the number that people sign. It is never used for two sets of
/// statements, so it runs ahead of the height by the number of voided or dropped rounds: `round = height + skipped`.
/// Each entry stores its own `skipped`, which gives its number back. A rejection opens the height of the rejected claim
/// again, under its old number.
abstract contract RoundLedgerState is IRoundLedger, PauseClock {
    /// The open round, in one slot. A posting writes this slot and the claim's entry, nothing else. `openedAt`
    /// is 0 before the start.
    struct Seat {
        address operator;
        uint40 openedAt;
        uint40 height;
        // How often the open round was rejected.
        uint8 attempt;
        bool vacant;
    }

    /// One slot, only read by a posting.
    struct Rules {
        uint32 commit;
        uint32 reveal;
        uint32 attest;
        uint32 post;
        uint32 takeover;
        uint32 challenge;
        // Every height up to this one is final by quorum; genesis is final from the start.
        uint40 quorumFinal;
        // Highest number ever opened, less the open height.
        uint24 skipped;
    }

    /// The state of a rejected round; meaningful while `seat.attempt > 0`. It is never zero once the task exists, so
    /// that a rejection overwrites it for 5,000 gas and not 22,100.
    struct Reopened {
        uint40 since;
        uint40 round;
    }

    /// Two slots. `postedAt = 0` only for entries never written or dropped by a rejection.
    struct Entry {
        bytes32 claimHash;
        address operator;
        uint40 postedAt;
        // postedAt − openedAt, below 2^24: see MAX_WINDOW and MAX_PAUSE.
        uint24 duration;
        uint24 skipped;
        uint8 attempt;
    }

    /// Three slots. The terms that voters changed for rounds from `from` on.
    struct LaterTerms {
        uint64 from;
        address judge;
        uint16 bountyBps;
        uint128 missPenalty;
        uint128 falseClaimPenalty;
        uint128 faultPenalty;
    }

    struct TaskState {
        Seat seat;
        Rules rules;
        uint128 rewardPerRound;
        uint128 funded;
        Reopened reopened;
        address judge;
        uint16 quorumBps;
        uint16 bountyBps;
        // Rounds below it have the terms of the task's creation, which are stored beside it. For other rounds see
        // `laterTerms`.
        uint64 laterFrom;
        uint128 missPenalty;
        uint128 falseClaimPenalty;
        bytes32 specHash;
        Entry[64] ring;
        mapping(uint64 round => mapping(address member => bytes32)) forced;
        uint128 faultPenalty;
        mapping(uint64 round => mapping(address account => bool)) penalised;
        // Ascending; empty while the terms are those of the task's creation.
        LaterTerms[] laterTerms;
        // What the task waits for before it starts; never read again.
        uint128 minStake;
        uint16 minMembers;
    }

    /// @custom:storage-location erc7201:quorate.storage.RoundLedger
    struct LedgerStorage {
        IStakeVault vault;
        uint64 taskCount;
        // End of the last pause, until 2106: a copy that a posting reads anyway.
        uint32 pauseEnd;
        address distributor;
        uint64 maxExposure;
        mapping(uint256 task => TaskState) tasks;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.RoundLedger")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0xab44a3f43d42c35d97d427884c575edb680e5020312868f37e16ffc45836e200;

    uint64 public constant RING = 64;
    uint32 public constant MAX_MEMBERS = 128;
    uint8 public constant MAX_ATTEMPTS = 2;
    uint32 public constant MIN_WINDOW = 1;
    /// Nine windows (three phases, twice post, takeover and challenge) stay below 2^24 seconds.
    uint32 public constant MAX_WINDOW = 14 days;
    uint16 public constant MIN_QUORUM_BPS = 5001;
    uint16 public constant MAX_BOUNTY_BPS = 2000;

    // ── Where a task stands ───────────────────────────────────────────────────────────────────────────────────────

    function _seat(TaskState storage t, uint256 task_) internal view returns (Seat memory seat) {
        seat = t.seat;
        if (seat.height == 0) revert UnknownTask(task_, _ledger().taskCount);
    }

    function _openSeat(TaskState storage t, uint256 task_) internal view returns (Seat memory seat) {
        seat = _seat(t, task_);
        if (seat.openedAt == 0) revert NotStarted(task_);
    }

    function _openNumber(TaskState storage t, Seat memory seat, Rules memory rules) internal view returns (uint64) {
        return seat.attempt == 0 ? uint64(seat.height) + rules.skipped : t.reopened.round;
    }

    /// @dev A rejected round gets fresh windows to be posted in from the rejection on.
    function _deadlines(TaskState storage t, Seat memory seat, Rules memory rules)
        internal
        view
        returns (uint256 postEnd, uint256 takeoverEnd)
    {
        (uint256 start, uint256 window) = (seat.openedAt, rules.post);
        if (seat.attempt == 0) window += uint256(rules.commit) + rules.reveal + rules.attest;
        else start = t.reopened.since;
        postEnd = _deadline(start, window);
        takeoverEnd = _deadline(start, window + rules.takeover);
    }

    /// @dev Second from which the open height has its place in the ring; 0 if it has the place already. If a rejection
    /// dropped an entry from that place, the place was won before.
    function _ringFinalAt(TaskState storage t, Seat memory seat, Rules memory rules) internal view returns (uint256) {
        if (seat.height < RING) return 0;
        uint256 height = seat.height + 1 - RING;
        if (height <= rules.quorumFinal) return 0;
        uint256 postedAt = t.ring[height % RING].postedAt;
        return postedAt == 0 ? 0 : _deadline(postedAt, rules.challenge);
    }

    function _isFinal(Rules memory rules, uint256 height, Entry memory entry) internal view returns (bool) {
        return height <= rules.quorumFinal || block.timestamp >= _deadline(entry.postedAt, rules.challenge);
    }

    function _standing(TaskState storage t, Seat memory seat, Rules memory rules, uint64 round_)
        internal
        view
        returns (uint40 height, Entry memory entry)
    {
        bool found;
        (found, height, entry) = _find(t, seat, rules, round_);
        if (!found) revert NoClaim(round_);
    }

    /// @dev Index of a round's terms: 0 for those of the task's creation, i for the i-th later ones.
    function _termsOf(TaskState storage t, uint64 round_) internal view returns (uint256 i) {
        if (round_ < t.laterFrom) return 0;
        i = t.laterTerms.length;
        while (i > 0 && round_ < t.laterTerms[i - 1].from) --i;
    }

    function _judgeIn(TaskState storage t, uint256 i) internal view returns (address) {
        return i == 0 ? t.judge : t.laterTerms[i - 1].judge;
    }

    function _bountyBpsIn(TaskState storage t, uint256 i) internal view returns (uint16) {
        return i == 0 ? t.bountyBps : t.laterTerms[i - 1].bountyBps;
    }

    function _missPenaltyIn(TaskState storage t, uint256 i) internal view returns (uint128) {
        return i == 0 ? t.missPenalty : t.laterTerms[i - 1].missPenalty;
    }

    function _falseClaimPenaltyIn(TaskState storage t, uint256 i) internal view returns (uint128) {
        return i == 0 ? t.falseClaimPenalty : t.laterTerms[i - 1].falseClaimPenalty;
    }

    function _faultPenaltyIn(TaskState storage t, uint256 i) internal view returns (uint128) {
        return i == 0 ? t.faultPenalty : t.laterTerms[i - 1].faultPenalty;
    }

    function _terms(TaskState storage t, uint64 round_) internal view returns (Terms memory) {
        uint256 i = _termsOf(t, round_);
        return Terms({
            judge: _judgeIn(t, i),
            missPenalty: _missPenaltyIn(t, i),
            falseClaimPenalty: _falseClaimPenaltyIn(t, i),
            faultPenalty: _faultPenaltyIn(t, i),
            bountyBps: _bountyBpsIn(t, i)
        });
    }

    /// @dev Heights and numbers rise together, and an entry's `skipped` never exceeds the current one. The search
    /// therefore starts at the height that the number has if nothing was skipped since. In the usual case that height
    /// is right.
    function _find(TaskState storage t, Seat memory seat, Rules memory rules, uint64 round_)
        internal
        view
        returns (bool found, uint40 height, Entry memory entry)
    {
        uint256 from = round_ > rules.skipped ? round_ - rules.skipped : 0;
        if (seat.height > RING && from < seat.height - RING) from = seat.height - RING;
        for (uint256 at_ = from; at_ < seat.height && at_ <= round_; ++at_) {
            entry = t.ring[at_ % RING];
            if (entry.postedAt != 0 && at_ + entry.skipped == round_) return (true, uint40(at_), entry);
        }
        return (false, 0, entry);
    }

    /// @dev Number of the oldest claim in the ring. The open height's predecessor is always there.
    function _oldest(TaskState storage t, Seat memory seat) internal view returns (uint256) {
        uint256 height = Math.saturatingSub(seat.height, RING);
        while (t.ring[height % RING].postedAt == 0) ++height;
        return height + t.ring[height % RING].skipped;
    }

    // ── Stores of one slot ────────────────────────────────────────────────────────────────────────────────────────
    // The compiler writes a struct field by field: a load and a store for each field, of a slot that is warm by then.
    // The places are those of the structs above; test/contracts/snapshots/RoundLedger.layout.txt holds them.

    function _setSeat(
        TaskState storage t,
        address operator,
        uint40 openedAt,
        uint40 height,
        uint8 attempt,
        bool vacant
    ) internal {
        uint256 word = uint160(operator) | uint256(openedAt) << 160 | uint256(height) << 200 | uint256(attempt) << 240
            | (vacant ? uint256(1) << 248 : 0);
        Seat storage place = t.seat;
        assembly ("memory-safe") {
            sstore(place.slot, word)
        }
    }

    function _setEntry(TaskState storage t, uint256 height, Entry memory entry) internal {
        uint256 word = uint160(entry.operator) | uint256(entry.postedAt) << 160 | uint256(entry.duration) << 200
            | uint256(entry.skipped) << 224 | uint256(entry.attempt) << 248;
        Entry storage place = t.ring[height % RING];
        bytes32 claimHash = entry.claimHash;
        assembly ("memory-safe") {
            sstore(place.slot, claimHash)
            sstore(add(place.slot, 1), word)
        }
    }

    function _setReopened(TaskState storage t, uint40 since, uint64 round_) internal {
        uint256 word = since | uint256(uint40(round_)) << 40;
        Reopened storage place = t.reopened;
        assembly ("memory-safe") {
            sstore(place.slot, word)
        }
    }

    function _lastPauseEnd() internal view override returns (uint256) {
        return _ledger().pauseEnd;
    }

    function _notePauseEnd(uint40 end) internal override {
        _ledger().pauseEnd = SafeCast.toUint32(end);
    }

    function _ledger() internal pure returns (LedgerStorage storage $) {
        assembly ("memory-safe") {
            $.slot := _STORAGE
        }
    }
}
