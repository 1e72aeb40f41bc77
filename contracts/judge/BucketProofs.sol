// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBucketProofs} from "../interfaces/IBucketProofs.sol";
import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {IMaskBuckets} from "../interfaces/IMaskBuckets.sol";
import {ClaimShape} from "../lib/ClaimShape.sol";
import {Participation} from "../lib/Participation.sol";
import {MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {BucketSums} from "./BucketSums.sol";
import {LedgerArithmetic} from "./LedgerArithmetic.sol";
import {MemberRows} from "./MemberRows.sol";
import {Openings} from "./Openings.sol";
import {Places} from "./Places.sol";
import {Reasons} from "./Reasons.sol";
import {SegmentArithmetic} from "./SegmentArithmetic.sol";

/// @title BucketProofs
/// @dev Behaviour: see `IBucketProofs`. Without state.
contract BucketProofs is IBucketProofs {
    uint32 private constant _STAKES = 1;
    uint32 private constant _WEIGHTS = 22;
    uint32 private constant _SCORES = 25;
    uint32 private constant _VERDICTS = 26;
    uint32 private constant _BUCKETS = 34;
    uint256 private constant _LEAST = 3;
    uint256 private constant _SLOTS = 1024;

    /// @param word of the trace leaf
    /// @param first index of its first row
    /// @param whole whether the rows add up
    struct Formed {
        uint256 word;
        uint256 first;
        bool whole;
    }

    /// @inheritdoc IBucketProofs
    IMaskBuckets public immutable maskBuckets;

    constructor(IMaskBuckets maskBuckets_) {
        maskBuckets = maskBuckets_;
    }

    /// @inheritdoc IBucketProofs
    function proveBuckets(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        MemberLeaf[] calldata rows,
        IFraudJudge.TraceOpening calldata buckets
    ) external view {
        MemberRows.requireAll(c.claim, rows);
        Openings.requireTrace(c.claim, buckets, _BUCKETS);
        uint64[] memory drawn = _drawn(c, spec);
        uint256[] memory places = _placesOf(rows);
        int256[] calldata words = buckets.words;
        uint256 count = 0;
        for (uint256 b = 0; b < drawn.length; ++b) {
            Formed memory formed = _formed(rows, places, drawn[b], Participation.bucketSize(spec.committee));
            if (!formed.whole || !Openings.admitted(rows[formed.first].verdict)) continue;
            if (count == words.length || uint256(words[count]) != formed.word) return;
            ++count;
        }
        if (count == words.length) revert IFraudJudge.NoFault();
    }

    /// @inheritdoc IBucketProofs
    function proveBucketRows(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        MemberLeaf[] calldata rows,
        uint256 row
    ) external view {
        MemberRows.requireAll(c.claim, rows);
        if (row >= rows.length) revert IFraudJudge.IndexOutOfRange(row, rows.length);
        MemberLeaf calldata leaf = rows[row];
        // Whether a row is available, and whether it is a copy, other proofs judge.
        if (leaf.verdict < Openings.INADMISSIBLE || leaf.reason == Openings.COPY) revert IFraudJudge.NoFault();
        uint64[] memory drawn = _drawn(c, spec);
        uint256[] memory places = _placesOf(rows);
        uint256 size = Participation.bucketSize(spec.committee);
        bool refused = leaf.verdict == Openings.INADMISSIBLE && leaf.reason == Openings.VOID;
        for (uint256 b = 0; b < drawn.length; ++b) {
            if (!_has(drawn[b], leaf.slot, size)) continue;
            Formed memory formed = _formed(rows, places, drawn[b], size);
            if (formed.whole ? !refused && _alike(leaf, rows[formed.first]) : refused) revert IFraudJudge.NoFault();
            return;
        }
        // In no bucket.
        if (refused) revert IFraudJudge.NoFault();
    }

    /// @inheritdoc IBucketProofs
    function proveBucketField(
        IFraudJudge.Case calldata c,
        TaskSpec calldata,
        IFraudJudge.TraceOpening calldata leaf,
        IFraudJudge.TraceOpening calldata buckets,
        uint256 place,
        IFraudJudge.MemberOpening calldata member
    ) external pure {
        Openings.requireTrace(c.claim, leaf);
        Openings.requireTrace(c.claim, buckets, _BUCKETS);
        if (leaf.kind == _STAKES && leaf.words.length != buckets.words.length) return;
        if (place >= leaf.words.length || place >= buckets.words.length) {
            revert IFraudJudge.IndexOutOfRange(place, buckets.words.length);
        }
        uint256 word = uint256(buckets.words[place]);
        Openings.requireMember(c.claim, member);
        uint256 first = word & 0xff;
        if (member.row != first) revert IFraudJudge.WrongRow(member.row, first);
        if (_field(leaf, place, word >> 40) == _fieldOf(member.leaf, leaf.kind, word >> 40)) revert IFraudJudge.NoFault();
    }

    /// @inheritdoc IBucketProofs
    function proveBucketReason(IFraudJudge.Case calldata c, TaskSpec calldata spec, ReasonProof calldata p)
        external
        view
    {
        MemberRows.requireAll(c.claim, p.rows);
        uint64[] memory drawn = _drawn(c, spec);
        if (p.bucket >= drawn.length) revert IFraudJudge.IndexOutOfRange(p.bucket, drawn.length);
        uint256 size = Participation.bucketSize(spec.committee);
        Formed memory formed = _formed(p.rows, _placesOf(p.rows), drawn[p.bucket], size);
        // Its rows have no sum, which `proveBucketRows` judges.
        if (!formed.whole) revert IFraudJudge.NoFault();
        if (p.chunk.length + p.sums.length != 1) revert IFraudJudge.WrongLength(p.chunk.length + p.sums.length, 1);
        MemberLeaf calldata leaf = p.rows[formed.first];
        bool wrong = p.chunk.length == 1
            ? _valueWrong(c, spec, p, leaf, formed.word)
            : _normWrong(c, spec, p, leaf, formed.word);
        if (!wrong) revert IFraudJudge.NoFault();
    }

    /// @inheritdoc IBucketProofs
    function proveBucketGram(IFraudJudge.Case calldata c, TaskSpec calldata spec, GramProof calldata p) external view {
        Openings.requireTrace(c.claim, p.buckets, _BUCKETS);
        (bytes32 hash, int256 sum,) = Openings.descend(c.claim, p.pair);
        uint256 segments = Openings.chunks(spec) / 32;
        uint256 depth = Openings.depthFor(segments);
        // Trees of another shape are judged without looking at rows.
        if (hash != 0 || p.pair.nodes.length != depth) revert IFraudJudge.WrongLength(p.pair.nodes.length, depth);
        if (p.pair.segment >= segments) revert IFraudJudge.IndexOutOfRange(p.pair.segment, segments);
        (uint256 i, uint256 j) = Places.rowsOfPair(p.pair.pair);
        bytes memory left = _operand(c, spec, p, p.left, i, depth);
        bytes memory right = i == j ? left : _operand(c, spec, p, p.right, j, depth);
        if (this.product(left, right) == sum) revert IFraudJudge.NoFault();
    }

    /// @inheritdoc IBucketProofs
    function proveBucketSum(IFraudJudge.Case calldata c, TaskSpec calldata spec, RowProof calldata p) external pure {
        Openings.requireChunk(c.claim, p.transition);
        Openings.requireTrace(c.claim, p.weights, _WEIGHTS);
        Openings.requireTrace(c.claim, p.buckets, _BUCKETS);
        (uint256 carrying, uint256 admitted) = Places.carrying(p.weights.words, p.row);
        // A leaf whose number of rows differs from the number of weights is wrong for any weights.
        if (carrying != p.transition.words.length - 4) return;
        if (p.row >= carrying) revert IFraudJudge.IndexOutOfRange(p.row, carrying);
        uint256 words = p.buckets.words.length;
        if (admitted >= words) revert IFraudJudge.IndexOutOfRange(admitted, words);
        bytes memory sum = BucketSums.sumOf(
            c.claim,
            Participation.bucketSize(spec.committee),
            uint256(p.buckets.words[admitted]),
            p.parts,
            ClaimShape.vectorDepth(Openings.chunks(spec)),
            p.transition.chunk,
            256
        );
        if (keccak256(sum) == p.transition.words[p.row]) revert IFraudJudge.NoFault();
    }

    /// @inheritdoc IBucketProofs
    function proveBucketTotal(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.TraceOpening calldata scores,
        IFraudJudge.TraceOpening calldata buckets,
        IFraudJudge.Parent calldata parent
    ) external pure {
        Openings.requireParent(c, parent);
        uint256 sum = Openings.totalScore(c.claim, scores);
        uint256 total = parent.claim.ledgerTotal;
        if (sum > 0) {
            Openings.requireTrace(c.claim, buckets, _BUCKETS);
            uint256 share = LedgerArithmetic.share(spec, sum);
            uint256 budget = spec.rewardPerRound - share;
            total += share;
            int256[] calldata words = scores.words;
            for (uint256 i = 0; i < words.length; ++i) {
                uint256 count = uint256(buckets.words[i]) >> 40;
                total += count * Math.mulDiv(budget, uint256(words[i]) / count, sum);
            }
        }
        if (total == c.claim.ledgerTotal) revert IFraudJudge.NoFault();
    }

    /// @notice `Σ a_k b_k` of two segments. For this contract, whose sums are in memory.
    function product(bytes calldata a, bytes calldata b) external pure returns (int256) {
        return SegmentArithmetic.product(a, b);
    }

    /// @dev Whether a chunk of the sum shows that verdict, reason or argument of the bucket is wrong.
    function _valueWrong(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        ReasonProof calldata p,
        MemberLeaf calldata leaf,
        uint256 word
    ) private pure returns (bool) {
        uint256 chunks = Openings.chunks(spec);
        uint256 arg = uint256(leaf.reasonArg);
        bool refused = leaf.reason == Openings.VALUE;
        if (refused && arg >= chunks) return true;
        uint256 chunk = p.chunk[0];
        if (chunk >= chunks) revert IFraudJudge.IndexOutOfRange(chunk, chunks);
        uint256 depth = ClaimShape.vectorDepth(chunks);
        bytes memory sum = BucketSums.sumOf(c.claim, Participation.bucketSize(spec.committee), word, p.parts, depth, chunk, 256);
        uint256 used = Openings.used(spec, chunk);
        for (uint256 k = 0; k < 256; ++k) {
            if (sum[k] == 0x80 || (k >= used && sum[k] != 0)) return !refused || arg > chunk;
        }
        return refused && arg == chunk;
    }

    /// @dev Whether the sum's own sum tree is wrong, or its total inside the task's bounds.
    function _normWrong(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        ReasonProof calldata p,
        MemberLeaf calldata leaf,
        uint256 word
    ) private view returns (bool) {
        IFraudJudge.OwnSums calldata own = p.sums[0];
        (bool decided, bool wrong, int256 square) = Reasons.nodesWrong(spec, leaf, own);
        if (decided) return wrong;
        uint256 depth = own.nodes.length - 1;
        uint256 length = SegmentArithmetic.SEGMENT;
        bytes memory sum = BucketSums.sumOf(c.claim, Participation.bucketSize(spec.committee), word, p.parts, depth, own.segment, length);
        return this.product(sum, sum) != square;
    }

    /// @dev A score is split between the rows, a stake is added up from them.
    function _field(IFraudJudge.TraceOpening calldata leaf, uint256 place, uint256 count) private pure returns (uint256) {
        uint256 word = uint256(leaf.words[place]);
        return leaf.kind == _SCORES ? word / count : word;
    }

    function _fieldOf(MemberLeaf calldata row, uint32 kind, uint256 count) private pure returns (uint256) {
        if (kind == _STAKES) return row.weight * count;
        if (kind == _WEIGHTS) return row.beta;
        if (kind == _SCORES) return row.score;
        if (kind == _VERDICTS) return row.verdict;
        revert IFraudJudge.WrongTraceLeaf(kind, _VERDICTS);
    }

    /// @dev The segment of row `index` of the rule: a sum, or the reference behind the sums.
    function _operand(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        GramProof calldata p,
        Part[] calldata parts,
        uint256 index,
        uint256 depth
    ) private pure returns (bytes memory) {
        uint256 count = p.buckets.words.length;
        if (index < count) {
            return BucketSums.sumOf(
                c.claim,
                Participation.bucketSize(spec.committee),
                uint256(p.buckets.words[index]),
                parts,
                depth,
                p.pair.segment,
                SegmentArithmetic.SEGMENT
            );
        }
        if (index > count || spec.rule.referenceKind == 0) revert IFraudJudge.IndexOutOfRange(index, count);
        if (p.ref.length != SegmentArithmetic.SEGMENT) {
            revert IFraudJudge.WrongLength(p.ref.length, SegmentArithmetic.SEGMENT);
        }
        if (p.refPath.length != depth) revert IFraudJudge.WrongLength(p.refPath.length, depth);
        Openings.requireParent(c, p.parent);
        bytes32 root = SegmentArithmetic.root(p.ref);
        Openings.requireLeaf(p.parent.claim.referenceRoot, root, p.pair.segment, p.refPath);
        return p.ref;
    }

    /// @dev As the chain drew them for the epoch of the round.
    function _drawn(IFraudJudge.Case calldata c, TaskSpec calldata spec) private view returns (uint64[] memory) {
        return maskBuckets.buckets(c.task, Participation.epochOf(spec.committee, c.round));
    }

    /// @dev By slot: one more than the index of its row, 0 without a row.
    function _placesOf(MemberLeaf[] calldata rows) private pure returns (uint256[] memory places) {
        places = new uint256[](_SLOTS);
        for (uint256 i = 0; i < rows.length; ++i) {
            places[rows[i].slot] = i + 1;
        }
    }

    /// @dev At least three rows, all available, none a copy, all of one weight. What the rows say of themselves is judged by
    /// other proofs.
    function _formed(MemberLeaf[] calldata rows, uint256[] memory places, uint256 bucket, uint256 size)
        private
        pure
        returns (Formed memory formed)
    {
        uint256 count = 0;
        uint256 absent = BucketSums.NOBODY;
        formed.whole = true;
        for (uint256 k = 0; k < size; ++k) {
            uint256 place = places[_slot(bucket, k)];
            if (place == 0) {
                absent = k;
                continue;
            }
            MemberLeaf calldata row = rows[place - 1];
            if (count == 0) formed.first = place - 1;
            if (row.verdict < Openings.INADMISSIBLE || row.reason == Openings.COPY) formed.whole = false;
            if (row.weight != rows[formed.first].weight) formed.whole = false;
            formed.word |= (place - 1) << (8 * count);
            ++count;
        }
        if (count < _LEAST) formed.whole = false;
        formed.word |= count << 40 | absent << 32;
    }

    function _has(uint256 bucket, uint256 slot, uint256 size) private pure returns (bool) {
        for (uint256 k = 0; k < size; ++k) {
            if (_slot(bucket, k) == slot) return true;
        }
        return false;
    }

    function _slot(uint256 bucket, uint256 k) private pure returns (uint256) {
        return (bucket >> (16 * k)) & 0xffff;
    }

    /// @dev Rows of a bucket have one outcome. Their weights are equal, so their scores are, too.
    function _alike(MemberLeaf calldata a, MemberLeaf calldata b) private pure returns (bool) {
        return a.verdict == b.verdict && a.reason == b.reason && a.reasonArg == b.reasonArg && a.beta == b.beta
            && a.score == b.score;
    }
}
