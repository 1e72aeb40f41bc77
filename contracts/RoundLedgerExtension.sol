// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {RoundLedgerRules} from "./RoundLedgerRules.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {ISpecRules} from "./interfaces/ISpecRules.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {MerkleTree} from "./lib/MerkleTree.sol";
import {QuorateDomain} from "./lib/QuorateDomain.sol";
import {Statements} from "./lib/Statements.sol";
import {Claim} from "./lib/Types.sol";

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

    ISpecRules private immutable _SPEC_RULES;

    /// @custom:oz-upgrades-unsafe-allow constructor state-variable-immutable
    constructor(ISpecRules rules) {
        _SPEC_RULES = rules;
    }

    /// @notice See `IRoundLedger`.
    function createTask(IRoundLedger.TaskConfig calldata config) external onlyOwner whenRunning returns (uint256 task_) {
        LedgerStorage storage $ = _ledger();
        IStakeVault vault_ = $.vault;
        _requireConfig(config);
        _requireTerms(
            vault_,
            IRoundLedger.Terms(config.judge, config.falseClaimPenalty, config.faultPenalty, config.bountyBps),
            config.rewardPerRound,
            config.windows.challenge
        );
        uint256 exposure = _exposure(config.windows);
        uint256 delay = vault_.minUnbondingDelay();
        // INVARIANT: a member exposed to an open round cannot leave before its challenge ends.
        if (exposure > delay) revert IRoundLedger.ExposureTooLong(exposure, delay);

        task_ = ++$.taskCount;
        if (exposure > $.maxExposure) $.maxExposure = uint64(exposure);
        bytes32 genesis = _genesis(config).hash(task_, 0);
        TaskState storage t = $.tasks[task_];
        t.rules = Rules({
            commit: config.windows.commit,
            reveal: config.windows.reveal,
            attest: config.windows.attest,
            post: config.windows.post,
            challenge: config.windows.challenge,
            quorumFinal: 0,
            skipped: 0,
            minMembers: uint8(config.minMembers),
            stakeFloor: config.minStake != 0
        });
        t.rewardPerRound = config.rewardPerRound;
        t.judge = config.judge;
        t.quorumBps = config.quorumBps;
        t.bountyBps = config.bountyBps;
        t.laterFrom = type(uint64).max;
        t.falseClaimPenalty = config.falseClaimPenalty;
        t.faultPenalty = config.faultPenalty;
        t.specHash = config.specHash;
        t.minStake = config.minStake;
        // The first write to a slot costs 17,100 gas more than a later one. The creator of the task pays that once for
        // the whole ring, so a round costs its operator the same from the first round on. No height points at these
        // entries before a posting overwrites them.
        Entry memory unused = Entry({
            claimHash: bytes32(uint256(1)),
            digest: bytes32(uint256(1)),
            key: address(1),
            postedAt: 0,
            duration: 0,
            sealedFor: 0,
            count: 0,
            ledgerTotal: 1,
            skipped: 0
        });
        for (uint256 i = 1; i < _RING; ++i) {
            t.ring[i] = unused;
        }
        unused.claimHash = genesis;
        (unused.digest, unused.key) = (0, address(0));
        unused.postedAt = uint32(block.timestamp);
        unused.ledgerTotal = 0;
        t.ring[0] = unused;
        emit IRoundLedger.TaskCreated(task_, config.specHash, genesis, config);
        _empty(t, task_, 1, 0);
    }

    /// @notice See `IRoundLedger`.
    function setTerms(uint256 task_, IRoundLedger.Terms calldata terms_) external onlyOwner {
        TaskState storage t = _ledger().tasks[task_];
        Seat memory seat = _seat(t, task_);
        _requireTerms(_ledger().vault, terms_, t.rewardPerRound, t.rules.challenge);
        // INVARIANT: terms are frozen per round. A number opens once.
        uint64 from = _lastNumber(seat, t.rules) + 1;
        uint256 count = t.laterTerms.length;
        if (count > 0 && t.laterTerms[count - 1].from == from) t.laterTerms.pop();
        t.laterTerms
            .push(
                LaterTerms({
                    from: from,
                    judge: terms_.judge,
                    bountyBps: terms_.bountyBps,
                    falseClaimPenalty: terms_.falseClaimPenalty,
                    faultPenalty: terms_.faultPenalty
                })
            );
        t.laterFrom = t.laterTerms[0].from;
        emit IRoundLedger.TermsSet(task_, from, terms_);
    }

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

        bytes32 hash = t.forcedHash[round_];
        for (uint256 i = 0; i < members.length; ++i) {
            (address member, bytes32 commitment) = (members[i], commitments[i]);
            if (commitment == 0) revert IRoundLedger.ZeroCommitment();
            (address key, uint128 stake) = vault_.memberAt(task_, member, seat.openedAt - 1);
            if (stake == 0) revert IRoundLedger.NotMember(member);
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
        uint256 stake = _requireQuorum(t, task_, digest, entry.postedAt - entry.duration - 1, members, signatures);
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
        uint256 stake = _requireQuorum(t, task_, digest, openedAt - 1, members, signatures);
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
        uint256 i = _requireJudge(t, round_);
        if (!_isOpen(seat) || round_ != _number(seat, rules)) _standing(t, seat, rules, round_);
        // INVARIANT: nobody pays twice for one round.
        if (t.penalised[round_][account]) revert IRoundLedger.AlreadyPenalised(round_, account);
        t.penalised[round_][account] = true;
        (uint128 penalty, uint128 bounty) =
            _slash(_ledger().vault, task_, account, _faultPenaltyIn(t, i), recipient, _bountyBpsIn(t, i));
        emit IRoundLedger.Penalised(task_, round_, account, penalty, recipient, bounty);
    }

    // ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function _genesis(IRoundLedger.TaskConfig calldata config) private pure returns (Claim memory claim) {
        claim.parent = config.specHash;
        claim.modelRoot = config.genesisModelRoot;
        claim.referenceRoot = config.genesisReferenceRoot;
        claim.ledgerRoot = MerkleTree.EMPTY_10;
    }

    function _requireConfig(IRoundLedger.TaskConfig calldata config) private pure {
        // INVARIANT: no parameter leaves its bounds.
        _requireWithin(config.windows.commit, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(config.windows.reveal, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(config.windows.attest, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(config.windows.post, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(config.windows.challenge, _MIN_WINDOW, _MAX_WINDOW);
        _requireWithin(config.quorumBps, _MIN_QUORUM_BPS, 10_000);
        _requireWithin(config.minMembers, 0, _MAX_MEMBERS);
    }

    function _requireTerms(
        IStakeVault vault_,
        IRoundLedger.Terms memory terms_,
        uint256 rewardPerRound,
        uint256 challenge
    ) private view {
        // INVARIANT: no round opens without a judge.
        if (terms_.judge == address(0)) revert IRoundLedger.ZeroAddress();
        _SPEC_RULES.check(vault_, terms_, rewardPerRound, challenge);
    }

    /// @dev From opening to the end of the challenge, when seal and posting come at the last second.
    function _exposure(IRoundLedger.Windows calldata windows) private pure returns (uint256) {
        return uint256(windows.commit) + windows.reveal + windows.attest + 2 * uint256(windows.post) + windows.challenge;
    }

    function _requireWithin(uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) revert IRoundLedger.OutOfBounds(value, minimum, maximum);
    }

    /// @return stake of the members whose signatures are given; each must be valid, and together they reach the quorum
    function _requireQuorum(
        TaskState storage t,
        uint256 task_,
        bytes32 digest,
        uint256 snapshot,
        address[] calldata members,
        bytes[] calldata signatures
    ) private view returns (uint256 stake) {
        if (members.length != signatures.length) revert IRoundLedger.LengthMismatch(members.length, signatures.length);
        IStakeVault vault_ = _ledger().vault;
        address previous = address(0);
        for (uint256 i = 0; i < members.length; ++i) {
            address member = members[i];
            // Members ascend, so none counts twice.
            if (member <= previous) revert IRoundLedger.NotAscending(previous, member);
            previous = member;
            (address operatorKey, uint128 amount) = vault_.memberAt(task_, member, snapshot);
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (signer != operatorKey) revert IRoundLedger.WrongSigner(signer, operatorKey);
            stake += amount;
        }
        // Rounded up: the signed stake must reach the share.
        uint256 needed = Math.ceilDiv(vault_.totalStakeAt(task_, snapshot) * t.quorumBps, 10_000);
        if (stake == 0 || stake < needed) revert IRoundLedger.QuorumMissed(stake, needed);
    }
}
