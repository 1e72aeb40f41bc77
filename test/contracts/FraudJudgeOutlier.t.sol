// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Evidence} from "../../contracts/judge/Evidence.sol";
import {Claim, LedgerLeaf} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// proveOutlier
/// ├── the claim is not final, another one, or not in the ring any more → reverts
/// ├── the leaf is not in its ledger, or nobody's with something in it → reverts
/// ├── no quarantine began in this round, or the first within memory → NoFault
/// └── a later one → the member pays the fault penalty, once, all of it burned
contract FraudJudgeOutlierTest is Fixture {
    IFraudJudge private fraudJudge;
    Node private op;
    Node private alice;
    uint256 private task;

    LedgerLeaf[] private leaves;
    Claim private claim;
    uint64 private round;

    function setUp() public override {
        super.setUp();
        judge = deployJudge(address(this));
        fraudJudge = IFraudJudge(judge);
        op = operator("operator");
        alice = member("alice", BOND);
        skip(10);
        task = createTask(op);
        fund(task, 100 * REWARD);
    }

    function test_proveOutlier_takesThePenaltyOnceAndBurnsIt() public {
        post(extra(0, 2, ledger.current(task).round));
        vm.warp(ledger.round(task, round).challengeEnd);
        (uint256 bonded, uint256 supply) = (slashable(alice.owner), token.totalSupply());
        vm.expectEmit(judge);
        emit IFraudJudge.OutlierProved(task, round, alice.owner);
        vm.prank(watcher);
        prove(0);
        assertEq(bonded - slashable(alice.owner), FAULT);
        assertEq(supply - token.totalSupply(), FAULT);
        assertEq(wealth(watcher), 0);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyPenalised.selector, round, alice.owner));
        prove(0);
    }

    function test_proveOutlier_waitsForTheEndOfTheChallenge() public {
        post(extra(0, 2, ledger.current(task).round));
        vm.warp(ledger.round(task, round).challengeEnd - 1);
        IRoundLedger.RoundStatus posted = IRoundLedger.RoundStatus.Posted;
        vm.expectRevert(abi.encodeWithSelector(IFraudJudge.NotFinal.selector, task, round, posted));
        prove(0);
    }

    function test_proveOutlier_onlyTheClaimThatStands() public {
        post(extra(0, 2, ledger.current(task).round));
        vm.warp(ledger.round(task, round).challengeEnd);
        claim.evidence = "other";
        vm.expectPartialRevert(IFraudJudge.WrongClaim.selector);
        prove(0);
    }

    function test_proveOutlier_neverForTheFirstQuarantineNorForAnotherRound() public {
        uint64 next = ledger.current(task).round;
        post(extra(0, 1, next));
        vm.warp(ledger.round(task, round).challengeEnd);
        vm.expectRevert(IFraudJudge.NoFault.selector);
        prove(0);
        post(extra(2551, 2, next));
        vm.warp(ledger.round(task, round).challengeEnd);
        vm.expectRevert(IFraudJudge.NoFault.selector);
        prove(0);
    }

    function test_proveOutlier_onlyLeavesOfTheLedger() public {
        post(extra(0, 1, ledger.current(task).round));
        vm.warp(ledger.round(task, round).challengeEnd);
        leaves[0].extra = extra(0, 2, round);
        vm.expectPartialRevert(IFraudJudge.NotInTree.selector);
        prove(0);
    }

    /// An empty slot opens to nothing but zeros: otherwise whoever proves could invent what stood there.
    function test_emptySlot_opensToNothingInvented() public {
        post(extra(0, 1, ledger.current(task).round));
        vm.warp(ledger.round(task, round).challengeEnd);
        LedgerLeaf memory invented;
        invented.extra = extra(0, 2, round);
        leaves.push(invented);
        vm.expectPartialRevert(IFraudJudge.NotInTree.selector);
        prove(1);
    }

    // ── Evidence ──────────────────────────────────────────────────────────────────────────────────────────────────

    function test_next_eightRejectionsQuarantineANewMember() public pure {
        bytes32 e = 0;
        for (uint64 r = 1; r <= 7; ++r) {
            e = Evidence.next(e, true, r);
            assertFalse(Evidence.quarantined(e, r + 1));
        }
        e = Evidence.next(e, true, 8);
        for (uint64 r = 9; r < 25; ++r) {
            assertTrue(Evidence.quarantined(e, r));
        }
        assertFalse(Evidence.quarantined(e, 25));
        assertFalse(Evidence.repeated(e, 8));
        for (uint64 r = 25; r < 33; ++r) {
            e = Evidence.next(e, true, r);
        }
        assertTrue(Evidence.repeated(e, 32));
        assertTrue(Evidence.quarantined(e, 64));
        assertFalse(Evidence.quarantined(e, 65));
    }

    /// Whatever a leaf holds, a proof that opens it can be judged.
    function testFuzz_next_isTotalAndStaysInItsBounds(bytes32 e, bool rejected, uint64 r) public pure {
        bytes32 after_ = Evidence.next(e, rejected, r);
        int32 wealth = int32(uint32(uint256(after_) >> 160));
        assertLt(wealth, 2552);
        assertGe(wealth, -1024);
        assertEq(uint256(after_) >> 192, 0);
    }

    // ── Builders ──────────────────────────────────────────────────────────────────────────────────────────────────

    function extra(int32 wealth, uint32 quarantines, uint64 since) private pure returns (bytes32) {
        return bytes32(abi.encodePacked(uint64(0), wealth, quarantines, since, since + 17));
    }

    /// Posts a claim whose ledger holds one leaf, alice's.
    function post(bytes32 evidence) private {
        delete leaves;
        LedgerLeaf memory leaf = leafOf(alice.owner, 0);
        leaf.extra = evidence;
        leaves.push(leaf);
        claim = nextClaim(task, 0);
        bytes32[] memory hashes = new bytes32[](1);
        hashes[0] = keccak256(abi.encode(leaf));
        claim.ledgerRoot = SparseTree.root(hashes, 10);
        vm.warp(ledger.current(task).commitEnd);
        round = postAs(op, task, claim);
    }

    function prove(uint256 slot) private {
        bytes32[] memory hashes = new bytes32[](1);
        hashes[0] = keccak256(abi.encode(leaves[0]));
        IFraudJudge.Case memory c = IFraudJudge.Case({task: task, round: round, recipient: watcher, claim: claim});
        fraudJudge.proveOutlier(c, leaves[slot], slot, proof10(hashes, slot));
    }
}
