// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IFraudJudge} from "./interfaces/IFraudJudge.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {ChunkArithmetic} from "./judge/ChunkArithmetic.sol";
import {LedgerArithmetic} from "./judge/LedgerArithmetic.sol";
import {Openings} from "./judge/Openings.sol";
import {SegmentArithmetic} from "./judge/SegmentArithmetic.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {MerkleTree} from "./lib/MerkleTree.sol";
import {Statements} from "./lib/Statements.sol";
import {Claim, LedgerLeaf, MemberLeaf, TaskSpec} from "./lib/Types.sol";

/// @title FraudJudge
/// @dev Behaviour and assumptions: see `IFraudJudge`. Every proof opens the case first, then its leaves, then looks for the
/// fault, and calls the ledger last.
contract FraudJudge is IFraudJudge {
    uint256 private constant _WEIGHT_ONE = 65536;
    // Trace kinds (docs/aggregation.md §6).
    uint32 private constant _STAKES = 1;
    uint32 private constant _WEIGHTS = 22;
    uint32 private constant _SCORES = 25;
    uint32 private constant _VERDICTS = 26;

    /// @inheritdoc IFraudJudge
    IRoundLedger public immutable ledger;

    constructor(IRoundLedger ledger_) {
        ledger = ledger_;
    }

    // ── Model ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveTransition(Case calldata c, TaskSpec calldata spec, TransitionProof calldata p) external {
        _open(c);
        _requireSpec(c, spec);
        uint256 count = _requireTransition(c.claim, p);
        if (p.chunk >= Openings.chunks(spec)) revert IndexOutOfRange(p.chunk, Openings.chunks(spec));
        (uint256[] memory betas, bool sound) = _betas(c.claim, p.weights);
        if (sound && count == betas.length && _transitionHolds(spec, p, betas)) revert NoFault();
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveModel(Case calldata c, ModelProof calldata p) external {
        _open(c);
        Openings.requireChunk(c.claim, p.transition);
        bytes32 root = _partRoot(c, p);
        bytes32 committed = p.transition.words[p.transition.words.length - 4 + uint256(p.part)];
        // A task without reference has no tree, and zero leaves.
        if (root != 0 || p.part == Part.OldModel || p.part == Part.NewModel) {
            if (p.path.length != p.transition.path.length) revert WrongLength(p.path.length, p.transition.path.length);
            Openings.requireLeaf(root, p.leaf, p.transition.chunk, p.path);
            if (p.leaf == committed) revert NoFault();
        } else if (committed == 0) {
            revert NoFault();
        }
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveRow(Case calldata c, RowProof calldata p) external {
        _open(c);
        Openings.requireChunk(c.claim, p.transition);
        Openings.requireTrace(c.claim, p.weights, _WEIGHTS);
        (uint256 carrying, uint256 admitted) = _carrying(p.weights.words, p.row);
        // A leaf with more or fewer rows than there are weights is wrong whatever they are.
        if (carrying == p.transition.words.length - 4) {
            if (p.row >= carrying) revert IndexOutOfRange(p.row, carrying);
            uint256 row = Openings.memberRow(c.claim, p.weights.words.length, admitted, p.excluded);
            if (p.member.row != row) revert WrongRow(p.member.row, row);
            Openings.requireMember(c.claim, p.member);
            if (p.path.length != p.transition.path.length) revert WrongLength(p.path.length, p.transition.path.length);
            Openings.requireLeaf(p.member.leaf.updateRoot, p.leaf, p.transition.chunk, p.path);
            if (p.leaf == p.transition.words[p.row]) revert NoFault();
        }
        _reject(c);
    }

    // ── Gram ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveGram(Case calldata c, TaskSpec calldata spec, GramProof calldata p) external {
        _open(c);
        _requireSpec(c, spec);
        Openings.requireTrace(c.claim, p.stakes, _STAKES);
        (bytes32 hash, int256 sum,) = Openings.descend(c.claim, p.pair);
        uint256 segments = Openings.chunks(spec) / 32;
        uint256 depth = Openings.depthFor(segments);
        if (p.pair.nodes.length > depth) revert WrongLength(p.pair.nodes.length, depth);
        // Leaves have hash zero and no other node has.
        if ((hash == 0) != (p.pair.nodes.length == depth)) return _reject(c);
        if (hash != 0) revert WrongLength(p.pair.nodes.length, depth);
        if (p.pair.segment >= segments) {
            if (sum == 0) revert NoFault();
            return _reject(c);
        }
        if (!_pairExists(spec, p)) return _reject(c);
        if (_segmentProduct(c, p, Openings.depthFor(segments)) == sum) revert NoFault();
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveGramNode(Case calldata c, PairOpening calldata p) external {
        _open(c);
        (,, int256 committed) = Openings.descend(c.claim, p);
        if (p.position == p.pair) {
            if (p.nodes.length == 0) revert NoFault();
            SumNode calldata node = p.nodes[p.nodes.length - 1];
            unchecked {
                // Honest sums stay below 2^44; a wrapped one is wrong further down.
                if (node.leftSum + node.rightSum == committed) revert NoFault();
            }
        }
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveNorm(Case calldata c, TaskSpec calldata spec, TraceOpening calldata stakes, PairOpening calldata p)
        external
    {
        _open(c);
        _requireSpec(c, spec);
        Openings.requireTrace(c.claim, stakes, _STAKES);
        Openings.descend(c.claim, p);
        (uint256 i, uint256 j) = _rowsOf(p.pair);
        if (i != j) revert WrongRow(j, i);
        if (i >= stakes.words.length) revert IndexOutOfRange(i, stakes.words.length);
        if (p.product >= int256(uint256(spec.minNormSq)) && p.product <= int256(uint256(spec.maxNormSq))) {
            revert NoFault();
        }
        _reject(c);
    }

    // ── Members ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveCommitment(Case calldata c, MemberOpening calldata m) external {
        IRoundLedger.RoundView memory view_ = _open(c);
        Openings.requireMember(c.claim, m);
        if (m.row < c.claim.members && _rowHolds(m.leaf) && _rowKnown(c, m.leaf, view_.openedAt - 1)) revert NoFault();
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveOrder(Case calldata c, MemberOpening calldata first, MemberOpening calldata second) external {
        _open(c);
        Openings.requireMember(c.claim, first);
        Openings.requireMember(c.claim, second);
        if (second.row != first.row + 1) revert WrongRow(second.row, first.row + 1);
        if (first.leaf.slot < second.leaf.slot) revert NoFault();
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveMissingRow(Case calldata c, uint256 row, bytes32[7] calldata path) external {
        _open(c);
        Openings.requireMemberHash(c.claim.membersRoot, 0, row, path);
        if (row >= c.claim.members) revert NoFault();
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveVerdict(
        Case calldata c,
        TraceOpening calldata values,
        MemberOpening[] calldata excluded,
        MemberOpening calldata m
    ) external {
        _open(c);
        Openings.requireMember(c.claim, m);
        if (m.leaf.verdict < Openings.ADMITTED) revert WrongRow(m.leaf.verdict, Openings.ADMITTED);
        // Without trace nothing was admitted.
        if (c.claim.traceRoot != 0) {
            Openings.requireTrace(c.claim, values);
            uint256 before = 0;
            for (uint256 k = 0; k < excluded.length; ++k) {
                if (excluded[k].row < m.row) ++before;
            }
            uint256 row = Openings.memberRow(c.claim, values.words.length, m.row - before, excluded);
            if (row != m.row) revert WrongRow(m.row, row);
            if (uint256(values.words[m.row - before]) == _field(m.leaf, values.kind)) revert NoFault();
        }
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveCount(Case calldata c, TraceOpening calldata stakes, MemberOpening[] calldata rows) external {
        _open(c);
        Openings.requireTrace(c.claim, stakes, _STAKES);
        if (rows.length == 0) revert WrongLength(0, 1);
        if (rows[0].leaf.verdict < Openings.ADMITTED) {
            Openings.requireExcluded(c.claim, rows);
            if (rows.length + stakes.words.length <= c.claim.members) revert NoFault();
        } else {
            for (uint256 k = 0; k < rows.length; ++k) {
                Openings.requireMember(c.claim, rows[k]);
                if (rows[k].leaf.verdict < Openings.ADMITTED) revert WrongRow(rows[k].leaf.verdict, Openings.ADMITTED);
                if (k > 0 && rows[k].row <= rows[k - 1].row) revert WrongRow(rows[k].row, rows[k - 1].row + 1);
            }
            if (rows.length <= stakes.words.length) revert NoFault();
        }
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveOmission(
        Case calldata c,
        address member,
        bytes32 commitment,
        bytes calldata receipt,
        MemberOpening[] calldata neighbours
    ) external {
        IRoundLedger.RoundView memory view_ = _open(c);
        IStakeVault vault = ledger.vault();
        uint256 snapshot = view_.openedAt - 1;
        if (receipt.length == 0) {
            if (ledger.forcedCommitment(c.task, c.round, member) == 0) revert NoFault();
        } else {
            bytes32 digest = _digest(Statements.receipt(c.task, uint64(c.round), member, commitment));
            if (ECDSA.recoverCalldata(digest, receipt) != vault.keyAt(view_.operator, snapshot)) revert NoFault();
        }
        if (vault.stakeAt(member, snapshot) == 0) revert NoFault();
        _requireAbsent(c.claim, vault.account(member).slot, neighbours);
        _reject(c);
    }

    // ── Ledger ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveLedger(Case calldata c, TaskSpec calldata spec, LedgerProof calldata p) external {
        _open(c);
        _requireSpec(c, spec);
        _requireParent(c, p.parent);
        Openings.requireMember(c.claim, p.member);
        MemberLeaf calldata row = p.member.leaf;
        bytes32 previous = LedgerArithmetic.leafHash(p.previous);
        _requireLedgerLeaf(p.parent.claim.ledgerRoot, previous, row.slot, p.previousPath);
        _requireLedgerLeaf(c.claim.ledgerRoot, p.leaf, row.slot, p.path);
        bytes32 expected = LedgerArithmetic.judged(row.verdict)
            ? LedgerArithmetic.leafHash(
                LedgerArithmetic.next(p.previous, row, spec.rewardPerRound, _totalScore(c.claim, p.scores))
            )
            : previous;
        if (p.leaf == expected) revert NoFault();
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveLedgerTotal(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata scores,
        Parent calldata parent
    ) external {
        _open(c);
        _requireSpec(c, spec);
        _requireParent(c, parent);
        uint256 sum = _totalScore(c.claim, scores);
        uint256 total = parent.claim.ledgerTotal;
        if (sum > 0) {
            for (uint256 i = 0; i < scores.words.length; ++i) {
                total += Math.mulDiv(spec.rewardPerRound, uint256(scores.words[i]), sum);
            }
        }
        if (total == c.claim.ledgerTotal) revert NoFault();
        _reject(c);
    }

    // ── The case ──────────────────────────────────────────────────────────────────────────────────────────────────

    function _open(Case calldata c) private view returns (IRoundLedger.RoundView memory view_) {
        if (c.round > type(uint64).max) revert IndexOutOfRange(c.round, type(uint64).max);
        view_ = ledger.round(c.task, uint64(c.round));
        if (view_.status != IRoundLedger.RoundStatus.Posted) {
            revert NotDisputable(c.task, uint64(c.round), view_.status);
        }
        bytes32 hash = ClaimLib.hashCalldata(c.claim, c.task, uint64(c.round));
        if (hash != view_.claimHash) revert WrongClaim(hash, view_.claimHash);
    }

    function _requireSpec(Case calldata c, TaskSpec calldata spec) private view {
        bytes32 hash = keccak256(abi.encode(spec));
        bytes32 expected = ledger.task(c.task).specHash;
        if (hash != expected) revert WrongSpec(hash, expected);
    }

    function _requireParent(Case calldata c, Parent calldata parent) private pure {
        bytes32 hash = ClaimLib.hashCalldata(parent.claim, c.task, parent.round);
        if (hash != c.claim.parent) revert WrongParent(hash, c.claim.parent);
    }

    function _reject(Case calldata c) private {
        address recipient = c.recipient == address(0) ? msg.sender : c.recipient;
        emit FraudProved(c.task, uint64(c.round), msg.sig, recipient);
        ledger.reject(c.task, uint64(c.round), recipient);
    }

    // ── Transition ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @return count rows in the leaf
    function _requireTransition(Claim calldata claim, TransitionProof calldata p) private pure returns (uint256 count) {
        if (p.rows.length % ChunkArithmetic.CHUNK != 0) revert WrongLength(p.rows.length, ChunkArithmetic.CHUNK);
        if (p.oldModel.length != 1024) revert WrongLength(p.oldModel.length, 1024);
        if (p.oldReference.length != 0 && p.oldReference.length != 256) revert WrongLength(p.oldReference.length, 256);
        count = p.rows.length / ChunkArithmetic.CHUNK;
        bytes32[] memory words = new bytes32[](count + 4);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = keccak256(p.rows[i * ChunkArithmetic.CHUNK:(i + 1) * ChunkArithmetic.CHUNK]);
        }
        words[count] = keccak256(p.oldModel);
        words[count + 1] = p.newModel;
        words[count + 2] = _referenceLeaf(p);
        words[count + 3] = p.newReference;
        Openings.requireLeaf(claim.transitionRoot, keccak256(abi.encodePacked(words)), p.chunk, p.path);
    }

    function _referenceLeaf(TransitionProof calldata p) private pure returns (bytes32) {
        return p.oldReference.length == 0 ? bytes32(0) : keccak256(p.oldReference);
    }

    /// @return betas the positive weights in row order
    /// @return sound whether they are weights at all: together one, or none
    function _betas(Claim calldata claim, TraceOpening calldata weights)
        private
        pure
        returns (uint256[] memory betas, bool sound)
    {
        if (claim.traceRoot == 0) return (betas, true);
        Openings.requireTrace(claim, weights, _WEIGHTS);
        int256[] calldata words = weights.words;
        betas = new uint256[](words.length);
        uint256 count = 0;
        uint256 sum = 0;
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 beta = uint256(words[i]);
            if (beta > _WEIGHT_ONE) return (betas, false);
            if (beta == 0) continue;
            betas[count++] = beta;
            sum += beta;
        }
        assembly ("memory-safe") {
            mstore(betas, count)
        }
        return (betas, sum == _WEIGHT_ONE || count == 0);
    }

    function _transitionHolds(TaskSpec calldata spec, TransitionProof calldata p, uint256[] memory betas)
        private
        pure
        returns (bool)
    {
        bool hasReference = spec.rule.referenceKind != 0;
        if (hasReference != (p.oldReference.length != 0)) return false;
        if (betas.length == 0) {
            return p.newModel == keccak256(p.oldModel) && p.newReference == _referenceLeaf(p);
        }
        uint256[32] memory sums = ChunkArithmetic.weightedSum(p.rows, betas);
        (uint256 eta, uint256 shift) = _stepOf(spec, p.chunk);
        if (p.newModel != ChunkArithmetic.stepHash(p.oldModel, sums, eta, shift)) return false;
        if (!hasReference) return p.newReference == 0;
        return p.newReference
            == ChunkArithmetic.referenceHash(p.oldReference, sums, spec.rule.referenceDecay, spec.rule.referenceGain);
    }

    /// @dev Chunks after the last tensor are padding and do not move.
    function _stepOf(TaskSpec calldata spec, uint256 chunk) private pure returns (uint256 eta, uint256 shift) {
        uint256 end = 0;
        for (uint256 t = 0; t < spec.tensors.length; ++t) {
            end += spec.tensors[t].chunks;
            if (chunk < end) return (spec.tensors[t].eta, spec.tensors[t].shift);
        }
    }

    function _partRoot(Case calldata c, ModelProof calldata p) private pure returns (bytes32) {
        if (p.part == Part.NewModel) return c.claim.modelRoot;
        if (p.part == Part.NewReference) return c.claim.referenceRoot;
        _requireParent(c, p.parent);
        return p.part == Part.OldModel ? p.parent.claim.modelRoot : p.parent.claim.referenceRoot;
    }

    /// @return count positive weights
    /// @return admitted index of positive weight number `k`
    function _carrying(int256[] calldata words, uint256 k) private pure returns (uint256 count, uint256 admitted) {
        for (uint256 i = 0; i < words.length; ++i) {
            if (words[i] <= 0) continue;
            if (count == k) admitted = i;
            ++count;
        }
    }

    // ── Inner products ────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Pair `p = i (i + 1) / 2 + j` with `j ≤ i`.
    function _rowsOf(uint256 pair) private pure returns (uint256 i, uint256 j) {
        if (pair > type(uint32).max) revert IndexOutOfRange(pair, type(uint32).max);
        i = (Math.sqrt(8 * pair + 1) - 1) / 2;
        j = pair - i * (i + 1) / 2;
    }

    function _pairExists(TaskSpec calldata spec, GramProof calldata p) private pure returns (bool) {
        (uint256 i,) = _rowsOf(p.pair.pair);
        return i < p.stakes.words.length + (spec.rule.referenceKind == 0 ? 0 : 1);
    }

    function _segmentProduct(Case calldata c, GramProof calldata p, uint256 depth) private pure returns (int256) {
        (uint256 i, uint256 j) = _rowsOf(p.pair.pair);
        _requireSegment(c, p, p.left, i, depth);
        if (i == j) {
            if (p.right.data.length != 0) revert WrongLength(p.right.data.length, 0);
            return SegmentArithmetic.product(p.left.data, p.left.data);
        }
        _requireSegment(c, p, p.right, j, depth);
        return SegmentArithmetic.product(p.left.data, p.right.data);
    }

    function _requireSegment(
        Case calldata c,
        GramProof calldata p,
        SegmentOpening calldata s,
        uint256 index,
        uint256 depth
    ) private pure {
        if (s.data.length != SegmentArithmetic.SEGMENT) revert WrongLength(s.data.length, SegmentArithmetic.SEGMENT);
        if (s.path.length != depth) revert WrongLength(s.path.length, depth);
        bytes32 root;
        if (index == p.stakes.words.length) {
            _requireParent(c, p.parent);
            root = p.parent.claim.referenceRoot;
        } else {
            uint256 row = Openings.memberRow(c.claim, p.stakes.words.length, index, p.excluded);
            if (s.member.row != row) revert WrongRow(s.member.row, row);
            Openings.requireMember(c.claim, s.member);
            root = s.member.leaf.updateRoot;
        }
        Openings.requireLeaf(root, SegmentArithmetic.root(s.data), p.pair.segment, s.path);
    }

    // ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Only rows 3 and 4 have weight or score; a row without reveal has no update, an admitted one has.
    function _rowHolds(MemberLeaf calldata leaf) private pure returns (bool) {
        if (leaf.verdict > 6) return false;
        if ((leaf.weight != 0 || leaf.score != 0) && leaf.verdict != 3 && leaf.verdict != 4) return false;
        if (leaf.verdict == 0) return leaf.updateRoot == 0;
        return leaf.verdict < Openings.ADMITTED || leaf.updateRoot != 0;
    }

    /// @dev What the chain knows of a row at the round's snapshot. A slot, once assigned, stays.
    function _rowKnown(Case calldata c, MemberLeaf calldata leaf, uint256 snapshot) private view returns (bool) {
        IStakeVault vault = ledger.vault();
        if (leaf.stake == 0 || leaf.stake != vault.stakeAt(leaf.member, snapshot)) return false;
        if (leaf.slot != vault.account(leaf.member).slot) return false;
        return leaf.signatureHash != 0
            || ledger.forcedCommitment(c.task, uint64(c.round), leaf.member) == leaf.commitment;
    }

    function _field(MemberLeaf calldata leaf, uint32 kind) private pure returns (uint256) {
        if (kind == _STAKES) return leaf.stake;
        if (kind == _WEIGHTS) return leaf.weight;
        if (kind == _SCORES) return leaf.score;
        if (kind == _VERDICTS) return leaf.verdict;
        revert WrongTraceLeaf(kind, _VERDICTS);
    }

    /// @dev Rows ascend by slot, so two neighbours (or the first or last row) leave no room for one between them.
    function _requireAbsent(Claim calldata claim, uint256 slot, MemberOpening[] calldata around) private pure {
        uint256 count = around.length;
        if (count > 2) revert WrongLength(count, 2);
        for (uint256 k = 0; k < count; ++k) {
            Openings.requireMember(claim, around[k]);
        }
        if (count == 0) {
            if (claim.members != 0) revert NoFault();
        } else if (count == 2) {
            if (around[1].row != around[0].row + 1) revert WrongRow(around[1].row, around[0].row + 1);
            if (around[0].leaf.slot >= slot || around[1].leaf.slot <= slot) revert NoFault();
        } else {
            bool before = around[0].row == 0 && slot < around[0].leaf.slot;
            bool after_ = around[0].row + 1 == claim.members && slot > around[0].leaf.slot;
            if (!before && !after_) revert NoFault();
        }
    }

    /// @dev The ledger's EIP-712 domain (docs/protocol.md §3).
    function _digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Quorate"),
                keccak256("1"),
                block.chainid,
                address(ledger)
            )
        );
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    // ── Ledger tree ───────────────────────────────────────────────────────────────────────────────────────────────

    function _requireLedgerLeaf(bytes32 expected, bytes32 leaf, uint256 slot, bytes32[10] calldata path) private pure {
        if (slot >= 1024) revert IndexOutOfRange(slot, 1024);
        bytes32 root = MerkleTree.rootFrom10(leaf, slot, path);
        if (root != expected) revert NotInTree(root, expected);
    }

    function _totalScore(Claim calldata claim, TraceOpening calldata scores) private pure returns (uint256 sum) {
        if (claim.traceRoot == 0) return 0;
        Openings.requireTrace(claim, scores, _SCORES);
        for (uint256 i = 0; i < scores.words.length; ++i) {
            sum += uint256(scores.words[i]);
        }
    }
}
