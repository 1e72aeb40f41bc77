// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RowsFixture} from "../support/RowsFixture.sol";

/// @notice C3: a member whose attestation decides signs it after the posting and slashes the operator that called a row
/// unavailable. The rows of a claim now hold the attestations that it uses, and no other attestation proves anything.
/// Three of ten members are offline.
contract C3_PivotalAttestation is RowsFixture {
    function seats() internal pure override returns (uint256) {
        return 10;
    }

    function sealedRows() internal pure override returns (uint256) {
        return 8;
    }

    /// Nobody but its author holds row 7 when the operator builds.
    function test_C3_anAttestationSignedAfterThePostingProvesNothing() public {
        for (uint256 i = 0; i < 7; ++i) {
            attest(i, 0x7f);
        }
        callUnavailable(7);
        postRows();
        assertNothingToProve();

        // Seven members now say that they hold row 7.
        for (uint256 i = 0; i < 7; ++i) {
            attestations[i] = attestation(i, 0xff);
        }
        for (uint256 i = 0; i < 7; ++i) {
            bytes32 used = rows[i].attestationHash;
            assertNotEq(keccak256(attestations[i]), used);
            vm.expectRevert();
            fraudJudge.proveAttestation(theCase(), rows, i, attestations[i]);
        }
        expectNoFault();
        fraudJudge.proveAvailability(theCase(), spec, rows, 7);
        assertEq(ledger.rejectable(task, round), ledger.round(task, round).claimHash);
    }

    /// The attacker's attestation is one of those the operator has: it decides nothing that honest members do not.
    function test_C3_aPivotalMemberThatAttestsItsOwnRowOnly() public {
        for (uint256 i = 0; i < 7; ++i) {
            attest(i, 0xff);
        }
        attest(7, 0x80);
        postRows();
        assertNothingToProve();
    }
}
