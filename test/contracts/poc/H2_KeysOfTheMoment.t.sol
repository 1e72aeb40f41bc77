// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../../contracts/interfaces/IFraudJudge.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../../contracts/lib/Statements.sol";
import {Claim, MemberLeaf} from "../../../contracts/lib/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {SparseTree} from "../support/SparseTree.sol";

/// @notice An operator that rotated its key in the second a round opened signed receipts with a key that nodes took for valid
/// and the judge did not. Everybody now asks for the key that the round has for an account (`keyOf`), so a receipt that members
/// accept binds, and one that does not bind is not accepted. How nodes ask: test/integration/node/keys-of-the-moment.test.ts.
contract H2KeysOfTheMomentTest is Fixture {
    Node private op;
    Node private rotated;
    Node private alice;
    Node private bob;
    uint256 private task;
    Claim private claim;
    MemberLeaf private row;

    function setUp() public override {
        super.setUp();
        judge = deployJudge(address(0));
        op = operator("op");
        alice = member("alice", BOND);
        bob = member("bob", BOND);
        task = createTask(op);
        // The same second as the opening of the round.
        rotated = op;
        (rotated.key, rotated.secret) = makeAddrAndKey("op second key");
        register(rotated);
    }

    /// The claim leaves alice out and has bob's row.
    function _post() private {
        row.member = bob.owner;
        row.slot = vault.slotOf(task, bob.owner);
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = ClaimLib.hash(row);
        vm.warp(ledger.current(task).commitEnd);
        claim = nextClaim(task, 1);
        claim.membersRoot = SparseTree.root(leaves, 7);
        postAs(rotated, task, claim);
    }

    function _prove(uint256 secret) private returns (bool proved) {
        bytes32 commitment = keccak256("alice's");
        bytes memory receipt = signDigest(secret, ledgerDigest(Statements.receipt(task, 1, alice.owner, commitment)));
        IFraudJudge.Case memory c;
        (c.task, c.round, c.recipient, c.claim) = (task, 1, watcher, claim);
        IFraudJudge.MemberOpening[] memory around = new IFraudJudge.MemberOpening[](1);
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = ClaimLib.hash(row);
        around[0].leaf = row;
        bytes32[] memory path = SparseTree.proof(leaves, 0, 7);
        for (uint256 i = 0; i < 7; ++i) {
            around[0].path[i] = path[i];
        }
        bytes memory call = abi.encodeCall(IFraudJudge.proveOmission, (c, alice.owner, commitment, receipt, around, new IFraudJudge.MemberOpening[](0)));
        IFraudJudge(judge).reserve(keccak256(call));
        vm.roll(block.number + 1);
        (proved,) = judge.call(call);
    }

    function test_everybodyAsksForTheKeyOfTheSnapshot() public {
        uint256 snapshot = ledger.current(task).snapshot;
        assertEq(vault.keyAt(op.owner, snapshot), op.key, "what nodes take for the key of the round");
        assertEq(vault.account(op.owner).operatorKey, rotated.key);
        _post();
        assertFalse(_prove(rotated.secret), "no node takes this receipt, and no judge does");
        assertTrue(_prove(op.secret));
        assertEq(slashable(op.owner), OPERATOR_BOND - FALSE_CLAIM);
    }

    /// From the next round on the new key speaks.
    function test_theNewKeyBindsFromTheNextRoundOn() public {
        _post();
        assertEq(vault.keyAt(op.owner, ledger.current(task).snapshot), rotated.key);
    }
}
