// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {Claim, LedgerLeaf} from "../../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "../support/Fixture.sol";
import {SparseTree} from "../support/SparseTree.sol";

/// @notice A share for operators was paid for rounds that admit nobody, and an honest share was a provable lie, because
/// the operator's ledger leaf has no row. Here no member has a row, and the scores are whatever the trace says.
contract R38_OperatorShareTest is Fixture {
    using ClaimLib for Claim;

    uint32 private constant SCORES = 25;
    uint128 private constant SHARE = REWARD / 10;

    Node private op;
    Node private m;
    uint256 private task;
    TaskConfig private config;
    uint256 private slot;
    Claim private genesis;
    Claim private claim;
    IFraudJudge.TraceOpening private scores;

    function setUp() public override {
        super.setUp();
        judge = deployJudge(address(0));
        op = operator("operator");
        m = member("member", BOND);
        skip(1);
        TaskConfig memory made = taskConfig(op);
        made.spec.operatorShareBps = 1000;
        config.terms = made.terms;
        keep(config.spec, made.spec);
        task = openTask(made);
        slot = vault.slotOf(task, op.owner);
        genesis.parent = ClaimLib.hash(made.spec);
        genesis.modelRoot = made.spec.genesisModelRoot;
        genesis.ledgerRoot = SparseTree.root(new bytes32[](0), 10);
        vm.warp(ledger.current(task).commitEnd);
        claim = nextClaim(task, 0);
    }

    function test_R38_theOperatorHasASlotOfItsOwn() public view {
        assertEq(slot, 1);
        assertEq(vault.slotOwner(task, 1), op.owner);
        assertEq(vault.memberCountAt(task, block.timestamp - 1), 1);
    }

    function test_R38_anHonestShareIsNoLie() public {
        _scores(7);
        _post(_leaf(op.owner, SHARE));
        _refuses(_proof(slot));
        // The rest of the ledger stays as it was.
        _refuses(_proof(0));
        _refuses(_proof(900));
    }

    function test_R38_aShareOfARoundThatPaysNobodyIsALie() public {
        _scores(0);
        _post(_leaf(op.owner, SHARE));
        _rejects(_proof(slot));
    }

    function test_R38_withoutATraceNobodyIsPaid() public {
        claim.traceRoot = 0;
        _post(_leaf(op.owner, SHARE));
        _rejects(_proof(slot));
    }

    function test_R38_moreThanItsShareIsALie() public {
        _scores(7);
        _post(_leaf(op.owner, SHARE + 1));
        _rejects(_proof(slot));
    }

    function test_R38_noShareIsALieToo() public {
        _scores(7);
        LedgerLeaf memory none;
        _post(none);
        _rejects(_proof(slot));
    }

    function test_R38_theShareOfSomebodyElseIsALie() public {
        _scores(7);
        _post(_leaf(watcher, SHARE));
        _rejects(_proof(slot));
    }

    // ── Parts of a claim ──────────────────────────────────────────────────────────────────────────────────────────

    function _leaf(address owner, uint128 reward) private pure returns (LedgerLeaf memory leaf) {
        (leaf.member, leaf.reward) = (owner, reward);
    }

    /// One score, in a trace of one leaf.
    function _scores(int256 score) private {
        scores.kind = SCORES;
        delete scores.words;
        scores.words.push(score);
        int256[] memory words = scores.words;
        claim.traceRoot = keccak256(abi.encodePacked(scores.kind, scores.index, words));
    }

    bytes32[] private leaves;

    /// Posts the claim with `leaf` at the operator's slot, and no other leaf.
    function _post(LedgerLeaf memory leaf) private {
        delete leaves;
        for (uint256 i = 0; i <= slot; ++i) {
            leaves.push(0);
        }
        if (leaf.member != address(0)) leaves[slot] = ClaimLib.hash(leaf);
        claim.ledgerRoot = SparseTree.root(leaves, 10);
        claim.ledgerTotal = leaf.reward;
        postAs(op, task, claim);
    }

    function _proof(uint256 at) private view returns (IFraudJudge.LedgerSlotProof memory p) {
        p.slot = at;
        p.scores = scores;
        p.parent = IFraudJudge.Parent(0, genesis);
        p.previousPath = proof10(new bytes32[](0), at);
        p.leaf = at < leaves.length ? leaves[at] : bytes32(0);
        p.path = proof10(leaves, at);
        p.neighbours = new IFraudJudge.MemberOpening[](0);
    }

    function _case() private view returns (IFraudJudge.Case memory c) {
        (c.task, c.round, c.claim) = (task, 1, claim);
    }

    function _rejects(IFraudJudge.LedgerSlotProof memory p) private {
        IFraudJudge(judge).proveLedgerSlot(_case(), config.spec, p);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Void));
    }

    function _refuses(IFraudJudge.LedgerSlotProof memory p) private {
        vm.expectRevert(IFraudJudge.NoFault.selector);
        IFraudJudge(judge).proveLedgerSlot(_case(), config.spec, p);
    }
}
