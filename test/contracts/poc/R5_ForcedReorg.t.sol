// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {Fixture} from "../support/Fixture.sol";

/// @notice R5: a reorganisation undoes a forced commitment whose row the operator is sealing. Such a row has no signature, so a claim
/// over it would be false. The late seal is refused, also where the list has a row of every member.
contract R5ForcedReorgTest is Fixture {
    bytes32 private constant COMMITMENT = keccak256("commitment");

    Node private op;
    Node private a;
    uint256 private task;
    uint40 private openedAt;

    function setUp() public override {
        super.setUp();
        op = operator("op");
        a = member("a", BOND);
        skip(1);
        task = createTask(op);
        openedAt = ledger.current(task).openedAt;
    }

    function sealOver(bytes32 forcedHash) private {
        vm.prank(op.key);
        ledger.seal(task, 1, openedAt, DIGEST, 1, forcedHash);
    }

    function test_R5_aLateSealOverACommitmentThatIsNotForcedAnyMoreReverts() public {
        bytes32 undone = keccak256(abi.encode(bytes32(0), a.owner, COMMITMENT));
        vm.warp(ledger.current(task).commitEnd);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OtherForced.selector, undone, bytes32(0)));
        sealOver(undone);
        sealOver(0);
    }

    function test_R5_aLateSealThatKnowsOfNoForcedCommitmentReverts() public {
        forceCommit(a.owner, task, 1, a.owner, COMMITMENT);
        bytes32 forced = ledger.current(task).forcedHash;
        vm.warp(ledger.current(task).commitEnd);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OtherForced.selector, bytes32(0), forced));
        sealOver(0);
        sealOver(forced);
    }

    /// Members could delay it otherwise, each once.
    function test_R5_anEarlySealOfEverybodyIsNotComparedWithTheForcedSet() public {
        forceCommit(a.owner, task, 1, a.owner, COMMITMENT);
        sealOver(0);
    }
}
