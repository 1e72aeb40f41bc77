// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCourt} from "../../contracts/interfaces/IDataCourt.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {CourtFixture} from "./support/CourtFixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice Gas of whole transactions at d = 2^20, committed in snapshots/ like those of Gas.t.sol.
/// forge-config: default.isolate = true
contract CourtGasTest is CourtFixture {
    function chunks() internal pure override returns (uint32) {
        return 4096;
    }

    function test_node() public {
        // Five levels of the members tree: the same 32 hashes as those of any other.
        IDataCourt.Target memory t = target();
        (t.kind, t.depth, t.root) = (IDataCourt.Kind.Node, 7, claim.membersRoot);
        vm.prank(watcher);
        court.requestNode(dispute(), spec, IDataCourt.Tree.Members, 0, 0, noStakes());
        vm.snapshotGasLastCall("DataCourt", "requestNode");
        bytes32[] memory level = memberLeaves();
        bytes32[] memory nodes = new bytes32[](32);
        bytes32 empty = keccak256(abi.encode(0, 0));
        for (uint256 i = 0; i < 32; ++i) {
            nodes[i] = keccak256(abi.encode(empty, empty));
        }
        nodes[0] = keccak256(abi.encode(keccak256(abi.encode(level[0], level[1])), empty));
        vm.prank(honest);
        court.answerNode(t, nodes, new bytes32[](0));
        vm.snapshotGasLastCall("DataCourt", "answerNode, 32 nodes");
    }

    function test_member() public {
        IDataCourt.Target memory t = requestRow(0);
        bytes32[] memory path = SparseTree.proof(memberLeaves(), 0, 7);
        vm.prank(honest);
        court.answerRows(t, only(shownRow()), path);
        vm.snapshotGasLastCall("DataCourt", "answerRows, one row");
    }

    function test_chunk() public {
        IDataCourt.Target memory t = target();
        (t.kind, t.depth, t.level, t.root) = (IDataCourt.Kind.Chunk, 12, 7, rows[0].updateRoot);
        IFraudJudge.MemberOpening memory m = openRow(0);
        vm.prank(watcher);
        court.requestChunk(dispute(), spec, m, 0);
        vm.snapshotGasLastCall("DataCourt", "requestChunk");
        bytes32[] memory path = new bytes32[](7);
        for (uint256 k = 0; k < 7; ++k) {
            path[k] = SparseTree.root(new bytes32[](32 << k), 5 + k);
        }
        vm.prank(honest);
        court.answerChunk(t, update, path);
        vm.snapshotGasLastCall("DataCourt", "answerChunk");
    }

    function test_silence() public {
        IDataCourt.Target memory t = requestRow(0);
        IDataCourt.Target memory other = requestRow(1);
        skip(125);
        court.expire(t);
        vm.snapshotGasLastCall("DataCourt", "expire, with rejection");
        court.refund(other);
        vm.snapshotGasLastCall("DataCourt", "refund");
    }
}
