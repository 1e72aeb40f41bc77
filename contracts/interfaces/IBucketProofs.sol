// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {IFraudJudge} from "./IFraudJudge.sol";
import {IMaskBuckets} from "./IMaskBuckets.sol";

/// @title BucketProofs
/// @notice The proofs about sums of masked rows (docs/decisions/0009-buckets-in-tasks.md), for a judge that has opened the
/// case and the specification. Each function returns when it has found a fault and reverts otherwise. A claim states no sum:
/// the contract adds the members' rows by itself, as the trace says which they are.
interface IBucketProofs {
    /// @notice A part of the version that a member shows.
    /// @param data a segment or a chunk
    /// @param path from there to the root over the member's versions
    struct Part {
        IFraudJudge.MemberOpening member;
        bytes data;
        bytes32[] path;
    }

    /// @param buckets trace leaf 34
    /// @param left a part of each row of row i of the rule, `right` of row j ≤ i; empty for i = j and for the reference
    /// @param ref the reference's segment, if i is its place
    struct GramProof {
        IFraudJudge.PairOpening pair;
        IFraudJudge.TraceOpening buckets;
        Part[] left;
        Part[] right;
        bytes ref;
        bytes32[] refPath;
        IFraudJudge.Parent parent;
    }

    /// @param row place of the wrong row hash in the transition leaf
    /// @param weights trace leaf 22
    /// @param buckets trace leaf 34
    /// @param parts the chunk of each row that the hash is the sum of
    struct RowProof {
        IFraudJudge.ChunkOpening transition;
        uint256 row;
        IFraudJudge.TraceOpening weights;
        IFraudJudge.TraceOpening buckets;
        Part[] parts;
    }

    /// @notice What shows that a bucket is admitted or refused wrongly: exactly one of `chunk` and `sums` has an entry.
    /// @param rows all members rows
    /// @param bucket index of the bucket in the draw
    /// @param parts the chunk, or the segment at the end of the way, of each of its rows; none where the nodes show the fault
    /// @param chunk of the sum, for reason 2
    /// @param sums of the sum, for reason 3; without data and path
    struct ReasonProof {
        MemberLeaf[] rows;
        uint256 bucket;
        Part[] parts;
        uint256[] chunk;
        IFraudJudge.OwnSums[] sums;
    }

    /// @notice The trace says that another row, version or bucket is summed than seal and draw do.
    /// @param rows all members rows
    /// @param buckets trace leaf 34
    function proveBuckets(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        MemberLeaf[] calldata rows,
        IFraudJudge.TraceOpening calldata buckets
    ) external view;

    /// @notice A row is in a sum or refused against seal and draw, or does not carry what its bucket does.
    /// @param rows all members rows
    /// @param row index of the wrong one
    function proveBucketRows(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        MemberLeaf[] calldata rows,
        uint256 row
    ) external view;

    /// @notice The rows of a bucket do not carry what the trace says of it, or the trace has not one place for each bucket.
    /// @param leaf trace leaf 1 (stakes), 22 (weights), 25 (scores) or 26 (verdicts)
    /// @param buckets trace leaf 34
    /// @param place of the bucket in both
    /// @param member the first row of the bucket; `proveBucketRows` compares the others with it
    function proveBucketField(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.TraceOpening calldata leaf,
        IFraudJudge.TraceOpening calldata buckets,
        uint256 place,
        IFraudJudge.MemberOpening calldata member
    ) external pure;

    /// @notice The values or the norm of a sum do not agree with the verdict, the reason or the argument of its rows.
    function proveBucketReason(IFraudJudge.Case calldata c, TaskSpec calldata spec, ReasonProof calldata p) external view;

    /// @notice An inner product of sums over one segment is wrong.
    function proveBucketGram(IFraudJudge.Case calldata c, TaskSpec calldata spec, GramProof calldata p) external view;

    /// @notice A row hash in a transition leaf is not that of the sum.
    function proveBucketSum(IFraudJudge.Case calldata c, TaskSpec calldata spec, RowProof calldata p) external pure;

    /// @notice `ledgerTotal` is not the parent's total plus the rewards and the operator's share of the round.
    /// @param scores trace leaf 25; ignored when the claim has no trace
    /// @param buckets trace leaf 34, which says how many members split each score; ignored when nobody is paid
    function proveBucketTotal(
        IFraudJudge.Case calldata c,
        TaskSpec calldata spec,
        IFraudJudge.TraceOpening calldata scores,
        IFraudJudge.TraceOpening calldata buckets,
        IFraudJudge.Parent calldata parent
    ) external pure;

    function maskBuckets() external view returns (IMaskBuckets);
}
