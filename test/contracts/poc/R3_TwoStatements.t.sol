// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RowsFixture} from "../support/RowsFixture.sol";

/// @notice R3: a member attests twice, to other rows each time, so that whichever attestation the operator uses the other one
/// shows its claim to be false. The operator's choice is now part of the claim, and either claim is true.
contract R3_TwoStatements is RowsFixture {
    /// Row 3 is in the first attestation only, row 4 in the second only; member 2 decides about both.
    function claimWith(uint128 held) private {
        attest(0, 0x1f);
        attest(1, 0x07);
        attest(2, held);
        attest(3, 0x07);
        // 2 of 5 are more than a quarter, 1 of 5 is not.
        if (held & 0x08 == 0) callUnavailable(3);
        if (held & 0x10 == 0) callUnavailable(4);
        postRows();
        assertNothingToProve();
    }

    function test_R3_theFirstAttestation() public {
        claimWith(0x0f);
    }

    function test_R3_theSecondAttestation() public {
        claimWith(0x17);
    }

    function test_R3_theOtherAttestationIsNotTheClaims() public {
        claimWith(0x0f);
        bytes memory other = attestation(2, 0x17);
        vm.expectRevert();
        fraudJudge.proveAttestation(theCase(), rows, 2, other);
    }
}
