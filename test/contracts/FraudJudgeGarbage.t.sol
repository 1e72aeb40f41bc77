// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {RowsFixture} from "./support/RowsFixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// proveGarbage
/// ├── the claim is not final, or another one → reverts
/// ├── the row is not inadmissible for its values, or the chunk is as it should be → NoFault
/// ├── the salt opens another root → reverts
/// ├── the commitment is not signed by the member's key of the snapshot, or the member replaced that key → NoFault
/// └── else → the member pays the fault penalty, once, all of it burned
contract FraudJudgeGarbageTest is RowsFixture {
    uint256 private constant BAD = 2;

    function setUp() public override {
        super.setUp();
        fund(task, 100 * REWARD);
        bytes memory update = ordinary(BAD);
        update[600] = 0x80;
        commit(BAD, update);
        attestAll(0x1f);
        callInadmissible(BAD, 2, bytes32(uint256(2)));
    }

    function proof(uint256 chunk) private view returns (IFraudJudge.GarbageProof memory p) {
        (p.member, p.salt, p.signature) = (openRow(BAD), SALT, signatures[BAD]);
        p.chunk = openChunk(BAD, chunk);
    }

    function finalise() private {
        postRows();
        vm.warp(ledger.round(task, round).challengeEnd);
    }

    function test_proveGarbage_takesThePenaltyOnceAndBurnsIt() public {
        finalise();
        IFraudJudge.GarbageProof memory p = proof(2);
        (uint256 bonded, uint256 supply) = (slashable(nodes[BAD].owner), token.totalSupply());
        vm.expectEmit(judge);
        emit IFraudJudge.GarbageProved(task, round, nodes[BAD].owner);
        vm.prank(watcher);
        fraudJudge.proveGarbage(theCase(), spec, p);
        assertEq(bonded - slashable(nodes[BAD].owner), FAULT);
        assertEq(supply - token.totalSupply(), FAULT);
        assertEq(wealth(watcher), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.AlreadyPenalised.selector, round, nodes[BAD].owner)
        );
        fraudJudge.proveGarbage(theCase(), spec, p);
    }

    function test_proveGarbage_waitsForTheEndOfTheChallenge() public {
        postRows();
        vm.warp(ledger.round(task, round).challengeEnd - 1);
        IRoundLedger.RoundStatus posted = IRoundLedger.RoundStatus.Posted;
        IFraudJudge.GarbageProof memory p = proof(2);
        vm.expectRevert(abi.encodeWithSelector(IFraudJudge.NotFinal.selector, task, round, posted));
        fraudJudge.proveGarbage(theCase(), spec, p);
    }

    function test_proveGarbage_onlyTheClaimThatStands() public {
        finalise();
        claim.evidence = "other";
        IFraudJudge.GarbageProof memory p = proof(2);
        vm.expectPartialRevert(IFraudJudge.WrongClaim.selector);
        fraudJudge.proveGarbage(theCase(), spec, p);
    }

    function test_proveGarbage_notForAChunkThatIsFine() public {
        finalise();
        IFraudJudge.GarbageProof memory p = proof(3);
        expectNoFault();
        fraudJudge.proveGarbage(theCase(), spec, p);
    }

    /// A norm outside the bounds costs nothing: an honest update may round to zero.
    function test_proveGarbage_notForOtherReasons() public {
        commit(BAD, ordinary(BAD));
        attestAll(0x1f);
        callInadmissible(BAD, 3, ownSums(9));
        finalise();
        IFraudJudge.GarbageProof memory p = proof(2);
        expectNoFault();
        fraudJudge.proveGarbage(theCase(), spec, p);
    }

    /// A false claim that became final must not cost an honest member its stake.
    function test_proveGarbage_onlyWhatTheMemberCommittedTo() public {
        bytes memory garbage = updates[BAD];
        commit(BAD, ordinary(BAD));
        rows[BAD].updateRoot = SparseTree.root(chunkHashes(garbage), 5);
        updates[BAD] = garbage;
        attestAll(0x1f);
        callInadmissible(BAD, 2, bytes32(uint256(2)));
        finalise();
        IFraudJudge.GarbageProof memory p = proof(2);
        vm.expectPartialRevert(IFraudJudge.WrongCommitment.selector);
        fraudJudge.proveGarbage(theCase(), spec, p);
    }

    function test_proveGarbage_onlyWithTheMembersSignature() public {
        finalise();
        IFraudJudge.GarbageProof memory p = proof(2);
        p.signature = signatures[1];
        expectNoFault();
        fraudJudge.proveGarbage(theCase(), spec, p);
    }

    /// A stolen key costs nothing, once its owner has replaced it.
    function test_proveGarbage_notAfterTheMemberReplacedItsKey() public {
        Node memory rotated = nodes[BAD];
        (rotated.key, rotated.secret) = makeAddrAndKey("new key");
        rotated.peer = keccak256("new peer");
        register(rotated, IStakeVault.Role.Member);
        finalise();
        IFraudJudge.GarbageProof memory p = proof(2);
        expectNoFault();
        fraudJudge.proveGarbage(theCase(), spec, p);
    }
}
