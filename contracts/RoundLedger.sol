// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {RoundLedgerExtension} from "./RoundLedgerExtension.sol";
import {RoundLedgerRules} from "./RoundLedgerRules.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {ITaskRules} from "./interfaces/ITaskRules.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {PassOn} from "./lib/PassOn.sol";
import {QuorateDomain} from "./lib/QuorateDomain.sol";
import {Claim, TaskSpec} from "./lib/Types.sol";
import {Randomness} from "./rounds/Randomness.sol";

/// @title RoundLedger
/// @dev Behaviour and assumptions: see `IRoundLedger`; how the state is kept: see `RoundLedgerState`. What does not fit
/// into this contract is in `RoundLedgerExtension`.
contract RoundLedger is
    IRoundLedger,
    RoundLedgerRules,
    QuorateDomain,
    UUPSUpgradeable,
    ReentrancyGuardTransient
{
    uint64 public constant RING = _RING;
    uint32 public constant MAX_MEMBERS = 128;
    uint8 public constant MAX_FAILS = _MAX_FAILS;

    /// @inheritdoc IRoundLedger
    ITaskRules public immutable taskRules;
    address private immutable _EXTENSION;

    /// @custom:oz-upgrades-unsafe-allow constructor delegatecall state-variable-immutable
    constructor(ITaskRules taskRules_) RoundLedgerRules(taskRules_) {
        taskRules = taskRules_;
        _EXTENSION = address(new RoundLedgerExtension(taskRules_));
        _disableInitializers();
    }

    function initialize(address owner_, IStakeVault vault_) external initializer {
        if (address(vault_) == address(0)) revert ZeroAddress();
        __Ownable_init(owner_);
        _ledger().vault = vault_;
    }

    // ── Governance ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IRoundLedger
    function setDistributor(address distributor_) external onlyOwner {
        LedgerStorage storage $ = _ledger();
        if (distributor_ == address(0)) revert ZeroAddress();
        if ($.distributor != address(0)) revert DistributorFixed($.distributor);
        $.distributor = distributor_;
        emit DistributorSet(distributor_);
    }

    // ── Seat ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IRoundLedger
    function takeSeat(uint256 task_) external whenRunning {
        LedgerStorage storage $ = _ledger();
        IStakeVault vault_ = $.vault;
        TaskState storage t = $.tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        if (rules.stopped) revert TaskStopped(task_);
        if (_isRetired(rules.judgePlace)) revert JudgeRetired(t.judge);
        if (seat.key != address(0)) revert SeatTaken(_ownerOf(vault_, seat.key));
        (address operator, uint256 members, uint256 stake) = _bondedOperator(vault_, rules, task_);
        (uint256 fails,) = _failsOf(t, seat, rules, vault_, operator);
        uint256 from = _seatFrom(seat, rules, fails);
        if (block.timestamp < from) revert TooEarly(block.timestamp, from);
        uint256 ringFinalAt = _ringFinalAt(t, seat, rules);
        if (block.timestamp < ringFinalAt) revert RingFull(uint256(seat.height) + 1 - RING, ringFinalAt);
        _requireFunded(t, _headTotal(t, seat));
        if (members < rules.minMembers) revert TooFewMembers(members, rules.minMembers);
        if (rules.stakeFloor && stake < t.minStake) revert TooLittleStake(stake, t.minStake);
        _noteBlock(t, rules, seat);
        _open(t, task_, rules, operator, msg.sender, seat.height, members);
    }

    /// @inheritdoc IRoundLedger
    function open(uint256 task_) external whenRunning {
        LedgerStorage storage $ = _ledger();
        TaskState storage t = $.tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        if (seat.key == address(0) || seat.openedAt != 0) revert NotWaiting(task_);
        uint256 ringFinalAt = _ringFinalAt(t, seat, rules);
        if (block.timestamp < ringFinalAt) revert RingFull(uint256(seat.height) + 1 - RING, ringFinalAt);
        (address operator,, bool eligible, uint256 members, uint256 stake) =
            $.vault.openingAt(task_, seat.key, _snapshot(rules, block.timestamp));
        if (!eligible || !_mayOpen(t, rules, _headTotal(t, seat), members, stake))
            return _empty(t, task_, seat.height, rules.skipped);
        _noteBlock(t, rules, seat);
        _open(t, task_, rules, operator, seat.key, seat.height, members);
    }

    /// @inheritdoc IRoundLedger
    function fail(uint256 task_, uint64 round_) external whenRunning {
        IStakeVault vault_ = _ledger().vault;
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        // INVARIANT: a call made for one round never ends another: one that comes late or twice changes nothing.
        _requireOpen(seat, rules, round_);
        address operator = _ownerOf(vault_, seat.key);
        uint256 end = _roundEnd(seat, rules);
        bool lost = _seedLost(t, seat, rules);
        if (block.timestamp < end && !lost && !_isOwner(vault_, seat, operator)) revert TooEarly(block.timestamp, end);
        // INVARIANT: nobody answers for a seed that no header can prove any more.
        uint8 fails = _fail(t, seat, rules, vault_, operator, lost ? 0 : 1);
        emit RoundFailed(task_, round_, operator, fails);
        _empty(t, task_, seat.height, uint256(rules.skipped) + 1);
    }

    // ── Rounds ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IRoundLedger
    function seal(
        uint256 task_,
        uint64 round_,
        uint40 openedAt,
        bytes32 digest,
        uint32 count,
        bytes32 forcedHash_
    ) external whenRunning {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        IStakeVault vault_ = _ledger().vault;
        _requireHolder(vault_, seat, rules, round_, openedAt);
        if (seat.sealTag != 0) revert AlreadySealed(round_);
        if (count > MAX_MEMBERS) revert TooManyMembers(count, MAX_MEMBERS);
        uint256 commitEnd = _deadline(seat.openedAt, rules.commit);
        bool early = block.timestamp < commitEnd;
        if (early) {
            // INVARIANT: an early seal leaves nobody out.
            if (count == 0 || count != seat.count) revert TooEarly(block.timestamp, commitEnd);
        } else {
            uint256 end = _roundEnd(seat, rules);
            if (block.timestamp >= end) revert TooLate(block.timestamp, end);
        }
        // An early seal of everybody names no forced commitment, or members could delay it. In a drawn round the hash
        // names the seed too.
        if (!early || rules.committee != 0) {
            bytes32 forced = t.forcedHash[round_];
            // INVARIANT: the committee is drawn before its round is sealed.
            if (forced == 0 && rules.committee != 0) revert NoSeed(round_);
            // INVARIANT: the seal was made over just the commitments that are forced and over the committee that is
            // drawn, whatever a reorganisation did.
            if (forced != forcedHash_) revert OtherForced(forcedHash_, forced);
        }
        seat.sealTag = uint24(block.timestamp + 1 - seat.openedAt);
        seat.count = uint8(count);
        _setSeat(t, seat);
        t.ring[seat.height % RING].digest = digest;
        emit RoundSealed(task_, round_, digest, count, uint40(block.timestamp));
    }

    /// @inheritdoc IRoundLedger
    function post(uint256 task_, uint64 round_, uint40 openedAt, bytes32 digest, Claim calldata claim)
        external
        whenRunning
    {
        LedgerStorage storage $ = _ledger();
        IStakeVault vault_ = $.vault;
        TaskState storage t = $.tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        uint32 now_ = uint32(block.timestamp);
        (address operator, uint256 members, uint256 stake) = _bondedOperator(vault_, rules, task_);
        _requireHolder(vault_, seat, rules, round_, openedAt);
        if (seat.sealTag == 0) revert NotSealed(round_);
        // INVARIANT: a claim is posted over the seal that its operator saw, whatever a reorganisation did.
        bytes32 sealed_ = t.ring[seat.height % RING].digest;
        if (sealed_ != digest) revert OtherSeal(digest, sealed_);
        uint256 end = _roundEnd(seat, rules);
        if (now_ >= end) revert TooLate(now_, end);
        if (claim.members != seat.count) revert WrongCount(claim.members, seat.count);
        Entry storage parent = t.ring[(seat.height - 1) % RING];
        if (claim.parent != parent.claimHash) revert WrongParent(claim.parent, parent.claimHash);
        uint256 most = uint256(parent.ledgerTotal) + t.rewardPerRound;
        if (claim.ledgerTotal > most) revert RewardTooHigh(claim.ledgerTotal, most);

        bytes32 claimHash = ClaimLib.hashCalldata(claim, task_, round_);
        _setEntry(
            t,
            seat.height,
            Entry({
                claimHash: claimHash,
                digest: digest,
                key: seat.key,
                postedAt: now_,
                duration: uint24(now_ - seat.openedAt),
                sealedFor: uint24(now_ + 1 - seat.openedAt - seat.sealTag),
                count: seat.count,
                ledgerTotal: claim.ledgerTotal,
                skipped: rules.skipped,
                openedBlock: uint40(block.number)
            })
        );
        emit Posted(task_, round_, claimHash, operator, claim);
        ++seat.height;
        if (!_mayOpen(t, rules, claim.ledgerTotal, members, stake)) return _empty(t, task_, seat.height, rules.skipped);
        if (now_ >= _ringFinalAt(t, seat, rules)) {
            return _open(t, task_, rules, operator, msg.sender, seat.height, members);
        }
        _setSeat(t, Seat({key: msg.sender, openedAt: 0, height: seat.height, sealTag: 0, count: 0}));
        emit SeatWaiting(task_, operator);
    }

    // ── Judge ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IRoundLedger
    function reject(uint256 task_, uint64 round_, address recipient) external nonReentrant whenRunning {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        _requireJudge(t);
        (uint32 height, Entry memory entry) = _standing(t, seat, rules, round_);
        // INVARIANT: a final claim is never rejected.
        if (_isFinal(rules, height, entry)) revert AlreadyFinal(round_);
        _reject(t, seat, rules, height, entry, task_, round_, recipient);
    }

    /// @inheritdoc IRoundLedger
    function tryReject(uint256 task_, uint64 round_, bytes32 claimHash, address recipient)
        external
        nonReentrant
        whenRunning
        returns (bytes32)
    {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        _requireJudge(t);
        (bool found, uint32 height, Entry memory entry) = _find(t, seat, rules, round_);
        // INVARIANT: a final claim is never rejected.
        if (!found || _isFinal(rules, height, entry)) return 0;
        if (entry.claimHash == claimHash) _reject(t, seat, rules, height, entry, task_, round_, recipient);
        return entry.claimHash;
    }

    function _reject(
        TaskState storage t,
        Seat memory seat,
        Rules memory rules,
        uint32 height,
        Entry memory entry,
        uint256 task_,
        uint64 round_,
        address recipient
    ) private {
        IStakeVault vault_ = _ledger().vault;
        address operator = _ownerOf(vault_, entry.key);
        _fail(t, seat, rules, vault_, operator, MAX_FAILS);
        _drop(t, seat, rules, task_, height);
        (uint128 penalty, uint128 bounty) =
            _slash(vault_, task_, operator, t.falseClaimPenalty, recipient, t.bountyBps);
        emit Rejected(task_, round_, entry.claimHash, operator, penalty, recipient, bounty);
    }

    /// @inheritdoc IRoundLedger
    function noteFunded(uint256 task_, uint128 amount) external whenRunning {
        LedgerStorage storage $ = _ledger();
        if (msg.sender != $.distributor) revert NotDistributor(msg.sender, $.distributor);
        TaskState storage t = $.tasks[task_];
        _seat(t, task_);
        if (t.rules.stopped) revert TaskStopped(task_);
        uint128 total = t.funded + amount;
        t.funded = total;
        emit Funded(task_, amount, total);
    }

    // ── Passed on ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IRoundLedger
    function createTask(TaskTerms calldata, TaskSpec calldata) external returns (uint256) {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function succeedTask(TaskTerms calldata, TaskSpec calldata, Origin calldata) external returns (uint256) {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function stop(uint256) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function noteRefunded(uint256) external returns (address, uint128) {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function addJudge(address) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function retireJudge(address) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function forceCommit(uint256, uint64, address[] calldata, bytes32[] calldata, bytes[] calldata) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function storeSeed(uint256, bytes calldata) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function finalizeWithQuorum(uint256, uint64, bytes32, address[] calldata, bytes[] calldata) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function voidWithQuorum(uint256, uint64, bytes32, address[] calldata, bytes[] calldata) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IRoundLedger
    function penalise(uint256, uint64, address, address) external {
        PassOn.to(_EXTENSION);
    }

    // ── Views ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IRoundLedger
    function vault() external view returns (IStakeVault) {
        return _ledger().vault;
    }

    /// @inheritdoc IRoundLedger
    function distributor() external view returns (address) {
        return _ledger().distributor;
    }

    /// @inheritdoc IRoundLedger
    function taskCount() external view returns (uint256) {
        return _ledger().taskCount;
    }

    /// @inheritdoc IRoundLedger
    function maxExposure() external view returns (uint256) {
        return _ledger().maxExposure;
    }

    /// @inheritdoc IRoundLedger
    function task(uint256 task_) external view returns (TaskView memory) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        return TaskView({
            specHash: t.specHash,
            founder: t.founder,
            operator: _ownerOf(_ledger().vault, seat.key),
            windows: Windows(rules.commit, rules.reveal, rules.attest, rules.post, rules.challenge),
            rewardPerRound: t.rewardPerRound,
            funded: t.funded,
            quorumBps: t.quorumBps,
            judge: t.judge,
            judgeRetired: _isRetired(rules.judgePlace),
            stopped: rules.stopped,
            falseClaimPenalty: t.falseClaimPenalty,
            faultPenalty: t.faultPenalty,
            bountyBps: t.bountyBps,
            currentRound: _isOpen(seat) ? _number(seat, rules) : 0,
            minMembers: rules.minMembers,
            minStake: t.minStake,
            predecessor: t.predecessor,
            predecessorRound: t.predecessorRound,
            committee: rules.committee
        });
    }

    /// @inheritdoc IRoundLedger
    function committeeOf(uint256 task_) external view returns (uint16) {
        return _ledger().tasks[task_].rules.committee;
    }

    /// @inheritdoc IRoundLedger
    function judgeOf(uint256 task_) external view returns (address) {
        return _ledger().tasks[task_].judge;
    }

    /// @inheritdoc IRoundLedger
    function penaltyOf(uint256 task_) external view returns (uint128) {
        return _ledger().tasks[task_].falseClaimPenalty;
    }

    /// @inheritdoc IRoundLedger
    function judgeState(address judge) external view returns (JudgeState) {
        uint256 place = _ledger().judges[judge];
        if (place == 0) return JudgeState.Unknown;
        return _isRetired(place - 1) ? JudgeState.Retired : JudgeState.Added;
    }

    /// @inheritdoc IRoundLedger
    function funded(uint256 task_) external view returns (uint128) {
        return _ledger().tasks[task_].funded;
    }

    /// @inheritdoc IRoundLedger
    function current(uint256 task_) external view returns (OpenRound memory view_) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        view_.round = _number(seat, rules);
        view_.parent = t.ring[(seat.height - 1) % RING].claimHash;
        view_.operatorKey = seat.key;
        view_.operator = _ownerOf(_ledger().vault, seat.key);
        if (!_isOpen(seat)) {
            view_.emptySince = seat.openedAt;
            view_.ringFinalAt = uint40(_ringFinalAt(t, seat, rules));
            return view_;
        }
        view_.state = seat.sealTag == 0 ? SeatState.Commit : SeatState.Sealed;
        view_.openedAt = seat.openedAt;
        view_.snapshot = uint40(_snapshot(rules, seat.openedAt));
        view_.committee = rules.committee;
        view_.seed = t.seeds[view_.round];
        if (rules.committee != 0) view_.openedBlock = t.ring[(seat.height - 1) % RING].openedBlock;
        view_.commitEnd = uint40(_deadline(seat.openedAt, rules.commit));
        view_.sealEnd = uint40(_deadline(seat.openedAt, uint256(rules.commit) + rules.post));
        view_.forcedHash = t.forcedHash[view_.round];
        if (seat.sealTag == 0) return view_;
        uint40 sealedAt = _sealedAt(seat);
        view_.sealedAt = sealedAt;
        view_.digest = t.ring[seat.height % RING].digest;
        view_.count = seat.count;
        view_.revealEnd = uint40(_deadline(sealedAt, rules.reveal));
        view_.attestEnd = uint40(_deadline(sealedAt, uint256(rules.reveal) + rules.attest));
        view_.postEnd = uint40(_roundEnd(seat, rules));
    }

    /// @inheritdoc IRoundLedger
    function seatFrom(uint256 task_, address operator) external view returns (uint256 fails, uint256 from) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        (fails,) = _failsOf(t, seat, rules, _ledger().vault, operator);
        if (seat.key == address(0)) from = _seatFrom(seat, rules, fails);
    }

    /// @inheritdoc IRoundLedger
    function keyOf(uint256 task_, uint64 round_, address account) external view returns (address) {
        RoundView memory view_ = round(task_, round_);
        if (view_.openedAt == 0) return address(0);
        return account == view_.operator ? view_.operatorKey : _ledger().vault.keyAt(account, view_.snapshot);
    }

    /// @inheritdoc IRoundLedger
    function weightOf(uint256 task_, uint64 round_, address account) external view returns (uint128) {
        RoundView memory view_ = round(task_, round_);
        if (view_.openedAt == 0) return 0;
        IStakeVault vault_ = _ledger().vault;
        uint128 stake = vault_.stakeAt(task_, account, view_.snapshot);
        if (view_.committee == 0 || stake == 0) return stake;
        if (view_.seed == 0) revert NoSeed(round_);
        uint256 total = vault_.totalStakeAt(task_, view_.snapshot);
        return uint128(_drawnWeight(view_.committee, view_.seed, task_, round_, account, stake, total));
    }

    /// @inheritdoc IRoundLedger
    function round(uint256 task_, uint64 round_) public view returns (RoundView memory view_) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        if (_isOpen(seat) && round_ == _number(seat, rules)) {
            view_.status = RoundStatus.Open;
            view_.openedAt = seat.openedAt;
            view_.operatorKey = seat.key;
            view_.operator = _ownerOf(_ledger().vault, seat.key);
            _setDraw(view_, t, rules, round_);
            if (seat.sealTag == 0) return view_;
            view_.sealedAt = _sealedAt(seat);
            view_.digest = t.ring[seat.height % RING].digest;
            view_.count = seat.count;
            return view_;
        }
        (bool found, uint32 height, Entry memory entry) = _find(t, seat, rules, round_);
        if (!found) {
            if (round_ <= _lastNumber(seat, rules)) {
                view_.status = round_ < _oldest(t, seat) ? RoundStatus.Pruned : RoundStatus.Void;
            }
            return view_;
        }
        view_.status = _isFinal(rules, height, entry) ? RoundStatus.Final : RoundStatus.Posted;
        view_.claimHash = entry.claimHash;
        view_.operatorKey = entry.key;
        view_.operator = _ownerOf(_ledger().vault, entry.key);
        view_.openedAt = entry.postedAt - entry.duration;
        view_.sealedAt = entry.postedAt - entry.sealedFor;
        view_.postedAt = entry.postedAt;
        view_.challengeEnd = uint40(_deadline(entry.postedAt, rules.challenge));
        view_.digest = entry.digest;
        view_.count = entry.count;
        _setDraw(view_, t, rules, round_);
    }

    /// @inheritdoc IRoundLedger
    function rejectable(uint256 task_, uint64 round_) external view returns (bytes32 claimHash) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        (bool found, uint32 height, Entry memory entry) = _find(t, seat, rules, round_);
        return found && !_isFinal(rules, height, entry) ? entry.claimHash : bytes32(0);
    }

    /// @inheritdoc IRoundLedger
    function specHash(uint256 task_) external view returns (bytes32) {
        return _ledger().tasks[task_].specHash;
    }

    /// @inheritdoc IRoundLedger
    function head(uint256 task_) external view returns (uint64 round_, bytes32 claimHash) {
        TaskState storage t = _ledger().tasks[task_];
        uint32 height = _seat(t, task_).height - 1;
        Entry memory entry = t.ring[height % RING];
        return (uint64(height) + entry.skipped, entry.claimHash);
    }

    /// @inheritdoc IRoundLedger
    function isFinal(uint256 task_, uint64 round_) external view returns (bool) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        if (round_ >= _number(seat, rules)) return false;
        (bool found, uint32 height, Entry memory entry) = _find(t, seat, rules, round_);
        return !found || _isFinal(rules, height, entry);
    }

    /// @inheritdoc IRoundLedger
    function isFinalClaim(uint256 task_, uint64 round_, bytes32 claimHash) external view returns (bool) {
        return _isFinalClaim(task_, round_, claimHash);
    }

    /// @inheritdoc IRoundLedger
    function penalised(uint256 task_, uint64 round_, address account) external view returns (bool) {
        return _ledger().tasks[task_].penalised[round_][account];
    }

    /// @inheritdoc IRoundLedger
    function forcedCommitment(uint256 task_, uint64 round_, address member) external view returns (bytes32) {
        return _ledger().tasks[task_].forced[round_][member];
    }

    // ── Committee ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev The block whose randomness draws the committee follows the block of the opening. A posting notes its own.
    function _noteBlock(TaskState storage t, Rules memory rules, Seat memory seat) private {
        if (rules.committee != 0) t.ring[(seat.height - 1) % RING].openedBlock = uint40(block.number);
    }

    /// @dev Whether the committee can never be drawn: the seed was not stored while its block's hash was known.
    function _seedLost(TaskState storage t, Seat memory seat, Rules memory rules) private view returns (bool) {
        if (rules.committee == 0 || t.seeds[_number(seat, rules)] != 0) return false;
        return Randomness.forgotten(uint256(t.ring[(seat.height - 1) % RING].openedBlock) + _SEED_BLOCKS);
    }

    function _setDraw(RoundView memory view_, TaskState storage t, Rules memory rules, uint64 round_) private view {
        view_.snapshot = uint40(_snapshot(rules, view_.openedAt));
        view_.committee = rules.committee;
        view_.seed = t.seeds[round_];
    }

    // ── Rules of a posting ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @return operator the account of the caller
    /// @return members of the snapshot of a round that opens now
    /// @return stake all of theirs
    function _bondedOperator(IStakeVault vault_, Rules memory rules, uint256 task_)
        private
        view
        returns (address operator, uint256 members, uint256 stake)
    {
        IStakeVault.Role role;
        bool eligible;
        (operator, role, eligible, members, stake) =
            vault_.openingAt(task_, msg.sender, _snapshot(rules, block.timestamp));
        if (role != IStakeVault.Role.Operator) revert NotOperator(msg.sender);
        if (!eligible) revert OperatorNotBonded(operator);
    }

    /// @dev The key that took the seat speaks for it even when it was replaced: what it does is its account's own loss.
    function _isOwner(IStakeVault vault_, Seat memory seat, address operator) private view returns (bool) {
        if (msg.sender == seat.key || msg.sender == operator) return true;
        return _ownerOf(vault_, msg.sender) == operator;
    }

    function _requireHolder(IStakeVault vault_, Seat memory seat, Rules memory rules, uint64 round_, uint40 openedAt)
        private
        view
    {
        _requireOpen(seat, rules, round_);
        // INVARIANT: a transaction made for one opening of a number never counts for another, after a reorganisation.
        if (openedAt != seat.openedAt) revert OtherOpening(openedAt, seat.openedAt);
        if (msg.sender == seat.key) return;
        address operator = _ownerOf(vault_, seat.key);
        if (!_isOwner(vault_, seat, operator)) revert NotHolder(msg.sender, operator);
    }

    function _requireFunded(TaskState storage t, uint256 total) private view {
        uint256 needed = total + t.rewardPerRound;
        // INVARIANT: claimed ≤ ledger total ≤ funded. A round opens only if its reward is there.
        if (needed > t.funded) revert Underfunded(needed, t.funded);
    }

    function _seatFrom(Seat memory seat, Rules memory rules, uint256 fails) private view returns (uint256) {
        return _deadline(seat.openedAt, ((uint256(1) << fails) - 1) * rules.post);
    }

    /// @dev INVARIANT: no upgrade moves the snapshot of a round.
    function _authorizeUpgrade(address next) internal view override onlyOwner {
        uint256 delay = IRoundLedger(next).taskRules().ENTRY_DELAY();
        if (delay != _ENTRY_DELAY) revert OutOfBounds(delay, _ENTRY_DELAY, _ENTRY_DELAY);
    }
}
