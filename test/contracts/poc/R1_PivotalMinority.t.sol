// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RowsFixture} from "../support/RowsFixture.sol";

/// @notice R1: with one quorum of two thirds, six of ten honest members who attest do not reach it, so a sybil decides whose
/// rows are available. With two thresholds more than a quarter of the sealed weight makes a row available.
contract R1_PivotalMinority is RowsFixture {
    uint256 private constant SYBIL = 6;

    function seats() internal pure override returns (uint256) {
        return 10;
    }

    /// Three honest members are offline.
    function sealedRows() internal pure override returns (uint256) {
        return 7;
    }

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < SYBIL; ++i) {
            attest(i, 0x7f);
        }
        attest(SYBIL, uint128(1 << SYBIL));
    }

    function test_R1_honestRowsAreAvailableWithoutTheSybil() public {
        postRows();
        assertNothingToProve();
    }

    function test_R1_callingThemUnavailableIsALie() public {
        for (uint256 i = 0; i < SYBIL; ++i) {
            callUnavailable(i);
        }
        postRows();
        fraudJudge.proveAvailability(theCase(), spec, rows, 3);
        assertRejected();
    }

    /// Leaving honest attestations out does not help: whichever the operator takes, more than a quarter is honest.
    function test_R1_theFewestAttestationsThatCertify() public {
        for (uint256 i = 0; i < 3; ++i) {
            (rows[i].held, rows[i].attestationHash) = (0, 0);
        }
        for (uint256 i = 0; i < SYBIL; ++i) {
            callUnavailable(i);
        }
        postRows();
        // Four of seven attest, three of them honest: 3/7 is more than a quarter.
        fraudJudge.proveAvailability(theCase(), spec, rows, 0);
        assertRejected();
    }

    function test_R1_oneAttestationLess_hasNoCertificate() public {
        for (uint256 i = 0; i < 4; ++i) {
            (rows[i].held, rows[i].attestationHash) = (0, 0);
        }
        postRows();
        fraudJudge.proveCertificate(theCase(), spec, rows);
        assertRejected();
    }
}
