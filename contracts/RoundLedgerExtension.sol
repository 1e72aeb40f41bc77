// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {RoundLedgerRules} from "./RoundLedgerRules.sol";
import {IFraudJudge} from "./interfaces/IFraudJudge.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {ITaskRules} from "./interfaces/ITaskRules.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {MerkleTree} from "./lib/MerkleTree.sol";
import {Participation} from "./lib/Participation.sol";
import {QuorateDomain} from "./lib/QuorateDomain.sol";
import {Statements} from "./lib/Statements.sol";
import {Claim, TaskSpec} from "./lib/Types.sol";
import {Randomness} from "./rounds/Randomness.sol";

/// @title RoundLedgerExtension
/// @notice The calls of the ledger that are rare or check signatures. They do not fit into one contract with the rest.
/// `RoundLedger` deploys this contract with itself and passes such calls on with `delegatecall`, so the storage, the
/// address and the caller are the ledger's. A direct call finds empty storage and no owner.
contract RoundLedgerExtension is RoundLedgerRules, QuorateDomain, ReentrancyGuardTransient {
    using ClaimLib for Claim;

    /// The five windows from opening to posting stay below 2^24 seconds.
    uint32 private constant _MAX_WINDOW = 14 days;
    uint32 private constant _MIN_WINDOW = 1;
    uint32 private constant _MAX_MEMBERS = 128;
    uint16 private constant _MIN_QUORUM_BPS = 5001;

    ITaskRules private immutable _TASK_RULES;

    /// @custom:oz-upgrades-unsafe-allow constructor state-variable-immutable
    constructor(ITaskRules taskRules) RoundLedgerRules(taskRules) {
        _TASK_RULES = taskRules;
    }

    // ── Tasks ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice See `IRoundLedger`.
    function createTask(IRoundLedger.TaskTerms calldata terms, TaskSpec calldata spec)
        external
        whenRunning
        returns (uint256 task_)
    {
        return _create(terms, spec);
    }

    /// @notice See `IRoundLedger`.
    function succeedTask(
        IRoundLedger.TaskTerms calldata terms,
        TaskSpec calldata spec,
        IRoundLedger.Origin calldata origin
    ) external whenRunning returns (uint256 task_) {
        bytes32 claimHash = ClaimLib.hashCalldata(origin.claim, origin.task, origin.round);
        if (!_isFinalClaim(origin.task, origin.round, claimHash)) {
            revert IRoundLedger.NotFinalClaim(origin.task, origin.round, claimHash);
        }
        // INVARIANT: a successor goes on from a model that is final.
        if (spec.genesisModelRoot != origin.claim.modelRoot) {
            revert IRoundLedger.OtherModel(spec.genesisModelRoot, origin.claim.modelRoot);
        }
        task_ = _create(terms, spec);
        TaskState storage t = _ledger().tasks[task_];
        (t.predecessor, t.predecessorRound) = (uint32(origin.task), origin.round);
        emit IRoundLedger.TaskSucceeds(task_, origin.task, origin.round, claimHash);
    }

    /// @notice See `IRoundLedger`.
    function stop(uint256 task_) external whenRunning {
        TaskState storage t = _ledger().tasks[task_];
        _seat(t, task_);
        if (msg.sender != t.founder && msg.sender != owner()) revert IRoundLedger.NotFounder(msg.sender, t.founder);
        if (t.rules.stopped) revert IRoundLedger.TaskStopped(task_);
        t.rules.stopped = true;
        emit IRoundLedger.Stopped(task_, msg.sender);
    }

    /// @notice See `IRoundLedger`.
    function noteRefunded(uint256 task_) external whenRunning returns (address founder, uint128 amount) {
        LedgerStorage storage $ = _ledger();
        if (msg.sender != $.distributor) revert IRoundLedger.NotDistributor(msg.sender, $.distributor);
        TaskState storage t = $.tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        if (!rules.stopped) revert IRoundLedger.NotStopped(task_);
        if (_isOpen(seat)) revert IRoundLedger.StillOpen(_number(seat, rules));
        Entry memory head = t.ring[(seat.height - 1) % _RING];
        // INVARIANT: claimed ≤ ledger total ≤ funded. The head is final and nothing opens on it, so its total stays the
        // largest.
        if (!_isFinal(rules, seat.height - 1, head)) {
            revert IRoundLedger.NotFinalYet(seat.height - 1 + head.skipped, _deadline(head.postedAt, rules.challenge));
        }
        (founder, amount) = (t.founder, t.funded - head.ledgerTotal);
        t.funded = head.ledgerTotal;
        emit IRoundLedger.Refunded(task_, founder, amount);
    }

    // ── Judges ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice See `IRoundLedger`.
    function addJudge(address judge) external onlyOwner {
        LedgerStorage storage $ = _ledger();
        _requireOwnJudge(judge);
        if ($.judges[judge] != 0) revert IRoundLedger.JudgeKnown(judge);
        uint256 count = uint256($.judgeCount) + 1;
        if (count > _MAX_JUDGES) revert IRoundLedger.TooManyJudges(count, _MAX_JUDGES);
        $.judges[judge] = count;
        $.judgeCount = uint8(count);
        emit IRoundLedger.JudgeAdded(judge);
    }

    /// @notice See `IRoundLedger`.
    function retireJudge(address judge) external onlyOwner {
        LedgerStorage storage $ = _ledger();
        $.retiredJudges |= uint32(1 << _judgePlace(judge));
        emit IRoundLedger.JudgeRetires(judge);
    }

    // ── Committee ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice See `IRoundLedger`.
    function storeSeed(uint256 task_, bytes calldata header) external whenRunning {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        if (rules.committee == 0) revert IRoundLedger.NothingDrawn(task_);
        uint64 round_ = _number(seat, rules);
        if (t.seeds[round_] != 0) revert IRoundLedger.SeedKnown(round_);
        // INVARIANT: the block was fixed when the round opened, so whoever brings its header chooses nothing.
        uint256 number = uint256(t.ring[(seat.height - 1) % _RING].openedBlock) + _SEED_BLOCKS;
        bytes32 seed = Randomness.ofBlock(number, header);
        if (seed == 0) revert IRoundLedger.NoSeed(round_);
        t.seeds[round_] = seed;
        t.forcedHash[round_] = seed;
        emit IRoundLedger.SeedStored(task_, round_, seed, uint40(_snapshot(rules, seat.openedAt)));
    }

    // ── Statements ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice See `IRoundLedger`.
    function forceCommit(
        uint256 task_,
        uint64 round_,
        address[] calldata members,
        bytes32[] calldata commitments,
        bytes[] calldata signatures
    ) external whenRunning {
        if (members.length != commitments.length) revert IRoundLedger.LengthMismatch(members.length, commitments.length);
        if (members.length != signatures.length) revert IRoundLedger.LengthMismatch(members.length, signatures.length);
        IStakeVault vault_ = _ledger().vault;
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _openSeat(t, task_);
        Rules memory rules = t.rules;
        _requireOpen(seat, rules, round_);
        if (seat.sealTag != 0) revert IRoundLedger.AlreadySealed(round_);
        uint256 commitEnd = _deadline(seat.openedAt, rules.commit);
        if (block.timestamp >= commitEnd) revert IRoundLedger.TooLate(block.timestamp, commitEnd);

        Count memory by = _countBy(t, rules, task_, round_, seat.openedAt);
        bytes32 hash = t.forcedHash[round_];
        for (uint256 i = 0; i < members.length; ++i) {
            (address member, bytes32 commitment) = (members[i], commitments[i]);
            if (commitment == 0) revert IRoundLedger.ZeroCommitment();
            (address key, uint128 stake) = vault_.memberAt(task_, member, by.snapshot);
            if (stake == 0) revert IRoundLedger.NotMember(member);
            if (_weight(by, member, stake) == 0) revert IRoundLedger.NotDrawn(member);
            if (signatures[i].length != 0) {
                bytes32 statement = Statements.commitment(task_, round_, member, commitment);
                address signer = ECDSA.recoverCalldata(_digest(statement), signatures[i]);
                if (signer != key) revert IRoundLedger.WrongSigner(signer, key);
            } else if (msg.sender != member && msg.sender != key) {
                revert IRoundLedger.WrongSigner(msg.sender, key);
            }
            // The first one counts. A member that forces by itself does not break a batch that names it too.
            if (t.forced[round_][member] != 0) continue;
            t.forced[round_][member] = commitment;
            hash = keccak256(abi.encode(hash, member, commitment));
            emit IRoundLedger.ForcedCommitment(task_, round_, member, commitment);
        }
        t.forcedHash[round_] = hash;
    }

    /// @notice See `IRoundLedger`.
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
        (uint32 height, Entry memory entry) = _undecided(t, seat, rules, round_, claimHash);
        bytes32 digest = _digest(Statements.agreement(task_, round_, claimHash));
        Count memory by = _countBy(t, rules, task_, round_, entry.postedAt - entry.duration);
        uint256 stake = _requireQuorum(t, by, digest, members, signatures);
        t.rules.quorumFinal = height;
        emit IRoundLedger.Finalized(task_, round_, claimHash, stake);
    }

    /// @notice See `IRoundLedger`.
    function voidWithQuorum(
        uint256 task_,
        uint64 round_,
        bytes32 claimHash,
        address[] calldata members,
        bytes[] calldata signatures
    ) external whenRunning {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        (uint32 height, address key, uint256 openedAt) = (seat.height, seat.key, seat.openedAt);
        bool isOpen = _isOpen(seat) && round_ == _number(seat, rules);
        if (isOpen) {
            if (claimHash != 0) revert IRoundLedger.WrongClaim(claimHash, 0);
        } else {
            Entry memory entry;
            (height, entry) = _undecided(t, seat, rules, round_, claimHash);
            (key, openedAt) = (entry.key, entry.postedAt - entry.duration);
        }
        bytes32 digest = _digest(Statements.voided(task_, round_, claimHash));
        Count memory by = _countBy(t, rules, task_, round_, openedAt);
        uint256 stake = _requireQuorum(t, by, digest, members, signatures);
        address operator = _ownerOf(_ledger().vault, key);
        uint8 fails = _fail(t, seat, rules, _ledger().vault, operator, 2);
        emit IRoundLedger.RoundVoided(task_, round_, claimHash, operator, fails, stake);
        _drop(t, seat, rules, task_, height);
    }

    /// @notice See `IRoundLedger`.
    function penalise(uint256 task_, uint64 round_, address account, address recipient)
        external
        nonReentrant
        whenRunning
    {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        Rules memory rules = t.rules;
        _requireJudge(t);
        if (!_isOpen(seat) || round_ != _number(seat, rules)) _standing(t, seat, rules, round_);
        // INVARIANT: nobody pays twice for one round.
        if (t.penalised[round_][account]) revert IRoundLedger.AlreadyPenalised(round_, account);
        t.penalised[round_][account] = true;
        (uint128 penalty, uint128 bounty) =
            _slash(_ledger().vault, task_, account, t.faultPenalty, recipient, t.bountyBps);
        emit IRoundLedger.Penalised(task_, round_, account, penalty, recipient, bounty);
    }

    // ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function _create(IRoundLedger.TaskTerms calldata terms, TaskSpec calldata spec) private returns (uint256 task_) {
        LedgerStorage storage $ = _ledger();
        IStakeVault vault_ = $.vault;
        _requireTerms(terms);
        uint256 judgePlace = _judgePlace(terms.judge);
        // INVARIANT: no round opens without a judge that can reject its claim.
        if (_isRetired(judgePlace)) revert IRoundLedger.JudgeRetired(terms.judge);
        _requireOwnJudge(terms.judge);
        bytes32 referenceRoot = _TASK_RULES.check(vault_, terms, spec);
        uint256 exposure = _exposure(terms.windows) + (Participation.drawn(spec.committee) == 0 ? 0 : _ENTRY_DELAY);
        uint256 delay = vault_.minUnbondingDelay();
        // INVARIANT: a member exposed to an open round cannot leave before its challenge ends.
        if (exposure > delay) revert IRoundLedger.ExposureTooLong(exposure, delay);

        task_ = ++$.taskCount;
        if (exposure > $.maxExposure) $.maxExposure = uint64(exposure);
        bytes32 specHash = keccak256(abi.encode(spec));
        TaskState storage t = $.tasks[task_];
        t.rules = Rules({
            commit: terms.windows.commit,
            reveal: terms.windows.reveal,
            attest: terms.windows.attest,
            post: terms.windows.post,
            challenge: terms.windows.challenge,
            quorumFinal: 0,
            skipped: 0,
            minMembers: uint8(terms.minMembers),
            stakeFloor: terms.minStake != 0,
            judgePlace: uint8(judgePlace),
            stopped: false,
            committee: Participation.drawn(spec.committee)
        });
        t.rewardPerRound = spec.rewardPerRound;
        t.judge = terms.judge;
        t.quorumBps = terms.quorumBps;
        t.bountyBps = terms.bountyBps;
        t.falseClaimPenalty = terms.falseClaimPenalty;
        t.faultPenalty = terms.faultPenalty;
        t.specHash = specHash;
        t.minStake = terms.minStake;
        t.founder = msg.sender;
        bytes32 genesis = _genesis(specHash, spec.genesisModelRoot, referenceRoot).hash(task_, 0);
        _prepareRing(t, genesis);
        emit IRoundLedger.TaskCreated(task_, specHash, msg.sender, genesis, referenceRoot, terms, spec);
        _empty(t, task_, 1, 0);
    }

    /// @dev The first write to a slot costs 17,100 gas more than a later one. The founder of the task pays that once for
    /// the whole ring, so a round costs its operator the same from the first round on. No height points at these entries
    /// before a posting overwrites them.
    function _prepareRing(TaskState storage t, bytes32 genesis) private {
        Entry memory entry = Entry({
            claimHash: bytes32(uint256(1)),
            digest: bytes32(uint256(1)),
            key: address(1),
            postedAt: 0,
            duration: 0,
            sealedFor: 0,
            count: 0,
            ledgerTotal: 1,
            skipped: 0,
            openedBlock: 0
        });
        for (uint256 i = 1; i < _RING; ++i) {
            t.ring[i] = entry;
        }
        entry.claimHash = genesis;
        (entry.digest, entry.key) = (0, address(0));
        entry.postedAt = uint32(block.timestamp);
        entry.ledgerTotal = 0;
        t.ring[0] = entry;
    }

    function _genesis(bytes32 specHash, bytes32 modelRoot, bytes32 referenceRoot)
        private
        pure
        returns (Claim memory claim)
    {
        claim.parent = specHash;
        claim.modelRoot = modelRoot;
        claim.referenceRoot = referenceRoot;
        claim.ledgerRoot = MerkleTree.EMPTY_10;
    }

    function _requireTerms(IRoundLedger.TaskTerms calldata terms) private pure {
        // INVARIANT: no parameter leaves its bounds.
        _requireWithin(terms.windows.commit, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(terms.windows.reveal, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(terms.windows.attest, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(terms.windows.post, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(terms.windows.challenge, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(terms.quorumBps, _MIN_QUORUM_BPS, 10_000);
        _requireWithin(terms.minMembers, 0, _MAX_MEMBERS);
    }

    /// @dev A judge of another ledger would read other claims than it is asked about.
    function _requireOwnJudge(address judge) private view {
        address ledger = address(IFraudJudge(judge).ledger());
        if (ledger != address(this)) revert IRoundLedger.JudgeOfOther(judge, ledger);
    }

    function _judgePlace(address judge) private view returns (uint256) {
        uint256 place = _ledger().judges[judge];
        if (place == 0) revert IRoundLedger.JudgeUnknown(judge);
        return place - 1;
    }

    /// @dev From opening to the end of the challenge, when seal and posting come at the last second. Who leaves a drawn
    /// task is in the snapshots of the rounds that open within the entry delay.
    function _exposure(IRoundLedger.Windows calldata windows) private pure returns (uint256) {
        return uint256(windows.commit) + windows.reveal + windows.attest + 2 * uint256(windows.post) + windows.challenge;
    }

    function _requireWithin(uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) revert IRoundLedger.OutOfBounds(value, minimum, maximum);
    }

    /// @dev How the members of a round count, read once a call.
    struct Count {
        IStakeVault vault;
        uint256 size;
        uint256 task;
        uint64 round;
        uint256 snapshot;
        // Of a drawn task: all stake at the snapshot, and the seed.
        uint256 total;
        bytes32 seed;
    }

    /// @dev Reverts for a drawn round without seed: nobody is drawn yet.
    function _countBy(TaskState storage t, Rules memory rules, uint256 task_, uint64 round_, uint256 openedAt)
        private
        view
        returns (Count memory by)
    {
        (by.vault, by.size, by.task, by.round) = (_ledger().vault, rules.committee, task_, round_);
        by.snapshot = _snapshot(rules, openedAt);
        by.total = by.vault.totalStakeAt(task_, by.snapshot);
        if (rules.committee != 0) by.seed = _requireSeed(t, round_);
    }

    function _weight(Count memory by, address member, uint256 stake) private pure returns (uint256) {
        if (by.size == 0) return stake;
        return _drawnWeight(by.size, by.seed, by.task, by.round, member, stake, by.total);
    }

    /// @return weight of the members whose signatures are given; each must be valid, and together they reach the quorum.
    /// In a drawn task only drawn members count, and the expected weight of all of them is all stake.
    function _requireQuorum(
        TaskState storage t,
        Count memory by,
        bytes32 digest,
        address[] calldata members,
        bytes[] calldata signatures
    ) private view returns (uint256 weight) {
        if (members.length != signatures.length) revert IRoundLedger.LengthMismatch(members.length, signatures.length);
        address previous = address(0);
        for (uint256 i = 0; i < members.length; ++i) {
            address member = members[i];
            // Members ascend, so none counts twice.
            if (member <= previous) revert IRoundLedger.NotAscending(previous, member);
            previous = member;
            (address operatorKey, uint128 stake) = by.vault.memberAt(by.task, member, by.snapshot);
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (signer != operatorKey) revert IRoundLedger.WrongSigner(signer, operatorKey);
            uint256 counts = _weight(by, member, stake);
            if (counts == 0 && stake != 0) revert IRoundLedger.NotDrawn(member);
            weight += counts;
        }
        // Rounded up: the signed weight must reach the share.
        uint256 needed = Math.ceilDiv(by.total * t.quorumBps, 10_000);
        if (weight == 0 || weight < needed) revert IRoundLedger.QuorumMissed(weight, needed);
    }
}
