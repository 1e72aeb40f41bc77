// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RowsFixture} from "../support/RowsFixture.sol";

/// @notice R16: bits past the sealed rows, or an attestation whose signature is withheld, made a certificate that two
/// readers judged differently. The row holds the bits as signed, and bits past the rows mean nothing.
contract R16_BitsPastTheRows is RowsFixture {
    function test_R16_bitsPastTheRowsMeanNothing() public {
        for (uint256 i = 0; i < 5; ++i) {
            attest(i, type(uint128).max - uint128(i));
        }
        // Bits 0 … 2 lack in some; every row is held by more than a quarter.
        postRows();
        assertNothingToProve();
    }

    function test_R16_bitsLeftOutByTheOperatorAreNotWhatTheMemberSigned() public {
        attestAll(0xffff);
        rows[1].held = 0x1f;
        postRows();
        fraudJudge.proveAttestation(theCase(), rows, 1, attestations[1]);
        assertRejected();
    }

    function test_R16_bitsWithoutAttestation() public {
        attestAll(0x1f);
        rows[1].attestationHash = 0;
        postRows();
        fraudJudge.proveCommitment(theCase(), openRow(1), "");
        assertRejected();
    }
}
