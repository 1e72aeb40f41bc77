// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {Claim, MemberLeaf} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice Who earns a bounty and what the court may do.
contract FraudJudgeBountyTest is Fixture {
    IFraudJudge private fraudJudge;
    address private court = makeAddr("court");
    address private thief = makeAddr("thief");
    Node private op;
    Node private alice;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        judge = deployJudge(court);
        fraudJudge = IFraudJudge(judge);
        op = operator("operator");
        alice = member("alice", BOND);
        skip(10);
        task = createTask(op);
    }

    // ── Bounty ────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_reservedProof_paysWhomItNames() public {
        bytes memory call = falseRow(watcher);
        fraudJudge.reserve(keccak256(call));
        vm.roll(block.number + 1);
        // Whoever sends it.
        vm.prank(thief);
        assertTrue(send(call));
        assertEq(wealth(watcher), FALSE_CLAIM / 5);
        assertEq(wealth(thief), 0);
        assertEq(fraudJudge.reservedAt(keccak256(call)), 0);
    }

    function test_proofRejectsOnlyTheClaimItOpens() public {
        IFraudJudge.PairOpening memory p;
        p.pair = 1;
        Claim memory claim = nextClaim(task, 1);
        claim.gramRoot = keccak256(abi.encode(p.hash, p.product, p.pair));
        vm.warp(ledger.current(task).commitEnd);
        uint64 round = postAs(op, task, claim);
        bytes32 posted = ledger.round(task, round).claimHash;

        IFraudJudge.Case memory c;
        (c.task, c.round, c.claim) = (task, round, claim);
        c.claim.evidence = "another";
        bytes32 opened = ClaimLib.hash(c.claim, task, round);
        vm.expectRevert(abi.encodeWithSelector(IFraudJudge.WrongClaim.selector, opened, posted));
        fraudJudge.proveGramNode(c, p);
        c.claim.evidence = keccak256(abi.encode(keccak256(abi.encode(task, round, claim.parent)), 7));
        assertEq(ClaimLib.hash(c.claim, task, round), posted);
        fraudJudge.proveGramNode(c, p);
        IRoundLedger.RoundStatus gone = IRoundLedger.RoundStatus.Void;
        vm.expectRevert(abi.encodeWithSelector(IFraudJudge.NotDisputable.selector, task, round, gone));
        fraudJudge.proveGramNode(c, p);
    }

    function test_unreservedProof_rejectsAndBurnsEverything() public {
        bytes memory call = falseRow(watcher);
        uint256 supply = token.totalSupply();
        assertTrue(send(call));
        assertEq(uint256(ledger.round(task, 1).status), uint256(IRoundLedger.RoundStatus.Void));
        assertEq(wealth(watcher), 0);
        assertEq(supply - token.totalSupply(), FALSE_CLAIM);
    }

    function test_reservationOfTheSameBlock_paysNothing() public {
        bytes memory call = falseRow(thief);
        fraudJudge.reserve(keccak256(call));
        assertTrue(send(call));
        assertEq(wealth(thief), 0);
    }

    function test_copiedProofWithAnotherRecipient_paysNothing() public {
        bytes memory call = falseRow(watcher);
        fraudJudge.reserve(keccak256(call));
        vm.roll(block.number + 1);
        IFraudJudge.Case memory c = parts.c;
        c.recipient = thief;
        vm.prank(thief);
        fraudJudge.proveCommitment(c, parts.m, "");
        assertEq(wealth(thief), 0);
    }

    function test_proofWithoutRecipient_paysNobody() public {
        bytes memory call = falseRow(address(0));
        fraudJudge.reserve(keccak256(call));
        vm.roll(block.number + 1);
        vm.prank(thief);
        assertTrue(send(call));
        assertEq(wealth(thief), 0);
    }

    function test_reserve_keepsTheFirstBlock() public {
        fraudJudge.reserve("call");
        uint256 first = block.number;
        vm.roll(first + 5);
        fraudJudge.reserve("call");
        assertEq(fraudJudge.reservedAt("call"), first);
    }

    // ── Court ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_rejectWithheld_onlyByTheCourt() public {
        (uint64 round,) = postNext(op, task);
        vm.expectRevert(abi.encodeWithSelector(IFraudJudge.NotCourt.selector, thief, court));
        vm.prank(thief);
        fraudJudge.rejectWithheld(task, round, thief);
        vm.prank(court);
        fraudJudge.rejectWithheld(task, round, watcher);
        assertEq(wealth(watcher), FALSE_CLAIM / 5);
    }

    // ── Builders ──────────────────────────────────────────────────────────────────────────────────────────────────

    struct Parts {
        IFraudJudge.Case c;
        IFraudJudge.MemberOpening m;
    }

    Parts private parts;

    /// Posts a claim whose only row belongs to nobody, and returns the proof.
    function falseRow(address recipient) private returns (bytes memory) {
        MemberLeaf memory leaf = MemberLeaf({
            member: makeAddr("nobody"),
            slot: 0,
            weight: 1,
            commitment: "commitment",
            signatureHash: "signature",
            updateRoot: 0,
            held: 0,
            attestationHash: 0,
            verdict: 1,
            reason: 0,
            reasonArg: 0,
            beta: 0,
            score: 0
        });
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = keccak256(abi.encode(leaf));
        bytes32[] memory path = SparseTree.proof(leaves, 0, 7);
        Claim memory claim = nextClaim(task, 1);
        IFraudJudge.MemberOpening memory m;
        m.leaf = leaf;
        bytes32 node = leaves[0];
        for (uint256 i = 0; i < 7; ++i) {
            m.path[i] = path[i];
            node = keccak256(abi.encode(node, path[i]));
        }
        claim.membersRoot = node;
        vm.warp(ledger.current(task).commitEnd);
        uint64 round = postAs(op, task, claim);
        parts.c = IFraudJudge.Case({task: task, round: round, recipient: recipient, claim: claim});
        parts.m = m;
        return abi.encodeCall(IFraudJudge.proveCommitment, (parts.c, m, ""));
    }

    function send(bytes memory call) private returns (bool done) {
        (done,) = judge.call(call);
    }
}
