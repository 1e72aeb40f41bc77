// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RowsFixture} from "../support/RowsFixture.sol";

/// @notice C2: an operator and one sybil share the whole reward by refusing the rows of everybody else. Each way of refusing
/// an honest row is false, and one transaction shows it. The sybil is the last of five members.
contract C2_RewardTheft is RowsFixture {
    uint256 private constant SYBIL = 4;

    function test_C2_honestRowsWithoutAttestations_haveNoCertificate() public {
        attest(SYBIL, uint128(1 << SYBIL));
        for (uint256 i = 0; i < SYBIL; ++i) {
            callUnavailable(i);
        }
        postRows();
        fraudJudge.proveCertificate(theCase(), spec, rows);
        assertRejected();
    }

    function test_C2_honestRowsCalledUnavailable_areShownByTheCertificateItself() public {
        attestAll(0x1f);
        callUnavailable(0);
        postRows();
        fraudJudge.proveAvailability(theCase(), spec, rows, 0);
        assertRejected();
    }

    function test_C2_theSybilsRowThatNobodyHolds_isNotAdmitted() public {
        attestAll(0x0f);
        postRows();
        fraudJudge.proveAvailability(theCase(), spec, rows, SYBIL);
        assertRejected();
    }

    function test_C2_onlyTheSybilIsSealed_hasTooLittleWeight() public {
        while (rows.length > 1) {
            rows.pop();
        }
        attest(0, 1);
        postRows();
        fraudJudge.proveCertificate(theCase(), spec, rows);
        assertRejected();
    }

    function test_C2_honestRowCalledACopy() public {
        attestAll(0x1f);
        callInadmissible(0, 1, bytes32(SYBIL));
        postRows();
        fraudJudge.proveReason(theCase(), spec, byRow(0, SYBIL));
        assertRejected();
    }

    function test_C2_honestRowCalledAForbiddenValue() public {
        attestAll(0x1f);
        callInadmissible(0, 2, bytes32(uint256(1)));
        postRows();
        fraudJudge.proveReason(theCase(), spec, byChunk(0, 1));
        assertRejected();
    }

    function test_C2_honestRowCalledTooSmall_byItsTrueNorm() public {
        attestAll(0x1f);
        callInadmissible(0, 3, ownSums(16));
        postRows();
        fraudJudge.proveReason(theCase(), spec, bySums(0, 16, false));
        assertRejected();
    }

    function test_C2_honestRowCalledTooSmall_byAFalseNorm() public {
        attestAll(0x1f);
        callInadmissible(0, 3, ownSums(9));
        postRows();
        fraudJudge.proveReason(theCase(), spec, bySums(0, 9, true));
        assertRejected();
    }

    /// A larger weight would buy a larger part of the reward, a smaller one would take an honest row's certificate away.
    function test_C2_anotherWeightThanTheStake() public {
        attestAll(0x1f);
        rows[SYBIL].weight = 10 * STAKE;
        postRows();
        fraudJudge.proveCommitment(theCase(), openRow(SYBIL), "");
        assertRejected();
    }

    function test_C2_attestationsThatTheOperatorMadeUp() public {
        attestAll(0x1f);
        attestations[0] = attestation(SYBIL, 0x10);
        (rows[0].held, rows[0].attestationHash) = (0x10, keccak256(attestations[0]));
        postRows();
        fraudJudge.proveAttestation(theCase(), rows, 0, attestations[0]);
        assertRejected();
    }

    function test_C2_bitsThatTheMemberDidNotSign() public {
        attestAll(0x1f);
        rows[0].held = 0x10;
        postRows();
        fraudJudge.proveAttestation(theCase(), rows, 0, attestations[0]);
        assertRejected();
    }

    function test_C2_theHonestClaimStands() public {
        attestAll(0x1f);
        postRows();
        assertNothingToProve();
        for (uint256 i = 0; i < 5; ++i) {
            assertNoReasonProof(byRow(i, (i + 1) % 5));
            assertNoReasonProof(byChunk(i, 1));
            assertNoReasonProof(byChunk(i, 31));
            assertNoReasonProof(bySums(i, 16, true));
        }
    }
}
