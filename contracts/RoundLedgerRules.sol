// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {RoundLedgerState} from "./RoundLedgerState.sol";
import {IPauseClock} from "./interfaces/IPauseClock.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {ITaskRules} from "./interfaces/ITaskRules.sol";
import {Committee} from "./rounds/Committee.sol";

/// @notice The rules and the changes that `RoundLedger` and `RoundLedgerExtension` share.
abstract contract RoundLedgerRules is RoundLedgerState, OwnableUpgradeable {
    using SafeCast for uint256;

    uint256 internal immutable _ENTRY_DELAY;

    /// @custom:oz-upgrades-unsafe-allow constructor state-variable-immutable
    constructor(ITaskRules taskRules_) {
        _ENTRY_DELAY = taskRules_.ENTRY_DELAY();
    }

    /// @inheritdoc IPauseClock
    function setGuardian(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
    }

    // ── What the vault is asked, once in the code for all who ask ────────────────────────────────────────────────

    function _ownerOf(IStakeVault vault_, address key) internal view returns (address) {
        return vault_.ownerOf(key);
    }

    function _slash(
        IStakeVault vault_,
        uint256 task_,
        address account,
        uint128 amount,
        address recipient,
        uint16 bountyBps
    ) internal returns (uint128 taken, uint128 bounty) {
        return vault_.slash(task_, account, amount, recipient, bountyBps);
    }

    // ── Snapshot and committee ────────────────────────────────────────────────────────────────────────────────────

    /// @dev Timepoint of the stake and the keys of a round. INVARIANT: in a drawn task it is before anybody can know the
    /// seed.
    function _snapshot(Rules memory rules, uint256 openedAt) internal view returns (uint256) {
        return openedAt - 1 - (rules.committee == 0 ? 0 : _ENTRY_DELAY);
    }

    /// @dev What every member of the snapshot of a drawn round is drawn with.
    function _requireSeed(TaskState storage t, uint64 round_) internal view returns (bytes32 seed) {
        seed = t.seeds[round_];
        if (seed == 0) revert IRoundLedger.NoSeed(round_);
    }

    /// @param total all stake at the snapshot
    /// @return what the member counts in a drawn round, 0 if it is not drawn
    function _drawnWeight(
        uint256 size,
        bytes32 seed,
        uint256 task_,
        uint64 round_,
        address member,
        uint256 stake,
        uint256 total
    ) internal pure returns (uint256) {
        bool drawn = Committee.drawn(Committee.lot(seed, task_, round_, member), stake, total, size);
        return drawn ? Committee.weight(stake, total, size) : 0;
    }

    // ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function _requireJudge(TaskState storage t) internal view {
        address judge = t.judge;
        if (msg.sender != judge) revert IRoundLedger.NotJudge(msg.sender, judge);
    }

    function _isRetired(uint256 judgePlace) internal view returns (bool) {
        return _ledger().retiredJudges >> judgePlace & 1 != 0;
    }

    function _requireOpen(Seat memory seat, Rules memory rules, uint64 round_) internal pure {
        uint64 number = _number(seat, rules);
        if (round_ != number) revert IRoundLedger.NotCurrentRound(round_, number);
    }

    function _isFinalClaim(uint256 task_, uint64 round_, bytes32 claimHash) internal view returns (bool) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        (bool found, uint32 height, Entry memory entry) = _find(t, seat, rules, round_);
        return found && entry.claimHash == claimHash && _isFinal(rules, height, entry);
    }

    /// @dev The round's claim while it may still fall.
    function _undecided(
        TaskState storage t,
        Seat memory seat,
        Rules memory rules,
        uint64 round_,
        bytes32 claimHash
    ) internal view returns (uint32 height, Entry memory entry) {
        (height, entry) = _standing(t, seat, rules, round_);
        if (entry.claimHash != claimHash) revert IRoundLedger.WrongClaim(claimHash, entry.claimHash);
        // INVARIANT: a final claim never falls.
        if (_isFinal(rules, height, entry)) revert IRoundLedger.AlreadyFinal(round_);
    }

    /// @dev INVARIANT: a round opens only with the members and the stake that its task asks for, with its reward paid in,
    /// under a judge that is not retired, and in a task that is not stopped.
    /// @param members of the snapshot of a round that opens now
    /// @param stake all of theirs
    function _mayOpen(TaskState storage t, Rules memory rules, uint256 total, uint256 members, uint256 stake)
        internal
        view
        returns (bool)
    {
        if (rules.stopped || _isRetired(rules.judgePlace)) return false;
        if (total + t.rewardPerRound > t.funded) return false;
        return members >= rules.minMembers && (!rules.stakeFloor || stake >= t.minStake);
    }

    /// @return fails what is held against the operator, less one for each of its claims that became final since
    /// @return credited height up to which claims were counted
    function _failsOf(
        TaskState storage t,
        Seat memory seat,
        Rules memory rules,
        IStakeVault vault_,
        address operator
    ) internal view returns (uint8 fails, uint32 credited) {
        Standing memory standing = t.standing[operator];
        (fails, credited) = (standing.fails, standing.credited);
        // Only claims posted after the first failure count.
        if (fails == 0) return (0, seat.height - 1);
        uint256 height = credited + 1;
        uint256 lowest = _lowest(seat);
        if (height < lowest) height = lowest;
        (address key, bool own) = (address(0), false);
        for (; height < seat.height && fails != 0; ++height) {
            Entry memory entry = t.ring[height % _RING];
            if (entry.postedAt == 0 || !_isFinal(rules, height, entry)) break;
            if (entry.key != key) (key, own) = (entry.key, _ownerOf(vault_, entry.key) == operator);
            if (own) --fails;
            credited = uint32(height);
        }
        if (fails == 0) credited = seat.height - 1;
    }

    // ── Changes ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Opens the next number for the holder of `key`.
    /// @param members of the snapshot
    function _open(
        TaskState storage t,
        uint256 task_,
        Rules memory rules,
        address operator,
        address key,
        uint32 height,
        uint256 members
    ) internal {
        Seat memory seat = Seat({
            key: key,
            openedAt: uint32(block.timestamp),
            height: height,
            sealTag: 0,
            count: members > 255 ? 255 : uint8(members)
        });
        _setSeat(t, seat);
        emit IRoundLedger.RoundOpened(task_, _number(seat, rules), operator, key, uint40(block.timestamp));
    }

    /// @param skipped the next number less `height`
    function _empty(TaskState storage t, uint256 task_, uint32 height, uint256 skipped) internal {
        if (skipped != t.rules.skipped) t.rules.skipped = skipped.toUint24();
        _setSeat(
            t, Seat({key: address(0), openedAt: uint32(block.timestamp), height: height, sealTag: 0, count: 0})
        );
        emit IRoundLedger.SeatEmptied(task_, uint64(height + skipped), uint40(block.timestamp));
    }

    /// @dev INVARIANT: a dropped claim never pays. It leaves the ring with everything built on it, and no number that
    /// was opened opens again.
    function _drop(TaskState storage t, Seat memory seat, Rules memory rules, uint256 task_, uint32 height) internal {
        for (uint256 dropped = height; dropped < seat.height; ++dropped) {
            _dropEntry(t, dropped);
        }
        // The open round may have sealed over the entry _RING heights below, which is no base of anything any more.
        if (height + _RING > uint256(seat.height) + 1) _dropEntry(t, seat.height);
        _empty(t, task_, height, uint256(_lastNumber(seat, rules)) + 1 - height);
    }

    /// @return fails what is held against the operator now
    function _fail(
        TaskState storage t,
        Seat memory seat,
        Rules memory rules,
        IStakeVault vault_,
        address operator,
        uint8 more
    ) internal returns (uint8 fails) {
        uint32 credited;
        (fails, credited) = _failsOf(t, seat, rules, vault_, operator);
        fails = fails + more > _MAX_FAILS ? _MAX_FAILS : fails + more;
        t.standing[operator] = Standing({fails: fails, credited: credited});
    }
}
