// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {PauseClock} from "./pause/PauseClock.sol";

/// @notice The storage of the ledger and its readers.
///
/// The claims that stand form a chain. A claim's *height* is its place in it (genesis 0). The ring holds the last heights
/// at `height % _RING`; the place of the next height belongs to the open round, whose seal writes there. A round *number*
/// is the number that people sign. It opens once and is never used again, so it runs ahead of the height by the number of
/// failed, voided and dropped rounds: `round = height + skipped`. Each entry stores its own `skipped`, which gives its
/// number back.
abstract contract RoundLedgerState is PauseClock {
    /// The open round, in one slot. `key = 0`: nobody has the seat, since `openedAt`. `openedAt = 0` beside a key: the
    /// holder waits for a place in the ring. A second fits into 32 bits until 2106.
    struct Seat {
        address key;
        uint32 openedAt;
        uint32 height;
        // 1 + sealedAt − openedAt once the round is sealed, else 0; below 2^24: no window is longer than 14 days (see also `MAX_PAUSE`).
        uint24 sealTag;
        // Sealed rows; before the seal the members of the snapshot, 255 for more than a seal can have.
        uint8 count;
    }

    /// One slot.
    struct Rules {
        uint32 commit;
        uint32 reveal;
        uint32 attest;
        uint32 post;
        uint32 challenge;
        // Every height up to this one is final by quorum; genesis is final from the start.
        uint32 quorumFinal;
        // The open number less the open height; with an empty seat the same of the number that opens next.
        uint24 skipped;
        uint8 minMembers;
        // Whether `minStake` is above zero.
        bool stakeFloor;
        // Place of the task's judge among all judges.
        uint8 judgePlace;
        // No number opens any more.
        bool stopped;
        // Expected members of a drawn round (`Committee`); 0: every member has a row.
        uint8 committee;
    }

    /// Four slots. `postedAt = 0` only for entries never written or dropped.
    struct Entry {
        bytes32 claimHash;
        bytes32 digest;
        address key;
        uint32 postedAt;
        // postedAt − openedAt and postedAt − sealedAt, below 2^24: no window is longer than 14 days (see also `MAX_PAUSE`).
        uint24 duration;
        uint24 sealedFor;
        uint8 count;
        uint128 ledgerTotal;
        uint24 skipped;
        // Block in which the round that builds on this claim opened; of tasks that draw, and right while it is open.
        uint40 openedBlock;
    }

    /// How often an operator failed a task, and up to which height its final claims were counted against that.
    struct Standing {
        uint8 fails;
        uint32 credited;
    }

    struct TaskState {
        Seat seat;
        Rules rules;
        uint128 rewardPerRound;
        uint128 funded;
        address judge;
        uint16 quorumBps;
        uint16 bountyBps;
        uint32 predecessor;
        uint128 falseClaimPenalty;
        uint128 faultPenalty;
        bytes32 specHash;
        uint128 minStake;
        address founder;
        uint64 predecessorRound;
        Entry[64] ring;
        mapping(uint64 round => mapping(address member => bytes32)) forced;
        // In a drawn task it starts at the seed: a seal then reads one slot to know both.
        mapping(uint64 round => bytes32) forcedHash;
        mapping(uint64 round => mapping(address account => bool)) penalised;
        mapping(address operator => Standing) standing;
        mapping(uint64 round => bytes32) seeds;
    }

    /// @custom:storage-location erc7201:quorate.storage.RoundLedger
    struct LedgerStorage {
        IStakeVault vault;
        uint32 taskCount;
        // A bit for each judge at its place. A posting reads this slot anyway.
        uint32 retiredJudges;
        // End of the last pause, until 2106: a copy that a posting reads anyway.
        uint32 pauseEnd;
        address distributor;
        uint64 maxExposure;
        uint8 judgeCount;
        mapping(uint256 task => TaskState) tasks;
        // One more than the judge's place; 0 for a contract that was never added.
        mapping(address judge => uint256) judges;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.RoundLedger")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0xab44a3f43d42c35d97d427884c575edb680e5020312868f37e16ffc45836e200;

    uint64 internal constant _RING = 64;
    /// The seed of a drawn round is that of the block this many after the block of its opening.
    uint256 internal constant _SEED_BLOCKS = 4;
    uint8 internal constant _MAX_FAILS = 8;
    /// Bits of `retiredJudges`.
    uint256 internal constant _MAX_JUDGES = 32;

    // ── Where a task stands ───────────────────────────────────────────────────────────────────────────────────────

    function _seat(TaskState storage t, uint256 task_) internal view returns (Seat memory seat) {
        seat = t.seat;
        if (seat.height == 0) revert IRoundLedger.UnknownTask(task_, _ledger().taskCount);
    }

    function _openSeat(TaskState storage t, uint256 task_) internal view returns (Seat memory seat) {
        seat = _seat(t, task_);
        if (!_isOpen(seat)) revert IRoundLedger.NoOpenRound(task_);
    }

    function _isOpen(Seat memory seat) internal pure returns (bool) {
        return seat.key != address(0) && seat.openedAt != 0;
    }

    function _number(Seat memory seat, Rules memory rules) internal pure returns (uint64) {
        return uint64(seat.height) + rules.skipped;
    }

    /// @dev The highest number that ever opened.
    function _lastNumber(Seat memory seat, Rules memory rules) internal pure returns (uint64) {
        return _isOpen(seat) ? _number(seat, rules) : _number(seat, rules) - 1;
    }

    /// @dev INVARIANT: a claim's total is at most the total of the claim before it plus one reward.
    function _headTotal(TaskState storage t, Seat memory seat) internal view returns (uint256) {
        return t.ring[(seat.height - 1) % _RING].ledgerTotal;
    }

    function _sealedAt(Seat memory seat) internal pure returns (uint40) {
        return seat.sealTag == 0 ? 0 : uint40(seat.openedAt) + seat.sealTag - 1;
    }

    /// @dev Second from which anybody may fail the open round: until it, the round may be sealed, or posted once sealed.
    function _roundEnd(Seat memory seat, Rules memory rules) internal view returns (uint256) {
        return seat.sealTag == 0
            ? _deadline(seat.openedAt, uint256(rules.commit) + rules.post)
            : _deadline(_sealedAt(seat), uint256(rules.reveal) + rules.attest + rules.post);
    }

    /// @dev Second from which the next height has its place in the ring; 0 if it has the place already.
    /// INVARIANT: a claim that can still be rejected keeps the claim before it in the ring, for the base to go back to. A
    /// round writes to the place of height − _RING, so height − _RING + 1 must be final before it opens. If a rejection
    /// dropped an entry from that place, the place was won before.
    function _ringFinalAt(TaskState storage t, Seat memory seat, Rules memory rules) internal view returns (uint256) {
        if (seat.height < _RING) return 0;
        uint256 height = seat.height + 1 - _RING;
        if (height <= rules.quorumFinal) return 0;
        uint256 postedAt = t.ring[height % _RING].postedAt;
        return postedAt == 0 ? 0 : _deadline(postedAt, rules.challenge);
    }

    function _isFinal(Rules memory rules, uint256 height, Entry memory entry) internal view returns (bool) {
        return height <= rules.quorumFinal || block.timestamp >= _deadline(entry.postedAt, rules.challenge);
    }

    function _standing(TaskState storage t, Seat memory seat, Rules memory rules, uint64 round_)
        internal
        view
        returns (uint32 height, Entry memory entry)
    {
        bool found;
        (found, height, entry) = _find(t, seat, rules, round_);
        if (!found) revert IRoundLedger.NoClaim(round_);
    }

    /// @dev The lowest height whose entry is kept: the open round has the place of the one before.
    function _lowest(Seat memory seat) internal pure returns (uint256) {
        return seat.height < _RING ? 0 : seat.height + 1 - _RING;
    }

    /// @dev Heights and numbers rise together, and an entry's `skipped` never exceeds the current one. The search
    /// therefore starts at the height that the number has if nothing was skipped since. In the usual case that height
    /// is right.
    function _find(TaskState storage t, Seat memory seat, Rules memory rules, uint64 round_)
        internal
        view
        returns (bool found, uint32 height, Entry memory entry)
    {
        uint256 from = round_ > rules.skipped ? round_ - rules.skipped : 0;
        uint256 lowest = _lowest(seat);
        if (from < lowest) from = lowest;
        for (uint256 at_ = from; at_ < seat.height && at_ <= round_; ++at_) {
            entry = t.ring[at_ % _RING];
            if (entry.postedAt != 0 && at_ + entry.skipped == round_) return (true, uint32(at_), entry);
        }
        return (false, 0, entry);
    }

    /// @dev Number of the oldest claim in the ring. The open height's predecessor is always there.
    function _oldest(TaskState storage t, Seat memory seat) internal view returns (uint256) {
        uint256 height = _lowest(seat);
        while (t.ring[height % _RING].postedAt == 0) ++height;
        return height + t.ring[height % _RING].skipped;
    }

    // ── Stores of one slot ────────────────────────────────────────────────────────────────────────────────────────
    // The compiler writes a struct field by field: a load and a store for each field, of a slot that is warm by then.
    // The places are those of the structs above; test/contracts/snapshots/RoundLedger.layout.txt holds them.

    function _setSeat(TaskState storage t, Seat memory seat) internal {
        uint256 word = uint160(seat.key) | uint256(seat.openedAt) << 160 | uint256(seat.height) << 192
            | uint256(seat.sealTag) << 224 | uint256(seat.count) << 248;
        Seat storage place = t.seat;
        assembly ("memory-safe") {
            sstore(place.slot, word)
        }
    }

    /// @dev Writes everything but the digest, which the seal wrote.
    /// A posting opens the next round as a rule, so that round's block costs nothing here.
    function _setEntry(TaskState storage t, uint256 height, Entry memory entry) internal {
        uint256 word = uint160(entry.key) | uint256(entry.postedAt) << 160 | uint256(entry.duration) << 192
            | uint256(entry.sealedFor) << 216 | uint256(entry.count) << 240;
        uint256 total =
            uint256(entry.ledgerTotal) | uint256(entry.skipped) << 128 | uint256(entry.openedBlock) << 152;
        Entry storage place = t.ring[height % _RING];
        bytes32 claimHash = entry.claimHash;
        assembly ("memory-safe") {
            sstore(place.slot, claimHash)
            sstore(add(place.slot, 2), word)
            sstore(add(place.slot, 3), total)
        }
    }

    /// @dev A slot that keeps a value costs the next posting 5,000 gas and not 22,100.
    function _dropEntry(TaskState storage t, uint256 height) internal {
        Entry storage place = t.ring[height % _RING];
        assembly ("memory-safe") {
            sstore(add(place.slot, 2), 1)
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
