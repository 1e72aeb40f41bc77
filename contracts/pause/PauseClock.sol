// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPauseClock} from "../interfaces/IPauseClock.sol";

/// @notice Keeps the pauses of a contract. Converts between the chain's time and *running time*, which stands still in
/// pauses: `running(t) = t − seconds paused before t`. Behaviour and assumptions: see `IPauseClock`.
abstract contract PauseClock is IPauseClock {
    /// One slot. Pauses do not overlap and their starts rise, on both clocks.
    struct Pause {
        uint40 start;
        uint40 end;
        // Seconds paused before `start`.
        uint40 before;
    }

    /// @custom:storage-location erc7201:quorate.storage.PauseClock
    struct PauseStorage {
        address guardian;
        // End of the last pause, and the length of all.
        uint40 until;
        uint40 total;
        Pause[] pauses;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.PauseClock")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0x73ed09efd4da4ee1e4f0316ff81683248395cd9325e49e48b19ba5e3229f9000;

    /// The longest stretch of running time between opening and posting a round is 112 days (see `Entry.duration`). Pauses of
    /// 7 days every 14 running days make it at most 175: still below 2^24 seconds.
    uint32 public constant MAX_PAUSE = 7 days;
    uint32 public constant COOL_DOWN = 14 days;

    modifier whenRunning() {
        _requireRunning();
        _;
    }

    /// @inheritdoc IPauseClock
    function pause(uint32 length) external {
        PauseStorage storage $ = _clock();
        if (msg.sender != $.guardian) revert NotGuardian(msg.sender, $.guardian);
        _requireRunning();
        // INVARIANT: a pause ends by itself, and at least two thirds of all time runs.
        if (length == 0 || length > MAX_PAUSE) revert PauseOutOfBounds(length, MAX_PAUSE);
        uint256 from = pausableFrom();
        if (block.timestamp < from) revert CoolingDown(block.timestamp, from);
        uint40 now_ = uint40(block.timestamp);
        $.pauses.push(Pause({start: now_, end: now_ + length, before: $.total}));
        ($.until, $.total) = (now_ + length, $.total + length);
        _notePauseEnd(now_ + length);
        emit Paused(now_, now_ + length);
    }

    /// @inheritdoc IPauseClock
    function unpause() external {
        PauseStorage storage $ = _clock();
        if (msg.sender != $.guardian) revert NotGuardian(msg.sender, $.guardian);
        uint40 now_ = uint40(block.timestamp);
        uint40 until = $.until;
        if (now_ >= until) revert NotPaused();
        $.pauses[$.pauses.length - 1].end = now_;
        ($.until, $.total) = (now_, $.total - (until - now_));
        _notePauseEnd(now_);
        emit Unpaused(now_);
    }

    /// @inheritdoc IPauseClock
    function guardian() external view returns (address) {
        return _clock().guardian;
    }

    /// @inheritdoc IPauseClock
    function pausedUntil() external view returns (uint256) {
        uint256 end = _lastPauseEnd();
        return block.timestamp < end ? end : 0;
    }

    /// @inheritdoc IPauseClock
    function pausableFrom() public view returns (uint256) {
        uint256 end = _lastPauseEnd();
        return end == 0 ? 0 : end + COOL_DOWN;
    }

    /// @inheritdoc IPauseClock
    function pausedBetween(uint256 from, uint256 to) external view returns (uint256) {
        return to <= from ? 0 : _pausedBefore(to) - _pausedBefore(from);
    }

    /// @inheritdoc IPauseClock
    function deadline(uint256 start, uint256 window) external view returns (uint256) {
        return _deadline(start, window);
    }

    // ── For the contract that keeps the clock ─────────────────────────────────────────────────────────────────────

    /// @dev INVARIANT: paused time counts towards no deadline.
    function _deadline(uint256 start, uint256 window) internal view returns (uint256) {
        // Nothing was paused since. This holds for almost every window.
        if (_lastPauseEnd() <= start) return start + window;
        return _wall(_running(start) + window);
    }

    /// @dev Running time at a second of the chain.
    function _running(uint256 time) internal view returns (uint256) {
        return time - _pausedBefore(time);
    }

    /// @dev First second of the chain at which that much time has run and which is not in a pause begun before.
    function _wall(uint256 running_) internal view returns (uint256) {
        PauseStorage storage $ = _clock();
        (uint256 until, uint256 total) = ($.until, $.total);
        if (running_ > until - total) return running_ + total;
        (bool found, Pause memory last) = _lastBefore($, running_, true);
        return found ? running_ + last.before + (last.end - last.start) : running_;
    }

    function _requireRunning() internal view {
        uint256 end = _lastPauseEnd();
        if (block.timestamp < end) revert PausedUntil(end);
    }

    function _setGuardian(address guardian_) internal {
        _clock().guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    /// @dev End of the last pause, zero before the first. A contract may keep a copy where it is cheap to read.
    function _lastPauseEnd() internal view virtual returns (uint256) {
        return _clock().until;
    }

    /// @dev Called whenever the end of the last pause changes.
    function _notePauseEnd(uint40 end) internal virtual {}

    function _pausedBefore(uint256 time) private view returns (uint256) {
        PauseStorage storage $ = _clock();
        if (time >= $.until) return $.total;
        (bool found, Pause memory last) = _lastBefore($, time, false);
        return found ? last.before + Math.min(time, last.end) - last.start : 0;
    }

    /// @dev The last pause that began before `time`, on the running clock or the chain's.
    function _lastBefore(PauseStorage storage $, uint256 time, bool running_)
        private
        view
        returns (bool found, Pause memory last)
    {
        (uint256 low, uint256 high) = (0, $.pauses.length);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            Pause memory candidate = $.pauses[middle];
            if ((running_ ? candidate.start - candidate.before : candidate.start) < time) {
                (found, last, low) = (true, candidate, middle + 1);
            } else {
                high = middle;
            }
        }
    }

    function _clock() private pure returns (PauseStorage storage $) {
        assembly ("memory-safe") {
            $.slot := _STORAGE
        }
    }
}
