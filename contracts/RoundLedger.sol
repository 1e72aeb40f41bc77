// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {RoundLedgerState} from "./RoundLedgerState.sol";
import {IPauseClock} from "./interfaces/IPauseClock.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {ISpecRules} from "./interfaces/ISpecRules.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {MerkleTree} from "./lib/MerkleTree.sol";
import {QuorateDomain} from "./lib/QuorateDomain.sol";
import {Statements} from "./lib/Statements.sol";
import {Claim} from "./lib/Types.sol";

/// @title RoundLedger
/// @dev Behaviour and assumptions: see `IRoundLedger`; how the state is kept: see `RoundLedgerState`.
contract RoundLedger is RoundLedgerState, QuorateDomain, OwnableUpgradeable, UUPSUpgradeable, ReentrancyGuardTransient {
    using ClaimLib for Claim;
    using SafeCast for uint256;

    ISpecRules private immutable _SPEC_RULES;

    /// @custom:oz-upgrades-unsafe-allow constructor state-variable-immutable
    constructor(ISpecRules rules) {
        _SPEC_RULES = rules;
        _disableInitializers();
    }

    function initialize(address owner_, IStakeVault vault_) external initializer {
        if (address(vault_) == address(0)) revert ZeroAddress();
        __Ownable_init(owner_);
        _ledger().vault = vault_;
    }

    // ── Governance ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IRoundLedger
    function createTask(TaskConfig calldata config) external onlyOwner whenRunning returns (uint256 task_) {
        LedgerStorage storage $ = _ledger();
        IStakeVault vault_ = $.vault;
        _requireConfig(config);
        _SPEC_RULES.check(
            vault_,
            Terms(config.judge, config.missPenalty, config.falseClaimPenalty, config.faultPenalty, config.bountyBps),
            config.rewardPerRound,
            config.windows.challenge
        );
        uint256 exposure = _exposure(config.windows);
        uint256 delay = vault_.minUnbondingDelay();
        // INVARIANT: a member exposed to an open round cannot leave before its challenge ends.
        if (exposure > delay) revert ExposureTooLong(exposure, delay);

        task_ = ++$.taskCount;
        if (exposure > $.maxExposure) $.maxExposure = uint64(exposure);
        uint40 now_ = uint40(block.timestamp);
        bytes32 genesis = _genesis(config).hash(task_, 0);
        TaskState storage t = $.tasks[task_];
        t.seat = Seat({operator: config.operator, openedAt: 0, height: 1, attempt: 0, vacant: false});
        t.rules = Rules({
            commit: config.windows.commit,
            reveal: config.windows.reveal,
            attest: config.windows.attest,
            post: config.windows.post,
            takeover: config.windows.takeover,
            challenge: config.windows.challenge,
            quorumFinal: 0,
            skipped: 0
        });
        t.rewardPerRound = config.rewardPerRound;
        t.judge = config.judge;
        t.quorumBps = config.quorumBps;
        t.bountyBps = config.bountyBps;
        t.laterFrom = type(uint64).max;
        t.missPenalty = config.missPenalty;
        t.falseClaimPenalty = config.falseClaimPenalty;
        t.faultPenalty = config.faultPenalty;
        t.specHash = config.specHash;
        (t.minStake, t.minMembers) = (config.minStake, config.minMembers);
        t.ring[0] =
            Entry({claimHash: genesis, operator: address(0), postedAt: now_, duration: 0, skipped: 0, attempt: 0});
        _setReopened(t, now_, 0);
        // The first write to a slot costs 17,100 gas more than a later one. The creator of the task pays that once for
        // the whole ring, so a round costs its operator the same from the first round on. No height points at these
        // entries before a posting overwrites them.
        Entry memory unused = Entry({
            claimHash: bytes32(uint256(1)), operator: address(1), postedAt: 0, duration: 0, skipped: 0, attempt: 0
        });
        for (uint256 i = 1; i < RING; ++i) {
            t.ring[i] = unused;
        }
        emit TaskCreated(task_, config.specHash, genesis, config);
    }

    /// @inheritdoc IPauseClock
    function setGuardian(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
    }

    /// @inheritdoc IRoundLedger
    function setTerms(uint256 task_, Terms calldata terms_) external onlyOwner {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        _SPEC_RULES.check(_ledger().vault, terms_, t.rewardPerRound, t.rules.challenge);
        if (terms_.judge == address(0) && t.judge != address(0)) revert ZeroAddress();
        // INVARIANT: terms are frozen per round. No number up to this one opens again with other terms.
        uint64 from = uint64(seat.height) + t.rules.skipped + 1;
        uint256 count = t.laterTerms.length;
        if (count > 0 && t.laterTerms[count - 1].from == from) t.laterTerms.pop();
        t.laterTerms
            .push(
                LaterTerms({
                    from: from,
                    judge: terms_.judge,
                    bountyBps: terms_.bountyBps,
                    missPenalty: terms_.missPenalty,
                    falseClaimPenalty: terms_.falseClaimPenalty,
                    faultPenalty: terms_.faultPenalty
                })
            );
        t.laterFrom = t.laterTerms[0].from;
        emit TermsSet(task_, from, terms_);
    }

    /// @inheritdoc IRoundLedger
    function setDistributor(address distributor_) external onlyOwner {
        LedgerStorage storage $ = _ledger();
        if (distributor_ == address(0)) revert ZeroAddress();
        if ($.distributor != address(0)) revert DistributorFixed($.distributor);
        $.distributor = distributor_;
        emit DistributorSet(distributor_);
    }

    // ── Rounds ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IRoundLedger
    function start(uint256 task_) external whenRunning {
        IStakeVault vault_ = _ledger().vault;
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        if (seat.openedAt != 0) revert AlreadyStarted(task_);
        uint40 now_ = uint40(block.timestamp);
        // INVARIANT: round 1 opens with at least the members and the stake its task waits for.
        (uint256 members, uint256 minMembers) = (_membersAt(vault_, task_, now_ - 1), t.minMembers);
        if (members < minMembers) revert TooFewMembers(members, minMembers);
        (uint256 stake, uint256 minStake) = (_stakeAt(vault_, task_, now_ - 1), t.minStake);
        if (stake < minStake) revert TooLittleStake(stake, minStake);
        if (!_eligible(vault_, task_, seat.operator)) revert OperatorNotBonded(seat.operator);
        _setSeat(t, seat.operator, now_, 1, 0, false);
        emit RoundOpened(task_, 1, now_);
    }

    /// @inheritdoc IRoundLedger
    function post(uint256 task_, uint64 round_, Claim calldata claim) external nonReentrant whenRunning {
        LedgerStorage storage $ = _ledger();
        IStakeVault vault_ = $.vault;
        TaskState storage t = $.tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        uint40 now_ = uint40(block.timestamp);
        _requireOpen(t, seat, rules, round_);
        address operator = _bondedOperator(vault_, task_);
        bool late = _requireTurn(t, seat, rules, operator, now_);
        _requireSealed(vault_, task_, seat, rules, claim.members, now_);
        _requireFunded(t, claim.ledgerTotal, round_);
        bytes32 parent = t.ring[(seat.height - 1) % RING].claimHash;
        if (claim.parent != parent) revert WrongParent(claim.parent, parent);

        bytes32 claimHash = ClaimLib.hashCalldata(claim, task_, round_);
        _setEntry(
            t,
            seat.height,
            Entry({
                claimHash: claimHash,
                operator: operator,
                postedAt: now_,
                duration: uint24(now_ - seat.openedAt),
                skipped: uint24(round_ - seat.height),
                attempt: seat.attempt
            })
        );
        emit Posted(task_, round_, claimHash, operator, claim);
        if (operator != seat.operator) emit TakenOver(task_, round_, operator, seat.operator);
        _setSeat(t, operator, now_, seat.height + 1, 0, false);
        emit RoundOpened(task_, seat.height + 1 + rules.skipped, now_);
        if (late) _slashMissed(vault_, t, task_, round_, seat.operator);
    }

    /// @inheritdoc IRoundLedger
    function voidRound(uint256 task_) external nonReentrant whenRunning {
        IStakeVault vault_ = _ledger().vault;
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        uint40 now_ = uint40(block.timestamp);
        (uint256 postEnd, uint256 takeoverEnd) = _deadlines(t, seat, rules);
        if (now_ < takeoverEnd) revert TooEarly(now_, takeoverEnd);

        uint64 round_ = _openNumber(t, seat, rules);
        bool late = !seat.vacant && _ringFinalAt(t, seat, rules) < postEnd;
        emit RoundVoided(task_, round_);
        _openFresh(t, task_, seat.operator, seat.height, uint256(rules.skipped) + 1, now_);
        if (late) _slashMissed(vault_, t, task_, round_, seat.operator);
        // A seat whose operator can no longer post becomes vacant. The operator then delays nobody and pays no further
        // penalty.
        if (!_eligible(vault_, task_, seat.operator)) t.seat.vacant = true;
    }

    /// @inheritdoc IRoundLedger
    function finalizeWithQuorum(
        uint256 task_,
        uint64 round_,
        bytes32 claimHash,
        address[] calldata members,
        bytes[] calldata signatures
    ) external whenRunning {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        (uint40 height, Entry memory entry) = _standing(t, seat, rules, round_);
        if (entry.claimHash != claimHash) revert WrongClaim(claimHash, entry.claimHash);
        if (_isFinal(rules, height, entry)) revert AlreadyFinal(round_);

        uint256 snapshot = entry.postedAt - entry.duration - 1;
        bytes32 digest = _digest(Statements.agreement(task_, round_, claimHash));
        uint256 stake = _agreeing(task_, digest, snapshot, members, signatures);
        // Rounded up: the signed stake must reach the share.
        uint256 needed = Math.ceilDiv(_stakeAt(_ledger().vault, task_, snapshot) * t.quorumBps, 10_000);
        if (stake == 0 || stake < needed) revert QuorumMissed(stake, needed);
        t.rules.quorumFinal = height;
        emit Finalized(task_, round_, claimHash, stake);
    }

    /// @inheritdoc IRoundLedger
    function reject(uint256 task_, uint64 round_, address recipient) external nonReentrant whenRunning {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        uint256 i = _requireJudge(t, round_);
        (uint40 height, Entry memory entry) = _standing(t, seat, rules, round_);
        // INVARIANT: a final claim is never rejected.
        if (_isFinal(rules, height, entry)) revert AlreadyFinal(round_);
        _reject(t, seat, rules, height, entry, task_, round_, recipient, i);
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
        uint256 i = _requireJudge(t, round_);
        (bool found, uint40 height, Entry memory entry) = _find(t, seat, rules, round_);
        // INVARIANT: a final claim is never rejected.
        if (!found || _isFinal(rules, height, entry)) return 0;
        if (entry.claimHash == claimHash) _reject(t, seat, rules, height, entry, task_, round_, recipient, i);
        return entry.claimHash;
    }

    /// @param i index of the round's terms
    function _reject(
        TaskState storage t,
        Seat memory seat,
        Rules memory rules,
        uint40 height,
        Entry memory entry,
        uint256 task_,
        uint64 round_,
        address recipient,
        uint256 i
    ) private {
        uint40 now_ = uint40(block.timestamp);
        uint256 lastOpened = uint256(seat.height) + rules.skipped;
        // INVARIANT: a rejected claim never pays. It leaves the ring with everything built on it.
        for (uint256 dropped = height; dropped < seat.height; ++dropped) {
            delete t.ring[dropped % RING];
        }
        if (entry.attempt + 1 < MAX_ATTEMPTS) {
            _setSeat(t, entry.operator, entry.postedAt - entry.duration, height, entry.attempt + 1, true);
            t.rules.skipped = (lastOpened - height).toUint24();
            _setReopened(t, now_, round_);
            emit RoundReopened(task_, round_, now_);
        } else {
            emit RoundVoided(task_, round_);
            _openFresh(t, task_, entry.operator, height, lastOpened + 1 - height, now_);
            t.seat.vacant = true;
        }
        (uint128 penalty, uint128 bounty) =
            _slash(_ledger().vault, task_, entry.operator, _falseClaimPenaltyIn(t, i), recipient, _bountyBpsIn(t, i));
        emit Rejected(task_, round_, entry.claimHash, entry.operator, penalty, recipient, bounty);
    }

    /// @inheritdoc IRoundLedger
    function penalise(uint256 task_, uint64 round_, address account, address recipient)
        external
        nonReentrant
        whenRunning
    {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        uint256 i = _requireJudge(t, round_);
        if (round_ != _openNumber(t, seat, rules)) _standing(t, seat, rules, round_);
        // INVARIANT: nobody pays twice for one round.
        if (t.penalised[round_][account]) revert AlreadyPenalised(round_, account);
        t.penalised[round_][account] = true;
        (uint128 penalty, uint128 bounty) =
            _slash(_ledger().vault, task_, account, _faultPenaltyIn(t, i), recipient, _bountyBpsIn(t, i));
        emit Penalised(task_, round_, account, penalty, recipient, bounty);
    }

    /// @inheritdoc IRoundLedger
    function forceCommit(uint256 task_, uint64 round_, bytes32 commitment) external whenRunning {
        if (commitment == 0) revert ZeroCommitment();
        IStakeVault vault_ = _ledger().vault;
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        _requireOpen(t, seat, rules, round_);
        // A round that was posted before has a sealed set.
        uint256 commitEnd = seat.attempt == 0 ? _deadline(seat.openedAt, rules.commit) : t.reopened.since;
        if (block.timestamp >= commitEnd) revert TooLate(block.timestamp, commitEnd);

        (address member,,) = vault_.actingFor(task_, msg.sender);
        if (member == address(0)) member = msg.sender;
        if (vault_.stakeAt(task_, member, seat.openedAt - 1) == 0) revert NotMember(msg.sender);
        bytes32 earlier = t.forced[round_][member];
        if (earlier != 0) revert AlreadyCommitted(earlier);
        t.forced[round_][member] = commitment;
        emit ForcedCommitment(task_, round_, member, commitment);
    }

    /// @inheritdoc IRoundLedger
    function noteFunded(uint256 task_, uint128 amount) external whenRunning {
        LedgerStorage storage $ = _ledger();
        if (msg.sender != $.distributor) revert NotDistributor(msg.sender, $.distributor);
        TaskState storage t = $.tasks[task_];
        _seat(t, task_);
        uint128 total = t.funded + amount;
        t.funded = total;
        emit Funded(task_, amount, total);
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
        uint64 open = _openNumber(t, seat, rules);
        Terms memory terms_ = _terms(t, open);
        return TaskView({
            specHash: t.specHash,
            operator: seat.operator,
            windows: Windows(rules.commit, rules.reveal, rules.attest, rules.post, rules.takeover, rules.challenge),
            rewardPerRound: t.rewardPerRound,
            funded: t.funded,
            quorumBps: t.quorumBps,
            judge: terms_.judge,
            missPenalty: terms_.missPenalty,
            falseClaimPenalty: terms_.falseClaimPenalty,
            faultPenalty: terms_.faultPenalty,
            bountyBps: terms_.bountyBps,
            currentRound: seat.openedAt == 0 ? 0 : open,
            minMembers: t.minMembers,
            minStake: t.minStake
        });
    }

    /// @inheritdoc IRoundLedger
    function terms(uint256 task_, uint64 round_) external view returns (Terms memory) {
        TaskState storage t = _ledger().tasks[task_];
        _seat(t, task_);
        return _terms(t, round_);
    }

    /// @inheritdoc IRoundLedger
    function funded(uint256 task_) external view returns (uint128) {
        return _ledger().tasks[task_].funded;
    }

    /// @inheritdoc IRoundLedger
    function current(uint256 task_) external view returns (OpenRound memory) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        (uint256 postEnd, uint256 takeoverEnd) = _deadlines(t, seat, rules);
        return OpenRound({
            round: _openNumber(t, seat, rules),
            operator: seat.operator,
            vacant: seat.vacant,
            attempt: seat.attempt,
            openedAt: seat.openedAt,
            snapshot: seat.openedAt - 1,
            commitEnd: uint40(_deadline(seat.openedAt, rules.commit)),
            revealEnd: uint40(_deadline(seat.openedAt, uint256(rules.commit) + rules.reveal)),
            attestEnd: uint40(_deadline(seat.openedAt, uint256(rules.commit) + rules.reveal + rules.attest)),
            postEnd: uint40(postEnd),
            takeoverEnd: uint40(takeoverEnd),
            parent: t.ring[(seat.height - 1) % RING].claimHash
        });
    }

    /// @inheritdoc IRoundLedger
    function round(uint256 task_, uint64 round_) external view returns (RoundView memory view_) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        if (round_ == _openNumber(t, seat, rules)) {
            if (seat.openedAt != 0) view_.status = RoundStatus.Open;
            view_.openedAt = seat.openedAt;
            view_.attempt = seat.attempt;
            return view_;
        }
        (bool found, uint40 height, Entry memory entry) = _find(t, seat, rules, round_);
        if (!found) {
            if (round_ <= uint256(seat.height) + rules.skipped) {
                view_.status = round_ < _oldest(t, seat) ? RoundStatus.Pruned : RoundStatus.Void;
            }
            return view_;
        }
        view_.status = _isFinal(rules, height, entry) ? RoundStatus.Final : RoundStatus.Posted;
        view_.claimHash = entry.claimHash;
        view_.operator = entry.operator;
        view_.openedAt = entry.postedAt - entry.duration;
        view_.postedAt = entry.postedAt;
        view_.challengeEnd = uint40(_deadline(entry.postedAt, rules.challenge));
        view_.attempt = entry.attempt;
    }

    /// @inheritdoc IRoundLedger
    function rejectable(uint256 task_, uint64 round_) external view returns (bytes32 claimHash) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        if (round_ == _openNumber(t, seat, rules)) return 0;
        (bool found, uint40 height, Entry memory entry) = _find(t, seat, rules, round_);
        return found && !_isFinal(rules, height, entry) ? entry.claimHash : bytes32(0);
    }

    /// @inheritdoc IRoundLedger
    function specHash(uint256 task_) external view returns (bytes32) {
        return _ledger().tasks[task_].specHash;
    }

    /// @inheritdoc IRoundLedger
    function head(uint256 task_) external view returns (uint64 round_, bytes32 claimHash) {
        TaskState storage t = _ledger().tasks[task_];
        uint40 height = _seat(t, task_).height - 1;
        Entry memory entry = t.ring[height % RING];
        return (height + entry.skipped, entry.claimHash);
    }

    /// @inheritdoc IRoundLedger
    function isFinal(uint256 task_, uint64 round_) external view returns (bool) {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        if (round_ > uint256(seat.height) + rules.skipped || round_ == _openNumber(t, seat, rules)) return false;
        (bool found, uint40 height, Entry memory entry) = _find(t, seat, rules, round_);
        return !found || _isFinal(rules, height, entry);
    }

    /// @inheritdoc IRoundLedger
    function isFinalClaim(uint256 task_, uint64 round_, bytes32 claimHash) external view returns (bool) {
        TaskState storage t = _ledger().tasks[task_];
        Rules memory rules = t.rules;
        (bool found, uint40 height, Entry memory entry) = _find(t, _seat(t, task_), rules, round_);
        return found && entry.claimHash == claimHash && _isFinal(rules, height, entry);
    }

    /// @inheritdoc IRoundLedger
    function penalised(uint256 task_, uint64 round_, address account) external view returns (bool) {
        return _ledger().tasks[task_].penalised[round_][account];
    }

    /// @inheritdoc IRoundLedger
    function forcedCommitment(uint256 task_, uint64 round_, address member) external view returns (bytes32) {
        return _ledger().tasks[task_].forced[round_][member];
    }

    // ── What the vault is asked, once in the code for all who ask ────────────────────────────────────────────────

    function _eligible(IStakeVault vault_, uint256 task_, address operator) private view returns (bool) {
        return vault_.operatorEligible(task_, operator);
    }

    function _membersAt(IStakeVault vault_, uint256 task_, uint256 timepoint) private view returns (uint256) {
        return vault_.memberCountAt(task_, timepoint);
    }

    function _stakeAt(IStakeVault vault_, uint256 task_, uint256 timepoint) private view returns (uint256) {
        return vault_.totalStakeAt(task_, timepoint);
    }

    function _slash(
        IStakeVault vault_,
        uint256 task_,
        address account,
        uint128 amount,
        address recipient,
        uint16 bountyBps
    ) private returns (uint128 taken, uint128 bounty) {
        return vault_.slash(task_, account, amount, recipient, bountyBps);
    }

    // ── Rules of a posting ────────────────────────────────────────────────────────────────────────────────────────

    /// @return i index of the round's terms
    function _requireJudge(TaskState storage t, uint64 round_) private view returns (uint256 i) {
        i = _termsOf(t, round_);
        address judge = _judgeIn(t, i);
        if (msg.sender != judge) revert NotJudge(msg.sender, judge);
    }

    function _requireOpen(TaskState storage t, Seat memory seat, Rules memory rules, uint64 round_) private view {
        uint64 open = _openNumber(t, seat, rules);
        if (round_ != open) revert NotCurrentRound(round_, open);
    }

    function _bondedOperator(IStakeVault vault_, uint256 task_) private view returns (address operator) {
        IStakeVault.Role role;
        bool eligible;
        (operator, role, eligible) = vault_.actingFor(task_, msg.sender);
        if (role != IStakeVault.Role.Operator) revert NotOperator(msg.sender);
        if (!eligible) revert OperatorNotBonded(operator);
    }

    /// @return late whether the seat's holder has to pay for letting its window pass
    function _requireTurn(TaskState storage t, Seat memory seat, Rules memory rules, address operator, uint256 now_)
        private
        view
        returns (bool late)
    {
        (uint256 postEnd, uint256 takeoverEnd) = _deadlines(t, seat, rules);
        if (now_ >= takeoverEnd) revert TooLate(now_, takeoverEnd);
        // INVARIANT: a claim that can still be rejected keeps the claim before it in the ring, for the base to go back
        // to. Posting overwrites height − RING, so height − RING + 1 must be final.
        uint256 ringFinalAt = _ringFinalAt(t, seat, rules);
        if (now_ < ringFinalAt) revert RingFull(seat.height + 1 - RING, ringFinalAt);
        if (seat.vacant) {
            if (operator == seat.operator) revert SeatLost(operator);
        } else if (now_ < postEnd) {
            if (operator != seat.operator) revert NotYourTurn(operator, seat.operator);
        } else {
            if (operator == seat.operator) revert TooLate(now_, postEnd);
            // An operator that could not have posted in time is not late.
            late = ringFinalAt < postEnd;
        }
    }

    /// @dev A claim may be posted once the commit window has closed, or as soon as the claim seals every member of the
    /// snapshot.
    function _requireSealed(
        IStakeVault vault_,
        uint256 task_,
        Seat memory seat,
        Rules memory rules,
        uint256 members,
        uint256 now_
    ) private view {
        if (members > MAX_MEMBERS) revert TooManyMembers(members, MAX_MEMBERS);
        uint256 commitEnd = _deadline(seat.openedAt, rules.commit);
        if (now_ >= commitEnd) return;
        if (members == 0 || members != _membersAt(vault_, task_, seat.openedAt - 1)) revert TooEarly(now_, commitEnd);
    }

    function _requireFunded(TaskState storage t, uint256 ledgerTotal, uint256 round_) private view {
        (uint256 rewardPerRound, uint256 funded_) = (t.rewardPerRound, t.funded);
        if (ledgerTotal > rewardPerRound * round_) revert RewardTooHigh(ledgerTotal, rewardPerRound * round_);
        // INVARIANT: claimed ≤ ledger total ≤ funded.
        if (ledgerTotal > funded_) revert Underfunded(ledgerTotal, funded_);
    }

    // ── Changes ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Opens a number that was never used, at the given height.
    function _openFresh(
        TaskState storage t,
        uint256 task_,
        address operator,
        uint40 height,
        uint256 skipped,
        uint40 now_
    ) private {
        t.rules.skipped = skipped.toUint24();
        _setSeat(t, operator, now_, height, 0, false);
        emit RoundOpened(task_, uint64(height + skipped), now_);
    }

    function _slashMissed(IStakeVault vault_, TaskState storage t, uint256 task_, uint64 round_, address operator)
        private
    {
        (uint128 penalty,) = _slash(vault_, task_, operator, _missPenaltyIn(t, _termsOf(t, round_)), address(0), 0);
        emit Missed(task_, round_, operator, penalty);
    }

    function _genesis(TaskConfig calldata config) private pure returns (Claim memory claim) {
        claim.parent = config.specHash;
        claim.modelRoot = config.genesisModelRoot;
        claim.referenceRoot = config.genesisReferenceRoot;
        claim.ledgerRoot = MerkleTree.EMPTY_10;
    }

    function _requireConfig(TaskConfig calldata config) private pure {
        if (config.operator == address(0)) revert ZeroAddress();
        // INVARIANT: no parameter leaves its bounds.
        _requireWithin(config.windows.commit, MIN_WINDOW, MAX_WINDOW);
        _requireWithin(config.windows.reveal, MIN_WINDOW, MAX_WINDOW);
        _requireWithin(config.windows.attest, MIN_WINDOW, MAX_WINDOW);
        _requireWithin(config.windows.post, MIN_WINDOW, MAX_WINDOW);
        _requireWithin(config.windows.takeover, MIN_WINDOW, MAX_WINDOW);
        _requireWithin(config.windows.challenge, MIN_WINDOW, MAX_WINDOW);
        _requireWithin(config.quorumBps, MIN_QUORUM_BPS, 10_000);
        _requireWithin(config.minMembers, 0, MAX_MEMBERS);
    }

    /// @dev From opening to the end of the last challenge, when every posting comes at the last second and is rejected at
    /// the last second.
    function _exposure(Windows calldata windows) private pure returns (uint256) {
        return uint256(windows.commit) + windows.reveal + windows.attest + uint256(MAX_ATTEMPTS)
            * (uint256(windows.post) + windows.takeover + windows.challenge);
    }

    function _requireWithin(uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) revert OutOfBounds(value, minimum, maximum);
    }

    /// @dev Stake of the members whose signatures are given; each signature must be valid.
    function _agreeing(
        uint256 task_,
        bytes32 digest,
        uint256 snapshot,
        address[] calldata members,
        bytes[] calldata signatures
    ) private view returns (uint256 stake) {
        if (members.length != signatures.length) revert LengthMismatch(members.length, signatures.length);
        IStakeVault vault_ = _ledger().vault;
        address previous = address(0);
        for (uint256 i = 0; i < members.length; ++i) {
            address member = members[i];
            // Members ascend, so none counts twice.
            if (member <= previous) revert NotAscending(previous, member);
            previous = member;
            (address operatorKey, uint128 amount) = vault_.memberAt(task_, member, snapshot);
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (signer != operatorKey) revert WrongSigner(signer, operatorKey);
            stake += amount;
        }
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}
}
