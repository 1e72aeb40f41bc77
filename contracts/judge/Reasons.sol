// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {Claim, MemberLeaf, TaskSpec} from "../lib/Types.sol";
import {ClaimShape} from "../lib/ClaimShape.sol";
import {Openings} from "./Openings.sol";
import {SegmentArithmetic} from "./SegmentArithmetic.sol";

/// @notice Why an available row is inadmissible (docs/protocol.md §8). The reasons have an order and the first that
/// holds counts. Each row therefore has one true reason, and each function here decides a lie in both directions.
library Reasons {
    /// @notice Whether another row of the same root shows that the row's verdict, reason or argument is wrong. So does
    /// the row that the argument names, if its root is another one.
    function copyWrong(Claim calldata claim, IFraudJudge.MemberOpening calldata m, IFraudJudge.MemberOpening calldata other)
        internal
        pure
        returns (bool)
    {
        Openings.requireMember(claim, other);
        if (other.row == m.row) revert IFraudJudge.WrongRow(other.row, m.row + 1);
        MemberLeaf calldata leaf = m.leaf;
        // Only available rows have a root.
        if (other.leaf.updateRoot == leaf.updateRoot) {
            return leaf.reason != Openings.COPY || uint256(leaf.reasonArg) > other.row;
        }
        return leaf.reason == Openings.COPY && uint256(leaf.reasonArg) == other.row;
    }

    /// @notice Whether a chunk of the update shows that the row's verdict, reason or argument is wrong.
    function valueWrong(TaskSpec calldata spec, MemberLeaf calldata leaf, IFraudJudge.ValueOpening calldata v)
        internal
        pure
        returns (bool)
    {
        uint256 chunks = Openings.chunks(spec);
        uint256 depth = ClaimShape.vectorDepth(chunks);
        uint256 arg = uint256(leaf.reasonArg);
        // A longer update has its first bad chunk at `chunks` or, in a deeper tree, at 0.
        if (leaf.reason == Openings.VALUE && (arg > chunks || arg >> depth != 0)) return true;
        if (chunkBad(spec, leaf.updateRoot, v)) {
            return leaf.reason != Openings.COPY && (leaf.reason != Openings.VALUE || arg > v.chunk);
        }
        return leaf.reason == Openings.VALUE && arg == v.chunk;
    }

    /// @notice Whether no update of the task has this chunk: a value of −128, padding that is not zero, a place past the
    /// end, or a tree of another depth. Reverts unless the chunk is in the update.
    /// @param v no bytes for an empty place past the end, which is as it should be
    function chunkBad(TaskSpec calldata spec, bytes32 updateRoot, IFraudJudge.ValueOpening calldata v)
        internal
        pure
        returns (bool)
    {
        uint256 chunks = Openings.chunks(spec);
        uint256 depth = ClaimShape.vectorDepth(chunks);
        if (v.data.length == 0) {
            if (v.path.length != depth) revert IFraudJudge.WrongLength(v.path.length, depth);
            if (v.chunk < chunks) revert IFraudJudge.WrongLength(0, 256);
            Openings.requireLeaf(updateRoot, 0, v.chunk, v.path);
            return false;
        }
        if (v.data.length != 256) revert IFraudJudge.WrongLength(v.data.length, 256);
        Openings.requireLeaf(updateRoot, keccak256(v.data), v.chunk, v.path);
        // Only a chunk has a preimage of 256 bytes, so the path's length is the tree's depth.
        if (v.path.length != depth || v.chunk >= chunks) return true;
        uint256 used = Openings.used(spec, v.chunk);
        for (uint256 k = 0; k < 256; ++k) {
            bytes1 value = v.data[k];
            if (value == 0x80 || (k >= used && value != 0)) return true;
        }
        return false;
    }

    /// @notice Whether the row's own sum tree is wrong, or its total inside the task's bounds. The tree hangs on the left
    /// of the node that `reasonArg` hashes, and the right side of that node is empty.
    function normWrong(TaskSpec calldata spec, MemberLeaf calldata leaf, IFraudJudge.OwnSums calldata p)
        internal
        pure
        returns (bool)
    {
        (bool decided, bool wrong, int256 sum) = nodesWrong(spec, leaf, p);
        if (decided) return wrong;
        if (p.data.length == 0) return false;
        if (p.data.length != SegmentArithmetic.SEGMENT) {
            revert IFraudJudge.WrongLength(p.data.length, SegmentArithmetic.SEGMENT);
        }
        if (p.path.length != p.nodes.length - 1) revert IFraudJudge.WrongLength(p.path.length, p.nodes.length - 1);
        Openings.requireLeaf(leaf.updateRoot, SegmentArithmetic.root(p.data), p.segment, p.path);
        return SegmentArithmetic.product(p.data, p.data) != sum;
    }

    /// @notice What the nodes of an own sum tree show by themselves.
    /// @return decided whether no values are needed to tell
    /// @return wrong whether the nodes show a fault
    /// @return sum committed for the segment at the end, if values are needed
    function nodesWrong(TaskSpec calldata spec, MemberLeaf calldata leaf, IFraudJudge.OwnSums calldata p)
        internal
        pure
        returns (bool decided, bool wrong, int256 sum)
    {
        if (leaf.reason != Openings.NORM) return (true, false, 0);
        IFraudJudge.SumNode[] calldata nodes = p.nodes;
        if (nodes.length == 0) revert IFraudJudge.WrongLength(0, 1);
        uint256 segments = Openings.chunks(spec) / 32;
        // The task's depth, and the node above the tree.
        uint256 depth = Openings.depthFor(segments) + 1;
        if (nodes.length > depth) revert IFraudJudge.WrongLength(nodes.length, depth);
        // The side of the first node is the left one.
        if (p.segment >> (nodes.length - 1) != 0) revert IFraudJudge.IndexOutOfRange(p.segment, nodes.length - 1);
        bytes32 hash;
        int256 nodeSum;
        (hash, sum, nodeSum) = Openings.descendFrom(leaf.reasonArg, 0, p.segment, nodes);
        if (_topWrong(spec, nodes[0])) return (true, true, 0);
        IFraudJudge.SumNode calldata last = nodes[nodes.length - 1];
        unchecked {
            // Honest sums stay below 2^44. A sum that wraps has a wrong node further down.
            if (nodes.length > 1 && last.leftSum + last.rightSum != nodeSum) return (true, true, 0);
        }
        // Leaves have hash zero, and no other node has.
        if ((hash == 0) != (nodes.length == depth)) return (true, true, 0);
        if (nodes.length < depth) return (true, false, 0);
        if (p.segment >= segments) return (true, sum != 0, 0);
    }

    /// @dev The node above the tree has an empty right side, and a total outside the task's bounds.
    function _topWrong(TaskSpec calldata spec, IFraudJudge.SumNode calldata top) private pure returns (bool) {
        if (top.rightHash != 0 || top.rightSum != 0) return true;
        return top.leftSum >= int256(uint256(spec.minNormSq)) && top.leftSum <= int256(uint256(spec.maxNormSq));
    }
}
