// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../../contracts/interfaces/IFraudJudge.sol";
import {RowsFixture} from "../support/RowsFixture.sol";

/// @notice R17: a row may be inadmissible for two reasons at once, padding inside a tensor was known to nobody on chain, and
/// the norm of a refused row stood in no tree. The first reason that holds is the true one, and each is judged.
contract R17_Reasons is RowsFixture {
    // ── (a) one true reason ───────────────────────────────────────────────────────────────────────────────────────

    /// Rows 1 and 3 are the same update, whose norm is too small as well, with a forbidden value in chunk 2.
    function twins() private {
        bytes memory update = new bytes(8192);
        (update[512], update[700]) = (0x80, 0x01);
        commit(1, update);
        commit(3, update);
        attestAll(0x1f);
        callInadmissible(1, 1, bytes32(uint256(3)));
        callInadmissible(3, 1, bytes32(uint256(1)));
    }

    function test_R17_copyComesFirst() public {
        twins();
        postRows();
        assertNothingToProve();
        assertNoReasonProof(byRow(1, 3));
        assertNoReasonProof(byRow(3, 1));
        assertNoReasonProof(byChunk(1, 2));
    }

    function test_R17_aLaterReasonOfACopy() public {
        twins();
        callInadmissible(1, 2, bytes32(uint256(2)));
        postRows();
        fraudJudge.proveReason(theCase(), spec, byRow(1, 3));
        assertRejected();
    }

    function test_R17_anAdmittedCopy() public {
        twins();
        (rows[3].verdict, rows[3].reason, rows[3].reasonArg) = (3, 0, 0);
        postRows();
        fraudJudge.proveReason(theCase(), spec, byRow(3, 1));
        assertRejected();
    }

    function test_R17_notTheLowestTwin() public {
        twins();
        commit(2, updates[1]);
        attestAll(0x1f);
        callInadmissible(2, 1, bytes32(uint256(3)));
        postRows();
        fraudJudge.proveReason(theCase(), spec, byRow(2, 1));
        assertRejected();
    }

    function test_R17_aCopyOfItself() public {
        twins();
        rows[1].reasonArg = bytes32(uint256(1));
        postRows();
        fraudJudge.proveCommitment(theCase(), openRow(1), "");
        assertRejected();
    }

    function test_R17_aCopyOfARowThatIsNotThere() public {
        twins();
        rows[1].reasonArg = bytes32(uint256(5));
        postRows();
        fraudJudge.proveCommitment(theCase(), openRow(1), "");
        assertRejected();
    }

    // ── (b) values and padding ────────────────────────────────────────────────────────────────────────────────────

    /// Chunk 31 has 64 coordinates of the tensor. Coordinate 8100 is padding, although the chunk is not.
    function padded() private {
        bytes memory update = ordinary(2);
        update[8100] = 0x01;
        commit(2, update);
        attestAll(0x1f);
        callInadmissible(2, 2, bytes32(uint256(31)));
    }

    function test_R17_paddingInsideATensor() public {
        padded();
        postRows();
        assertNothingToProve();
        assertNoReasonProof(byChunk(2, 31));
        assertNoReasonProof(byChunk(2, 1));
        assertNoReasonProof(byRow(2, 1));
    }

    function test_R17_paddingInsideATensor_admitted() public {
        padded();
        (rows[2].verdict, rows[2].reason, rows[2].reasonArg) = (3, 0, 0);
        postRows();
        fraudJudge.proveReason(theCase(), spec, byChunk(2, 31));
        assertRejected();
    }

    function test_R17_notTheLowestBadChunk() public {
        padded();
        bytes memory update = updates[2];
        update[0] = 0x80;
        commit(2, update);
        attestAll(0x1f);
        callInadmissible(2, 2, bytes32(uint256(31)));
        postRows();
        fraudJudge.proveReason(theCase(), spec, byChunk(2, 0));
        assertRejected();
    }

    function test_R17_aChunkThatNoUpdateHas() public {
        attestAll(0x1f);
        callInadmissible(2, 2, bytes32(uint256(33)));
        postRows();
        fraudJudge.proveReason(theCase(), spec, byChunk(2, 0));
        assertRejected();
    }

    // ── (c) the norm of a refused row ─────────────────────────────────────────────────────────────────────────────

    function small() private {
        bytes memory update = new bytes(8192);
        update[1000] = 0x03;
        commit(2, update);
        attestAll(0x1f);
        callInadmissible(2, 3, ownSums(9));
    }

    function test_R17_aNormBelowTheBounds() public {
        small();
        postRows();
        assertNothingToProve();
        assertNoReasonProof(bySums(2, 9, true));
        assertNoReasonProof(byChunk(2, 3));
        assertNoReasonProof(byRow(2, 1));
    }

    function test_R17_aSumThatIsNotTheUpdates() public {
        small();
        rows[2].reasonArg = ownSums(8);
        postRows();
        fraudJudge.proveReason(theCase(), spec, bySums(2, 8, true));
        assertRejected();
    }

    function test_R17_aNormBesideAnEarlierReason() public {
        padded();
        callInadmissible(2, 3, ownSums(9));
        postRows();
        fraudJudge.proveReason(theCase(), spec, byChunk(2, 31));
        assertRejected();
    }

    /// The tree is the left side of the node; nothing may hide on the right.
    function test_R17_aSecondTreeBesideTheFirst() public {
        small();
        rows[2].reasonArg = keccak256(abi.encode(bytes32(0), int256(9), bytes32(0), int256(5)));
        postRows();
        IFraudJudge.ReasonProof memory p = bySums(2, 9, false);
        p.sums[0].nodes[0].rightSum = 5;
        fraudJudge.proveReason(theCase(), spec, p);
        assertRejected();
    }

    function test_R17_aTreeThatIsTooDeep() public {
        small();
        rows[2].reasonArg = keccak256(abi.encode(bytes32("deeper"), int256(9), bytes32(0), int256(0)));
        postRows();
        IFraudJudge.ReasonProof memory p = bySums(2, 9, false);
        p.sums[0].nodes[0].leftHash = "deeper";
        fraudJudge.proveReason(theCase(), spec, p);
        assertRejected();
    }
}
