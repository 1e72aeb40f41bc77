// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ClaimLib} from "../lib/ClaimLib.sol";
import {Statements} from "../lib/Statements.sol";
import {Participation} from "../lib/Participation.sol";
import {Claim, LedgerLeaf, MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {Committee} from "../rounds/Committee.sol";
import {Evidence} from "./Evidence.sol";
import {LedgerArithmetic} from "./LedgerArithmetic.sol";
import {LedgerDomain} from "./LedgerDomain.sol";
import {MemberRows} from "./MemberRows.sol";
import {Openings} from "./Openings.sol";
import {Reasons} from "./Reasons.sol";

/// @title MemberProofs
/// @notice The proofs about members rows and about the ledger as a whole, for a judge that has opened the case and the
/// specification. `FraudJudge` passes its calls on unchanged, so the signatures are the same. Each function returns
/// when it has found a fault and reverts otherwise. The contract reads the chain and changes nothing.
contract MemberProofs {
    uint32 private constant _STAKES = 1;
    uint32 private constant _WEIGHTS = 22;
    uint32 private constant _SCORES = 25;
    uint32 private constant _VERDICTS = 26;
    uint256 private constant _BPS = 10_000;
    uint256 private constant _MAX_ROWS = 128;

    IRoundLedger public immutable ledger;

    constructor(IRoundLedger ledger_) {
        ledger = ledger_;
    }

    function proveCommitment(
        IFraudJudge.Case calldata c,
        IFraudJudge.MemberOpening calldata m,
        bytes calldata signature
    ) external view {
        Openings.requireMember(c.claim, m);
        if (signature.length == 0) {
            if (_rowHolds(m, c.claim.members) && _rowKnown(c, m.leaf)) revert IFraudJudge.NoFault();
        } else {
            bytes32 hash = keccak256(signature);
            if (hash != m.leaf.signatureHash) revert IFraudJudge.WrongSignature(hash, m.leaf.signatureHash);
            bytes32 statement = Statements.commitment(c.task, c.round, m.leaf.member, m.leaf.commitment);
            if (_signed(statement, signature, ledger.keyOf(c.task, c.round, m.leaf.member))) {
                revert IFraudJudge.NoFault();
            }
        }
    }

    function proveReveal(
        IFraudJudge.Case calldata c,
        IFraudJudge.MemberOpening calldata m,
        bytes32 updateRoot,
        bytes32 salt
    ) external pure {
        Openings.requireMember(c.claim, m);
        _requireOpened(c, m.leaf, updateRoot, salt);
        // A row without root is quarantined or unavailable, which other proofs judge.
        if (m.leaf.updateRoot == 0 || m.leaf.updateRoot == updateRoot) revert IFraudJudge.NoFault();
    }

    function proveOrder(
        IFraudJudge.Case calldata c,
        IFraudJudge.MemberOpening calldata first,
        IFraudJudge.MemberOpening calldata second
    ) external pure {
        Openings.requireMember(c.claim, first);
        Openings.requireMember(c.claim, second);
        if (second.row != first.row + 1) revert IFraudJudge.WrongRow(second.row, first.row + 1);
        if (first.leaf.slot < second.leaf.slot) revert IFraudJudge.NoFault();
    }

    function proveReason(IFraudJudge.Case calldata c, TaskSpec calldata spec, IFraudJudge.ReasonProof calldata p)
        external
        pure
    {
        Openings.requireMember(c.claim, p.member);
        MemberLeaf calldata leaf = p.member.leaf;
        // A row without update has no reason; the other proofs about rows judge it.
        if (leaf.verdict < Openings.INADMISSIBLE || leaf.updateRoot == 0) revert IFraudJudge.NoFault();
        // Sums are judged, not rows: `IBucketProofs` has the other reasons.
        if (Participation.inBuckets(spec.committee)) {
            if (p.other.length == 0) revert IFraudJudge.NoFault();
        } else if (leaf.reason == Openings.VOID) {
            return;
        }
        if (p.other.length + p.chunk.length + p.sums.length != 1) {
            revert IFraudJudge.WrongLength(p.other.length + p.chunk.length + p.sums.length, 1);
        }
        bool wrong;
        if (p.other.length == 1) wrong = Reasons.copyWrong(c.claim, p.member, p.other[0]);
        else if (p.chunk.length == 1) wrong = Reasons.valueWrong(spec, leaf, p.chunk[0]);
        else wrong = Reasons.normWrong(spec, leaf, p.sums[0]);
        if (!wrong) revert IFraudJudge.NoFault();
    }

    function proveGarbage(IFraudJudge.Case calldata c, TaskSpec calldata spec, IFraudJudge.GarbageProof calldata p)
        external
        view
    {
        // INVARIANT: nobody pays for what a bucket shows, since nobody knows which of its members spoiled it.
        if (Participation.inBuckets(spec.committee)) revert IFraudJudge.NoFault();
        Openings.requireMember(c.claim, p.member);
        MemberLeaf calldata leaf = p.member.leaf;
        if (leaf.verdict != Openings.INADMISSIBLE || leaf.reason != Openings.VALUE) revert IFraudJudge.NoFault();
        // INVARIANT: only what the member itself committed to counts, whatever the claim says of its row.
        _requireOpened(c, leaf, leaf.updateRoot, p.salt);
        if (!Reasons.chunkBad(spec, leaf.updateRoot, p.chunk)) revert IFraudJudge.NoFault();
        IRoundLedger.RoundView memory view_ = ledger.round(c.task, c.round);
        IStakeVault vault = ledger.vault();
        address key = ledger.keyOf(c.task, c.round, leaf.member);
        // INVARIANT: a key that its member replaced during the round puts nothing at stake, since it may be stolen.
        if (key == address(0) || key != vault.keyAt(leaf.member, view_.sealedAt)) revert IFraudJudge.NoFault();
        bytes32 statement = Statements.commitment(c.task, c.round, leaf.member, leaf.commitment);
        if (!_signed(statement, p.signature, key)) revert IFraudJudge.NoFault();
    }

    function proveQuarantine(
        IFraudJudge.Case calldata c,
        IFraudJudge.MemberOpening calldata m,
        IFraudJudge.Parent calldata parent,
        LedgerLeaf calldata previous,
        bytes32[10] calldata path
    ) external pure {
        Openings.requireMember(c.claim, m);
        Openings.requireParent(c, parent);
        Openings.requireLedgerLeaf(parent.claim.ledgerRoot, LedgerArithmetic.leafHash(previous), m.leaf.slot, path);
        bool quarantined = m.leaf.verdict == Openings.QUARANTINED;
        if (quarantined == Evidence.quarantined(previous.extra, c.round)) revert IFraudJudge.NoFault();
    }

    function proveLedgerSlot(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.LedgerSlotProof calldata p
    ) external view {
        Openings.requireParent(c, p.parent);
        bytes32 expected = LedgerArithmetic.leafHash(p.previous);
        Openings.requireLedgerLeaf(p.parent.claim.ledgerRoot, expected, p.slot, p.previousPath);
        Openings.requireLedgerLeaf(c.claim.ledgerRoot, p.leaf, p.slot, p.path);
        address operator = ledger.round(c.task, c.round).operator;
        if (ledger.vault().slotOf(c.task, operator) == p.slot) {
            uint256 amount = LedgerArithmetic.share(spec, Openings.totalScore(c.claim, p.scores));
            expected = LedgerArithmetic.leafHash(LedgerArithmetic.paid(p.previous, operator, amount));
        }
        if (p.leaf == expected || !MemberRows.absent(c.claim, p.slot, p.neighbours)) revert IFraudJudge.NoFault();
    }

    function proveLedgerTotal(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.TraceOpening calldata scores,
        IFraudJudge.Parent calldata parent
    ) external pure {
        // `proveBucketTotal` judges them.
        if (Participation.inBuckets(spec.committee)) revert IFraudJudge.NoFault();
        Openings.requireParent(c, parent);
        uint256 sum = Openings.totalScore(c.claim, scores);
        uint256 total = parent.claim.ledgerTotal;
        if (sum > 0) {
            uint256 share = LedgerArithmetic.share(spec, sum);
            uint256 budget = spec.rewardPerRound - share;
            total += share;
            int256[] calldata words = scores.words;
            for (uint256 i = 0; i < words.length; ++i) {
                total += Math.mulDiv(budget, uint256(words[i]), sum);
            }
        }
        if (total == c.claim.ledgerTotal) revert IFraudJudge.NoFault();
    }

    function proveMissingRow(IFraudJudge.Case calldata c, uint256 row, bytes32[7] calldata path) external pure {
        Openings.requireMemberHash(c.claim.membersRoot, 0, row, path);
        if (row >= c.claim.members) revert IFraudJudge.NoFault();
    }

    function proveVerdict(
        IFraudJudge.Case calldata c,
        IFraudJudge.TraceOpening calldata values,
        IFraudJudge.MemberOpening[] calldata excluded,
        IFraudJudge.MemberOpening calldata m
    ) external pure {
        Openings.requireMember(c.claim, m);
        if (!Openings.admitted(m.leaf.verdict)) revert IFraudJudge.WrongRow(m.leaf.verdict, Openings.ADMITTED);
        // Without trace no row was admitted.
        if (c.claim.traceRoot == 0) return;
        Openings.requireTrace(c.claim, values);
        uint256 before = 0;
        for (uint256 k = 0; k < excluded.length; ++k) {
            if (excluded[k].row < m.row) ++before;
        }
        uint256 row = Openings.memberRow(c.claim, values.words.length, m.row - before, excluded);
        if (row != m.row) revert IFraudJudge.WrongRow(m.row, row);
        if (uint256(values.words[m.row - before]) == _field(m.leaf, values.kind)) revert IFraudJudge.NoFault();
    }

    function proveCount(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.TraceOpening calldata stakes,
        IFraudJudge.MemberOpening[] calldata rows
    ) external pure {
        // More rows are admitted than sums; `proveBucketField` counts those.
        if (Participation.inBuckets(spec.committee)) revert IFraudJudge.NoFault();
        Openings.requireTrace(c.claim, stakes, _STAKES);
        if (rows.length == 0 || !Openings.admitted(rows[0].leaf.verdict)) {
            Openings.requireExcluded(c.claim, rows);
            if (rows.length + stakes.words.length <= c.claim.members) revert IFraudJudge.NoFault();
            return;
        }
        for (uint256 k = 0; k < rows.length; ++k) {
            Openings.requireMember(c.claim, rows[k]);
            uint8 verdict = rows[k].leaf.verdict;
            if (!Openings.admitted(verdict)) revert IFraudJudge.WrongRow(verdict, Openings.ADMITTED);
            if (k > 0 && rows[k].row <= rows[k - 1].row) {
                revert IFraudJudge.WrongRow(rows[k].row, rows[k - 1].row + 1);
            }
        }
        if (rows.length <= stakes.words.length) revert IFraudJudge.NoFault();
    }

    function proveSealed(IFraudJudge.Case calldata c, MemberLeaf[] calldata rows) external view {
        MemberRows.requireAll(c.claim, rows);
        if (MemberRows.commitments(rows) == ledger.round(c.task, c.round).digest) revert IFraudJudge.NoFault();
    }

    function proveOmission(
        IFraudJudge.Case calldata c,
        address member,
        bytes32 commitment,
        bytes calldata receipt,
        IFraudJudge.MemberOpening[] calldata neighbours,
        IFraudJudge.MemberOpening[] calldata higher
    ) external view {
        IRoundLedger.RoundView memory view_ = ledger.round(c.task, c.round);
        if (receipt.length == 0) {
            if (ledger.forcedCommitment(c.task, c.round, member) == 0) revert IFraudJudge.NoFault();
        } else {
            bytes32 statement = Statements.receipt(c.task, c.round, member, commitment);
            // INVARIANT: an operator is bound by the receipts of the key that held its seat, whatever it registered since.
            if (!_signed(statement, receipt, view_.operatorKey)) revert IFraudJudge.NoFault();
        }
        // INVARIANT: only the committee has rows.
        if (ledger.weightOf(c.task, c.round, member) == 0) revert IFraudJudge.NoFault();
        uint256 slot = ledger.vault().slotOf(c.task, member);
        if (!MemberRows.absent(c.claim, slot, neighbours)) revert IFraudJudge.NoFault();
        // INVARIANT: a claim that has no more room has the lowest tickets.
        if (view_.committee == 0 || c.claim.members < _MAX_ROWS) return;
        if (higher.length != 1) revert IFraudJudge.WrongLength(higher.length, 1);
        Openings.requireMember(c.claim, higher[0]);
        uint256 own = _ticket(c, view_, member);
        uint256 other = _ticket(c, view_, higher[0].leaf.member);
        if (other < own || (other == own && higher[0].leaf.slot < slot)) revert IFraudJudge.NoFault();
    }

    /// @dev Rank of a member among those that are drawn.
    function _ticket(IFraudJudge.Case calldata c, IRoundLedger.RoundView memory view_, address member)
        private
        view
        returns (uint256)
    {
        uint256 stake = ledger.vault().stakeAt(c.task, member, view_.snapshot);
        // A row without stake is in the way of every member.
        if (stake == 0) return type(uint256).max;
        return Committee.ticket(Committee.lot(view_.seed, c.task, c.round, member), stake);
    }

    function proveAttestation(
        IFraudJudge.Case calldata c,
        MemberLeaf[] calldata rows,
        uint256 row,
        bytes calldata signature
    ) external view {
        MemberLeaf calldata leaf = _requireRow(c, rows, row);
        bytes32 hash = keccak256(signature);
        if (hash != leaf.attestationHash) revert IFraudJudge.WrongSignature(hash, leaf.attestationHash);
        bytes32 statement =
            Statements.attestation(c.task, c.round, leaf.member, MemberRows.commitments(rows), leaf.held);
        if (_signed(statement, signature, ledger.keyOf(c.task, c.round, leaf.member))) revert IFraudJudge.NoFault();
    }

    function proveCertificate(IFraudJudge.Case calldata c, TaskSpec calldata spec, MemberLeaf[] calldata rows)
        external
        view
    {
        MemberRows.requireAll(c.claim, rows);
        (uint256 sealed_, uint256 attested) = (MemberRows.weight(rows), MemberRows.attested(rows));
        uint256 total = ledger.vault().totalStakeAt(c.task, ledger.round(c.task, c.round).snapshot);
        bool enough = sealed_ * _BPS >= total * spec.minSealedBps;
        if (enough && attested * _BPS > 2 * uint256(spec.toleranceBps) * sealed_) revert IFraudJudge.NoFault();
    }

    function proveAvailability(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        MemberLeaf[] calldata rows,
        uint256 row
    ) external pure {
        uint8 verdict = _requireRow(c, rows, row).verdict;
        if (verdict == Openings.QUARANTINED) revert IFraudJudge.NoFault();
        bool available = MemberRows.holding(rows, row) * _BPS > spec.toleranceBps * MemberRows.weight(rows);
        if (available == (verdict != Openings.UNAVAILABLE)) revert IFraudJudge.NoFault();
    }

    function _requireRow(IFraudJudge.Case calldata c, MemberLeaf[] calldata rows, uint256 row)
        private
        pure
        returns (MemberLeaf calldata)
    {
        MemberRows.requireAll(c.claim, rows);
        if (row >= rows.length) revert IFraudJudge.IndexOutOfRange(row, rows.length);
        return rows[row];
    }

    function _requireOpened(IFraudJudge.Case calldata c, MemberLeaf calldata leaf, bytes32 updateRoot, bytes32 salt)
        private
        pure
    {
        bytes32 commitment = ClaimLib.commitment(c.task, c.round, leaf.member, updateRoot, salt);
        if (commitment != leaf.commitment) revert IFraudJudge.WrongCommitment(commitment, leaf.commitment);
    }

    /// @dev Signatures have 65 bytes and low s; any other bytes have no signer.
    function _signed(bytes32 statement, bytes calldata signature, address key) private view returns (bool) {
        (address signer, ECDSA.RecoverError failure,) =
            ECDSA.tryRecoverCalldata(LedgerDomain.digest(address(ledger), statement), signature);
        return failure == ECDSA.RecoverError.NoError && signer == key;
    }

    /// @dev Only rows of verdict 3 and 4 have beta or score. A quarantined or unavailable row has no update, any other
    /// has one. Only an inadmissible row has a reason. A row without attestation holds nothing.
    function _rowHolds(IFraudJudge.MemberOpening calldata m, uint32 members) private pure returns (bool) {
        MemberLeaf calldata leaf = m.leaf;
        if (m.row >= members || leaf.verdict > Openings.REJECTED || leaf.reason > Openings.VOID) return false;
        if ((leaf.beta != 0 || leaf.score != 0) && leaf.verdict != 3 && leaf.verdict != 4) return false;
        if ((leaf.updateRoot == 0) != (leaf.verdict <= Openings.UNAVAILABLE)) return false;
        if ((leaf.reason != 0) != (leaf.verdict == Openings.INADMISSIBLE)) return false;
        if (leaf.attestationHash == 0 && leaf.held != 0) return false;
        uint256 arg = uint256(leaf.reasonArg);
        if (leaf.reason == 0 || leaf.reason == Openings.VOID) return arg == 0;
        // A copy has its original in another row of the claim.
        return leaf.reason != Openings.COPY || (arg < members && arg != m.row);
    }

    /// @dev The chain's data about a row at the round's snapshot. An assigned slot never changes.
    function _rowKnown(IFraudJudge.Case calldata c, MemberLeaf calldata leaf) private view returns (bool) {
        if (leaf.weight == 0 || leaf.weight != ledger.weightOf(c.task, c.round, leaf.member)) return false;
        if (leaf.slot != ledger.vault().slotOf(c.task, leaf.member)) return false;
        return leaf.signatureHash != 0 || ledger.forcedCommitment(c.task, c.round, leaf.member) == leaf.commitment;
    }

    function _field(MemberLeaf calldata leaf, uint32 kind) private pure returns (uint256) {
        if (kind == _STAKES) return leaf.weight;
        if (kind == _WEIGHTS) return leaf.beta;
        if (kind == _SCORES) return leaf.score;
        if (kind == _VERDICTS) return leaf.verdict;
        revert IFraudJudge.WrongTraceLeaf(kind, _VERDICTS);
    }
}
