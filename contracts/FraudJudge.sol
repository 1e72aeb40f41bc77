// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBucketProofs} from "./interfaces/IBucketProofs.sol";
import {IFraudJudge} from "./interfaces/IFraudJudge.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {ChunkArithmetic} from "./judge/ChunkArithmetic.sol";
import {LedgerArithmetic} from "./judge/LedgerArithmetic.sol";
import {MemberProofs} from "./judge/MemberProofs.sol";
import {MemberRows} from "./judge/MemberRows.sol";
import {Openings} from "./judge/Openings.sol";
import {Places} from "./judge/Places.sol";
import {SegmentArithmetic} from "./judge/SegmentArithmetic.sol";
import {TraceRules} from "./judge/TraceRules.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {Participation} from "./lib/Participation.sol";
import {Claim, LedgerLeaf, MemberLeaf, TaskSpec} from "./lib/Types.sol";

/// @title FraudJudge
/// @dev Behaviour and assumptions: see `IFraudJudge`. Every proof opens its leaves against the claim of the case and
/// then looks for the fault. It calls the ledger last, and the ledger rejects that claim and no other. Some proofs read
/// the chain's record of a claim that stands; those ask the ledger first. The proofs about members, about the ledger as
/// a whole, about the trace and about buckets do not fit into one contract with the rest. Their calls are passed on unchanged
/// to three stateless contracts, which were named at deployment and answer by reverting or not.
contract FraudJudge is IFraudJudge {
    /// @custom:storage-location erc7201:quorate.storage.FraudJudge
    struct JudgeStorage {
        mapping(bytes32 callHash => uint256 blockNumber) reservations;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.FraudJudge")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0x967cd186e68990f7ab409dd79922bc4de1a96cc1f68f49406274095a83325600;

    uint256 private constant _WEIGHT_ONE = 65536;
    // Trace kinds (docs/aggregation.md §6).
    uint32 private constant _STAKES = 1;
    uint32 private constant _WEIGHTS = 22;

    /// @inheritdoc IFraudJudge
    IRoundLedger public immutable ledger;
    /// @inheritdoc IFraudJudge
    address public immutable memberProofs;
    /// @inheritdoc IFraudJudge
    address public immutable traceRules;
    /// @inheritdoc IFraudJudge
    address public immutable bucketProofs;
    /// @inheritdoc IFraudJudge
    address public immutable court;

    constructor(
        IRoundLedger ledger_,
        MemberProofs memberProofs_,
        TraceRules traceRules_,
        IBucketProofs bucketProofs_,
        address court_
    ) {
        // INVARIANT: only a contract judges. A call to an address without code succeeds, which would count as a proved
        // fault.
        if (address(memberProofs_).code.length == 0) revert NoCode(address(memberProofs_));
        if (address(traceRules_).code.length == 0) revert NoCode(address(traceRules_));
        if (address(bucketProofs_).code.length == 0) revert NoCode(address(bucketProofs_));
        _requireLedger(memberProofs_.ledger(), ledger_);
        // INVARIANT: buckets are drawn among the members of this ledger.
        _requireLedger(bucketProofs_.maskBuckets().ledger(), ledger_);
        ledger = ledger_;
        memberProofs = address(memberProofs_);
        traceRules = address(traceRules_);
        bucketProofs = address(bucketProofs_);
        court = court_;
    }

    function _requireLedger(IRoundLedger other, IRoundLedger ledger_) private pure {
        if (address(other) != address(ledger_)) revert OtherLedger(other, ledger_);
    }

    // ── Bounty and court ──────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function reserve(bytes32 callHash) external {
        mapping(bytes32 => uint256) storage reservations = _judge().reservations;
        // A later reservation of the same call neither gains nor delays anything.
        if (reservations[callHash] != 0) return;
        reservations[callHash] = block.number;
        emit Reserved(callHash, msg.sender);
    }

    /// @inheritdoc IFraudJudge
    function rejectWithheld(uint256 task, uint64 round, address recipient) external {
        if (msg.sender != court) revert NotCourt(msg.sender, court);
        emit FraudProved(task, round, msg.sig, recipient);
        ledger.reject(task, round, recipient);
    }

    /// @inheritdoc IFraudJudge
    function reservedAt(bytes32 callHash) external view returns (uint256) {
        return _judge().reservations[callHash];
    }

    // ── Trace ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveTrace(Case calldata c, TaskSpec calldata spec, TraceProof calldata) external {
        _requireSpec(c, spec);
        _ask(traceRules);
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveTraceShape(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata,
        TraceOpening calldata
    ) external {
        _requireSpec(c, spec);
        _ask(traceRules);
        _reject(c);
    }

    // ── Members ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveCommitment(Case calldata c, MemberOpening calldata, bytes calldata) external {
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveReveal(Case calldata c, MemberOpening calldata, bytes32, bytes32) external {
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveOrder(Case calldata c, MemberOpening calldata, MemberOpening calldata) external {
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveAttestation(Case calldata c, MemberLeaf[] calldata, uint256, bytes calldata) external {
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveCertificate(Case calldata c, TaskSpec calldata spec, MemberLeaf[] calldata) external {
        _requireSpec(c, spec);
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveAvailability(Case calldata c, TaskSpec calldata spec, MemberLeaf[] calldata, uint256) external {
        _requireSpec(c, spec);
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveReason(Case calldata c, TaskSpec calldata spec, ReasonProof calldata) external {
        _requireSpec(c, spec);
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveMissingRow(Case calldata c, uint256, bytes32[7] calldata) external {
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveVerdict(
        Case calldata c,
        TraceOpening calldata,
        MemberOpening[] calldata,
        MemberOpening calldata
    ) external {
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveCount(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata,
        MemberOpening[] calldata
    ) external {
        _requireSpec(c, spec);
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveQuarantine(
        Case calldata c,
        MemberOpening calldata,
        Parent calldata,
        LedgerLeaf calldata,
        bytes32[10] calldata
    ) external {
        _ask(memberProofs);
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveSealed(Case calldata c, MemberLeaf[] calldata) external {
        _askMembers(c);
    }

    /// @inheritdoc IFraudJudge
    function proveOmission(
        Case calldata c,
        address,
        bytes32,
        bytes calldata,
        MemberOpening[] calldata,
        MemberOpening[] calldata
    ) external {
        _askMembers(c);
    }

    // ── Model ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveTransition(Case calldata c, TaskSpec calldata spec, TransitionProof calldata p) external {
        _requireSpec(c, spec);
        uint256 count = _requireTransition(c.claim, p);
        if (p.chunk >= Openings.chunks(spec)) revert IndexOutOfRange(p.chunk, Openings.chunks(spec));
        (uint256[] memory betas, bool sound) = _betas(c.claim, p.weights);
        if (sound && count == betas.length && _transitionHolds(spec, p, betas)) revert NoFault();
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveModel(Case calldata c, ModelProof calldata p) external {
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
        Openings.requireChunk(c.claim, p.transition);
        Openings.requireTrace(c.claim, p.weights, _WEIGHTS);
        (uint256 carrying, uint256 admitted) = Places.carrying(p.weights.words, p.row);
        // A leaf whose number of rows differs from the number of weights is wrong for any weights.
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

    /// @inheritdoc IFraudJudge
    function proveTransitionShape(Case calldata c, TaskSpec calldata spec, ChunkOpening calldata leaf) external {
        _requireSpec(c, spec);
        uint256 chunks = Openings.chunks(spec);
        uint256 depth = Openings.depthFor(chunks);
        // Two words have the length of a node, so only the depth distinguishes them. No preimage hashes to an empty
        // leaf.
        if (leaf.words.length == 0 || (leaf.words.length == 2 && leaf.path.length != depth)) {
            revert WrongLength(leaf.words.length, 4);
        }
        bytes32 hash = keccak256(abi.encodePacked(leaf.words));
        Openings.requireLeaf(c.claim.transitionRoot, hash, leaf.chunk, leaf.path);
        if (leaf.words.length >= 4 && leaf.path.length == depth && leaf.chunk < chunks) revert NoFault();
        _reject(c);
    }

    // ── Gram ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveGram(Case calldata c, TaskSpec calldata spec, GramProof calldata p) external {
        _requireSpec(c, spec);
        Openings.requireTrace(c.claim, p.stakes, _STAKES);
        (bytes32 hash, int256 sum,) = Openings.descend(c.claim, p.pair);
        uint256 segments = Openings.chunks(spec) / 32;
        uint256 depth = Openings.depthFor(segments);
        if (p.pair.nodes.length > depth) revert WrongLength(p.pair.nodes.length, depth);
        // Leaves have hash zero, and no other node has.
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
        (,, int256 committed) = Openings.descend(c.claim, p);
        if (p.position == p.pair) {
            SumNode[] calldata nodes = p.nodes;
            if (nodes.length == 0) revert NoFault();
            SumNode calldata node = nodes[nodes.length - 1];
            unchecked {
                // Honest sums stay below 2^44. A sum that wraps has a wrong node further down.
                if (node.leftSum + node.rightSum == committed) revert NoFault();
            }
        }
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveGramShape(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata stakes,
        uint256 position,
        bool missing,
        PairLeaf calldata leaf,
        uint256 pair,
        bytes32[] calldata path
    ) external {
        _requireSpec(c, spec);
        // Both trees are empty when no row was admitted.
        if ((c.claim.gramRoot == 0) == (c.claim.traceRoot == 0)) {
            Openings.requireTrace(c.claim, stakes, _STAKES);
            uint256 rows = stakes.words.length + (spec.rule.referenceKind == 0 ? 0 : 1);
            uint256 pairs = rows * (rows + 1) / 2;
            uint256 depth = Openings.depthFor(pairs);
            // Only a leaf has a preimage of 96 bytes, so it shows its depth; an empty place does not.
            if (missing && path.length != depth) revert WrongLength(path.length, depth);
            bytes32 hash = missing ? bytes32(0) : keccak256(abi.encode(leaf.hash, leaf.product, pair));
            Openings.requireLeaf(c.claim.gramRoot, hash, position, path);
            if (missing == (position >= pairs) && path.length == depth) revert NoFault();
        }
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveNorm(Case calldata c, TaskSpec calldata spec, TraceOpening calldata stakes, PairOpening calldata p)
        external
    {
        _requireSpec(c, spec);
        Openings.requireTrace(c.claim, stakes, _STAKES);
        Openings.descend(c.claim, p);
        (uint256 i, uint256 j) = Places.rowsOfPair(p.pair);
        if (i != j) revert WrongRow(j, i);
        if (i >= stakes.words.length) revert IndexOutOfRange(i, stakes.words.length);
        if (p.product >= int256(uint256(spec.minNormSq)) && p.product <= int256(uint256(spec.maxNormSq))) {
            revert NoFault();
        }
        _reject(c);
    }

    // ── Ledger ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveLedger(Case calldata c, TaskSpec calldata spec, LedgerProof calldata p) external {
        _requireSpec(c, spec);
        Openings.requireParent(c, p.parent);
        Openings.requireMember(c.claim, p.member);
        MemberLeaf calldata row = p.member.leaf;
        bytes32 previous = LedgerArithmetic.leafHash(p.previous);
        Openings.requireLedgerLeaf(p.parent.claim.ledgerRoot, previous, row.slot, p.previousPath);
        Openings.requireLedgerLeaf(c.claim.ledgerRoot, p.leaf, row.slot, p.path);
        bytes32 expected = previous;
        if (LedgerArithmetic.judged(row.verdict)) {
            uint256 scores = Openings.totalScore(c.claim, p.scores);
            uint256 budget = spec.rewardPerRound - LedgerArithmetic.share(spec, scores);
            bool shared = Participation.inBuckets(spec.committee);
            expected = LedgerArithmetic.leafHash(
                LedgerArithmetic.next(p.previous, row, c.round, budget, scores, shared)
            );
        }
        if (p.leaf == expected) revert NoFault();
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveLedgerTotal(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata,
        Parent calldata
    ) external {
        _requireSpec(c, spec);
        _ask(memberProofs);
        _reject(c);
    }

    /// @inheritdoc IFraudJudge
    function proveLedgerSlot(Case calldata c, TaskSpec calldata spec, LedgerSlotProof calldata) external {
        _requireSpec(c, spec);
        _ask(memberProofs);
        _reject(c);
    }

    // ── Buckets ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveBuckets(
        Case calldata c,
        TaskSpec calldata spec,
        MemberLeaf[] calldata,
        TraceOpening calldata
    ) external {
        _askBuckets(c, spec);
    }

    /// @inheritdoc IFraudJudge
    function proveBucketRows(Case calldata c, TaskSpec calldata spec, MemberLeaf[] calldata, uint256) external {
        _askBuckets(c, spec);
    }

    /// @inheritdoc IFraudJudge
    function proveBucketField(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata,
        TraceOpening calldata,
        uint256,
        MemberOpening calldata
    ) external {
        _askBuckets(c, spec);
    }

    /// @inheritdoc IFraudJudge
    function proveBucketReason(Case calldata c, TaskSpec calldata spec, IBucketProofs.ReasonProof calldata) external {
        _askBuckets(c, spec);
    }

    /// @inheritdoc IFraudJudge
    function proveBucketGram(Case calldata c, TaskSpec calldata spec, IBucketProofs.GramProof calldata) external {
        _askBuckets(c, spec);
    }

    /// @inheritdoc IFraudJudge
    function proveBucketSum(Case calldata c, TaskSpec calldata spec, IBucketProofs.RowProof calldata) external {
        _askBuckets(c, spec);
    }

    /// @inheritdoc IFraudJudge
    function proveBucketTotal(
        Case calldata c,
        TaskSpec calldata spec,
        TraceOpening calldata,
        TraceOpening calldata,
        Parent calldata
    ) external {
        _askBuckets(c, spec);
    }

    // ── Garbage ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IFraudJudge
    function proveGarbage(Case calldata c, TaskSpec calldata spec, GarbageProof calldata p) external {
        _requireSpec(c, spec);
        IRoundLedger.RoundView memory view_ = ledger.round(c.task, c.round);
        // INVARIANT: nobody is penalised for a row that can still be disputed.
        if (view_.status != IRoundLedger.RoundStatus.Final) revert NotFinal(c.task, c.round, view_.status);
        bytes32 hash = _claimHash(c);
        if (hash != view_.claimHash) revert WrongClaim(hash, view_.claimHash);
        _ask(memberProofs);
        emit GarbageProved(c.task, c.round, p.member.leaf.member);
        // INVARIANT: nobody earns by another member's fault.
        ledger.penalise(c.task, c.round, p.member.leaf.member, address(0));
    }

    // ── The case ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Hash of the claim that the case names for its round.
    function _claimHash(Case calldata c) private pure returns (bytes32) {
        return ClaimLib.hashCalldata(c.claim, c.task, c.round);
    }

    /// @param standing the claim of that round that may be rejected, zero if none
    function _requireStanding(Case calldata c, bytes32 hash, bytes32 standing) private view {
        if (standing == hash) return;
        if (standing == 0) revert NotDisputable(c.task, c.round, ledger.round(c.task, c.round).status);
        revert WrongClaim(hash, standing);
    }

    function _requireSpec(Case calldata c, TaskSpec calldata spec) private view {
        bytes32 hash = keccak256(abi.encode(spec));
        bytes32 expected = ledger.specHash(c.task);
        if (hash != expected) revert WrongSpec(hash, expected);
    }

    /// @dev A call that returns without revert has proved the fault.
    function _ask(address proofs) private view {
        (bool shown, bytes memory answer) = proofs.staticcall(msg.data);
        if (shown) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    function _askMembers(Case calldata c) private {
        _requireStanding(c, _claimHash(c), ledger.rejectable(c.task, c.round));
        _ask(memberProofs);
        _reject(c);
    }

    /// @dev INVARIANT: no proof about buckets judges a task without them, whose rows are in no draw.
    function _askBuckets(Case calldata c, TaskSpec calldata spec) private {
        _requireSpec(c, spec);
        if (!Participation.inBuckets(spec.committee)) revert NoFault();
        _ask(bucketProofs);
        _reject(c);
    }

    function _reject(Case calldata c) private {
        address recipient = _earner(c.recipient);
        emit FraudProved(c.task, c.round, msg.sig, recipient);
        bytes32 hash = _claimHash(c);
        _requireStanding(c, hash, ledger.tryReject(c.task, c.round, hash, recipient));
    }

    /// @dev INVARIANT: a copied proof earns nothing. Only a call whose hash was reserved in an earlier block pays, and
    /// it pays the recipient that the call names. A copy pays that same recipient, and a call with another recipient
    /// has no reservation. The reservation is used up, which gives gas back.
    function _earner(address recipient) private returns (address) {
        mapping(bytes32 => uint256) storage reservations = _judge().reservations;
        bytes32 callHash = keccak256(msg.data);
        uint256 reserved = reservations[callHash];
        if (reserved == 0 || reserved >= block.number) return address(0);
        delete reservations[callHash];
        return recipient;
    }

    function _judge() private pure returns (JudgeStorage storage $) {
        assembly {
            $.slot := _STORAGE
        }
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
    /// @return sound whether the sum of the weights is one, or there are none
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
            end += Openings.chunksOf(spec.tensors[t].length);
            if (chunk < end) return (spec.tensors[t].eta, spec.tensors[t].shift);
        }
    }

    function _partRoot(Case calldata c, ModelProof calldata p) private pure returns (bytes32) {
        if (p.part == Part.NewModel) return c.claim.modelRoot;
        if (p.part == Part.NewReference) return c.claim.referenceRoot;
        Openings.requireParent(c, p.parent);
        return p.part == Part.OldModel ? p.parent.claim.modelRoot : p.parent.claim.referenceRoot;
    }

    // ── Inner products ────────────────────────────────────────────────────────────────────────────────────────────

    function _pairExists(TaskSpec calldata spec, GramProof calldata p) private pure returns (bool) {
        (uint256 i,) = Places.rowsOfPair(p.pair.pair);
        return i < p.stakes.words.length + (spec.rule.referenceKind == 0 ? 0 : 1);
    }

    function _segmentProduct(Case calldata c, GramProof calldata p, uint256 depth) private pure returns (int256) {
        (uint256 i, uint256 j) = Places.rowsOfPair(p.pair.pair);
        if (p.rows.length != 0) MemberRows.requireAll(c.claim, p.rows);
        _requireSegment(c, p, p.left, i, depth);
        if (i == j) {
            if (p.right.data.length != 0) revert WrongLength(p.right.data.length, 0);
            return SegmentArithmetic.product(p.left.data, p.left.data);
        }
        _requireSegment(c, p, p.right, j, depth);
        return SegmentArithmetic.product(p.left.data, p.right.data);
    }

    /// @return update root of an admitted row
    function _rootOf(Case calldata c, GramProof calldata p, SegmentOpening calldata s, uint256 index)
        private
        pure
        returns (bytes32)
    {
        if (p.rows.length != 0) return p.rows[MemberRows.admittedRow(p.rows, p.stakes.words.length, index)].updateRoot;
        uint256 row = Openings.memberRow(c.claim, p.stakes.words.length, index, p.excluded);
        if (s.member.row != row) revert WrongRow(s.member.row, row);
        Openings.requireMember(c.claim, s.member);
        return s.member.leaf.updateRoot;
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
            Openings.requireParent(c, p.parent);
            root = p.parent.claim.referenceRoot;
        } else {
            root = _rootOf(c, p, s, index);
        }
        Openings.requireLeaf(root, SegmentArithmetic.root(s.data), p.pair.segment, s.path);
    }
}
