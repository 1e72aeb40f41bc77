// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ClaimLib} from "../lib/ClaimLib.sol";
import {Statements} from "../lib/Statements.sol";
import {Claim, LedgerLeaf, MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {Evidence} from "./Evidence.sol";
import {LedgerArithmetic} from "./LedgerArithmetic.sol";
import {LedgerDomain} from "./LedgerDomain.sol";
import {MemberRows} from "./MemberRows.sol";
import {Openings} from "./Openings.sol";

/// @title MemberProofs
/// @notice The proofs about members rows and about the ledger as a whole, for a judge that has opened the case and the
/// specification. `FraudJudge` passes its calls on unchanged, so the signatures are the same. Each function returns
/// when it has found a fault and reverts otherwise. The contract reads the chain and changes nothing.
contract MemberProofs {
    uint32 private constant _STAKES = 1;
    uint32 private constant _WEIGHTS = 22;
    uint32 private constant _SCORES = 25;
    uint32 private constant _VERDICTS = 26;

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
        uint256 snapshot = ledger.round(c.task, c.round).openedAt - 1;
        if (signature.length == 0) {
            bool known = m.row < c.claim.members && _rowHolds(m.leaf) && _rowKnown(c, m.leaf, snapshot);
            if (known) revert IFraudJudge.NoFault();
        } else {
            bytes32 hash = keccak256(signature);
            if (hash != m.leaf.signatureHash) revert IFraudJudge.WrongSignature(hash, m.leaf.signatureHash);
            bytes32 statement = Statements.commitment(c.task, c.round, m.leaf.member, m.leaf.commitment);
            if (_signed(statement, signature, ledger.vault().keyAt(m.leaf.member, snapshot))) {
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
        // A row without reveal has no root: `proveExclusion` judges it.
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

    function proveAdmission(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.MemberOpening calldata m,
        IFraudJudge.ValueOpening calldata v
    ) external pure {
        Openings.requireMember(c.claim, m);
        if (!Openings.admitted(m.leaf.verdict)) revert IFraudJudge.WrongRow(m.leaf.verdict, Openings.ADMITTED);
        if (v.data.length != 256) revert IFraudJudge.WrongLength(v.data.length, 256);
        Openings.requireLeaf(m.leaf.updateRoot, keccak256(v.data), v.chunk, v.path);
        uint256 chunks = Openings.chunks(spec);
        // Only a chunk has a preimage of 256 bytes, so the path's length is the tree's depth.
        if (v.path.length != Openings.depthFor(chunks) || v.chunk >= chunks) return;
        bool padding = v.chunk >= Openings.tensorChunks(spec);
        for (uint256 k = 0; k < 256; ++k) {
            if (v.data[k] == 0x80 || (padding && v.data[k] != 0)) return;
        }
        revert IFraudJudge.NoFault();
    }

    function proveCopy(
        IFraudJudge.Case calldata c,
        IFraudJudge.MemberOpening calldata first,
        IFraudJudge.MemberOpening calldata second
    ) external pure {
        Openings.requireMember(c.claim, first);
        Openings.requireMember(c.claim, second);
        if (first.row == second.row) revert IFraudJudge.WrongRow(second.row, first.row + 1);
        bool admitted = Openings.admitted(first.leaf.verdict) || Openings.admitted(second.leaf.verdict);
        if (!admitted || first.leaf.updateRoot != second.leaf.updateRoot) revert IFraudJudge.NoFault();
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

    function proveLedgerSlot(IFraudJudge.Case calldata c, IFraudJudge.LedgerSlotProof calldata p) external pure {
        Openings.requireParent(c, p.parent);
        Openings.requireLedgerLeaf(p.parent.claim.ledgerRoot, p.previous, p.slot, p.previousPath);
        Openings.requireLedgerLeaf(c.claim.ledgerRoot, p.leaf, p.slot, p.path);
        if (p.leaf == p.previous || !MemberRows.absent(c.claim, p.slot, p.neighbours)) revert IFraudJudge.NoFault();
    }

    function proveLedgerTotal(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.TraceOpening calldata scores,
        IFraudJudge.Parent calldata parent
    ) external pure {
        Openings.requireParent(c, parent);
        uint256 sum = Openings.totalScore(c.claim, scores);
        uint256 total = parent.claim.ledgerTotal;
        if (sum > 0) {
            int256[] calldata words = scores.words;
            for (uint256 i = 0; i < words.length; ++i) {
                total += Math.mulDiv(spec.rewardPerRound, uint256(words[i]), sum);
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
        IFraudJudge.TraceOpening calldata stakes,
        IFraudJudge.MemberOpening[] calldata rows
    ) external pure {
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

    function proveOmission(
        IFraudJudge.Case calldata c,
        address member,
        bytes32 commitment,
        bytes calldata receipt,
        IFraudJudge.MemberOpening[] calldata neighbours
    ) external view {
        IRoundLedger.RoundView memory view_ = ledger.round(c.task, c.round);
        IStakeVault vault = ledger.vault();
        uint256 snapshot = view_.openedAt - 1;
        if (receipt.length == 0) {
            if (ledger.forcedCommitment(c.task, c.round, member) == 0) revert IFraudJudge.NoFault();
        } else {
            bytes32 statement = Statements.receipt(c.task, c.round, member, commitment);
            if (!_signed(statement, receipt, vault.keyAt(view_.operator, snapshot))) revert IFraudJudge.NoFault();
        }
        if (vault.stakeAt(member, snapshot) == 0) revert IFraudJudge.NoFault();
        if (!MemberRows.absent(c.claim, vault.account(member).slot, neighbours)) revert IFraudJudge.NoFault();
    }

    function proveExclusion(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.ExclusionProof calldata p
    ) external view {
        MemberRows.requireAll(c.claim, p.rows);
        if (p.row >= p.rows.length) revert IFraudJudge.IndexOutOfRange(p.row, p.rows.length);
        MemberLeaf calldata leaf = p.rows[p.row];
        if (leaf.verdict > 1) revert IFraudJudge.NoFault();
        IStakeVault vault = ledger.vault();
        uint256 snapshot = ledger.round(c.task, c.round).openedAt - 1;
        // A row with verdict 1 was revealed, by its operator's own claim.
        if (leaf.verdict == 0) {
            _requireOpened(c, leaf, p.updateRoot, p.salt);
            bytes32 reveal = Statements.reveal(c.task, c.round, leaf.member, p.updateRoot, p.salt);
            if (!_signed(reveal, p.revealSignature, vault.keyAt(leaf.member, snapshot))) revert IFraudJudge.NoFault();
        }
        uint256 needed = vault.totalStakeAt(snapshot) * spec.quorumBps;
        if (_attested(c, p, vault, snapshot) * 10_000 < needed) revert IFraudJudge.NoFault();
    }

    /// @return stake of the members that attest to hold the update of the row
    function _attested(
        IFraudJudge.Case calldata c,
        IFraudJudge.ExclusionProof calldata p,
        IStakeVault vault,
        uint256 snapshot
    ) private view returns (uint256 stake) {
        bytes32 commitments = MemberRows.commitments(p.rows);
        address previous = address(0);
        for (uint256 k = 0; k < p.attestations.length; ++k) {
            IFraudJudge.AttestationOpening calldata a = p.attestations[k];
            // Members ascend, so none counts twice.
            if (a.member <= previous) revert IFraudJudge.NotAscending(previous, a.member);
            previous = a.member;
            (address key, uint128 amount) = vault.memberAt(a.member, snapshot);
            bytes32 statement = Statements.attestation(c.task, c.round, a.member, commitments, a.held);
            if ((a.held >> p.row) & 1 == 1 && _signed(statement, a.signature, key)) stake += amount;
        }
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

    /// @dev Only rows of verdict 3 and 4 have weight or score. An unrevealed or quarantined row has no update; an
    /// admitted row has one.
    function _rowHolds(MemberLeaf calldata leaf) private pure returns (bool) {
        if (leaf.verdict > Openings.QUARANTINED) return false;
        if ((leaf.weight != 0 || leaf.score != 0) && leaf.verdict != 3 && leaf.verdict != 4) return false;
        if (leaf.verdict == 0 || leaf.verdict == Openings.QUARANTINED) return leaf.updateRoot == 0;
        return !Openings.admitted(leaf.verdict) || leaf.updateRoot != 0;
    }

    /// @dev The chain's data about a row at the round's snapshot. An assigned slot never changes.
    function _rowKnown(IFraudJudge.Case calldata c, MemberLeaf calldata leaf, uint256 snapshot)
        private
        view
        returns (bool)
    {
        IStakeVault vault = ledger.vault();
        if (leaf.stake == 0 || leaf.stake != vault.stakeAt(leaf.member, snapshot)) return false;
        if (leaf.slot != vault.account(leaf.member).slot) return false;
        return leaf.signatureHash != 0 || ledger.forcedCommitment(c.task, c.round, leaf.member) == leaf.commitment;
    }

    function _field(MemberLeaf calldata leaf, uint32 kind) private pure returns (uint256) {
        if (kind == _STAKES) return leaf.stake;
        if (kind == _WEIGHTS) return leaf.weight;
        if (kind == _SCORES) return leaf.score;
        if (kind == _VERDICTS) return leaf.verdict;
        revert IFraudJudge.WrongTraceLeaf(kind, _VERDICTS);
    }
}
