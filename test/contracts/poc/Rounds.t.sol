// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../../contracts/lib/Statements.sol";
import {Claim, MemberLeaf} from "../../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "../support/Fixture.sol";
import {SparseTree} from "../support/SparseTree.sol";

/// @notice What once took an honest operator's bond, or left members out unprovably, each under the name of its finding.
contract RoundFindingsTest is Fixture {
    Node private op;
    Node private twin;
    Node private a;
    Node private b;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        judge = deployJudge(address(0));
        op = operator("operator");
        twin = operator("twin");
        a = member("a", BOND);
        b = member("b", BOND);
        skip(1);
        task = createTask(op);
    }

    // ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function row(Node memory n, uint64 round) private view returns (MemberLeaf memory leaf) {
        bytes32 commitment = keccak256(abi.encode(n.owner, round));
        bytes32 digest = ledgerDigest(Statements.commitment(task, round, n.owner, commitment));
        (leaf.member, leaf.slot) = (n.owner, vault.slotOf(task, n.owner));
        leaf.weight = vault.allocation(task, n.owner).eligible;
        (leaf.commitment, leaf.signatureHash) = (commitment, keccak256(signDigest(n.secret, digest)));
    }

    function rowsOf(Node[] memory nodes, uint64 round) private view returns (MemberLeaf[] memory rows) {
        rows = new MemberLeaf[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            rows[i] = row(nodes[i], round);
        }
    }

    function digestOf(MemberLeaf[] memory rows) private pure returns (bytes32) {
        bytes memory packed;
        for (uint256 i = 0; i < rows.length; ++i) {
            packed = abi.encodePacked(packed, rows[i].member, rows[i].commitment);
        }
        return keccak256(packed);
    }

    function hashesOf(MemberLeaf[] memory rows) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            hashes[i] = ClaimLib.hash(rows[i]);
        }
    }

    /// Posts a claim over rows, sealed as they are or as others.
    function postRows(Node memory by, MemberLeaf[] memory rows, bytes32 digest)
        private
        returns (IFraudJudge.Case memory c)
    {
        vm.warp(ledger.current(task).commitEnd);
        c.claim = nextClaim(task, uint32(rows.length));
        c.claim.membersRoot = SparseTree.root(hashesOf(rows), 7);
        (c.task, c.round, c.recipient) = (task, postAs(by, task, c.claim, digest), watcher);
    }

    function opened(MemberLeaf[] memory rows, uint256 at) private pure returns (IFraudJudge.MemberOpening memory m) {
        (m.row, m.leaf) = (at, rows[at]);
        bytes32[] memory path = SparseTree.proof(hashesOf(rows), at, 7);
        for (uint256 i = 0; i < 7; ++i) {
            m.path[i] = path[i];
        }
    }

    /// The judge finds that this commitment has no row; `rows` has one row.
    function proveOmission(IFraudJudge.Case memory c, MemberLeaf[] memory rows, Node memory n, bytes memory receipt)
        private
    {
        IFraudJudge.MemberOpening[] memory around = new IFraudJudge.MemberOpening[](1);
        around[0] = opened(rows, 0);
        bytes32 commitment = receipt.length == 0 ? bytes32(0) : row(n, c.round).commitment;
        IFraudJudge(judge).proveOmission(c, n.owner, commitment, receipt, around, new IFraudJudge.MemberOpening[](0));
    }

    function receiptOf(Node memory by, Node memory n, uint64 round) private view returns (bytes memory) {
        return
            signDigest(by.secret, ledgerDigest(Statements.receipt(task, round, n.owner, row(n, round).commitment)));
    }

    function assertUntouched(Node memory n) private view {
        assertEq(slashable(n.owner), OPERATOR_BOND);
    }

    // ── Findings ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// C1: a seal is a transaction: there is no signature that could pass as two, and a second seal of a round reverts.
    function test_C1_SealTruncation_oneSealIsNeverTwo() public {
        MemberLeaf[] memory rows = rowsOf(toArray(a, b), 1);
        sealAs(op, task, digestOf(rows), 2);
        uint40 openedAt = ledger.current(task).openedAt;
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadySealed.selector, 1));
        ledger.seal(task, 1, openedAt, digestOf(rows), 2, 0);
        IFraudJudge.Case memory c;
        c.claim = nextClaim(task, 2);
        c.claim.membersRoot = SparseTree.root(hashesOf(rows), 7);
        (c.task, c.round, c.recipient) = (task, postAs(op, task, c.claim, digestOf(rows)), watcher);
        // A digest that is right is no fault, whoever says so.
        vm.expectRevert(IFraudJudge.NoFault.selector);
        IFraudJudge(judge).proveSealed(c, rows);
        assertUntouched(op);
    }

    /// H1: a silent operator loses the seat, and its number with it: nobody posts a round whose receipts it did not give.
    function test_H1_aTwinCannotPostOverTheReceiptsOfASilentOperator() public {
        receiptOf(op, b, 1);
        vm.warp(ledger.current(task).sealEnd);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        vm.prank(twin.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotHolder.selector, twin.key, op.owner));
        ledger.seal(task, 1, open.openedAt, DIGEST, 1, 0);
        ledger.fail(task, 1);
        takeSeat(twin, task);
        // A fresh number: members commit anew, and the twin's own receipts bind the twin.
        uint64 round = ledger.current(task).round;
        assertEq(round, 2);
        MemberLeaf[] memory rows = rowsOf(toArray(a), round);
        IFraudJudge.Case memory c = postRows(twin, rows, digestOf(rows));
        proveOmission(c, rows, b, receiptOf(twin, b, round));
        assertEq(slashable(twin.owner), OPERATOR_BOND - FALSE_CLAIM);
    }

    /// H1, H2: receipts bind by the key that took the seat, also when the operator registers another key.
    function test_H2_receiptsOfTheSeatsKeyBindAfterARotation() public {
        Node memory rotated = node("rotated");
        rotated.owner = op.owner;
        register(rotated, IStakeVault.Role.Operator);
        MemberLeaf[] memory rows = rowsOf(toArray(a), 1);
        bytes memory receipt = receiptOf(op, b, 1);
        IFraudJudge.Case memory c = postRows(rotated, rows, digestOf(rows));
        bytes memory other = receiptOf(rotated, b, 1);
        vm.expectRevert(IFraudJudge.NoFault.selector);
        this.omission(c, rows, b, other);
        proveOmission(c, rows, b, receipt);
        assertEq(slashable(op.owner), OPERATOR_BOND - FALSE_CLAIM);
    }

    function omission(IFraudJudge.Case calldata c, MemberLeaf[] calldata rows, Node calldata n, bytes calldata receipt)
        external
    {
        proveOmission(c, rows, n, receipt);
    }

    /// M2: an operator of a task whose funds ran out is not slashed, and is free to leave.
    function test_M2_noRoundOpensThatCouldNotBePosted() public {
        TaskConfig memory config = taskConfig(op);
        uint256 poor = makeTask(config);
        skip(1);
        fund(poor, REWARD);
        takeSeat(op, poor);
        vm.warp(ledger.current(poor).commitEnd);
        Claim memory claim = nextClaim(poor, 0);
        claim.ledgerTotal = REWARD;
        postAs(op, poor, claim);
        assertEq(ledger.task(poor).currentRound, 0);
        skip(30 days);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoOpenRound.selector, poor));
        ledger.fail(poor, 2);
        assertEq(vault.allocation(poor, op.owner).amount, OPERATOR_BOND);
        vm.prank(op.owner);
        vault.leave(poor);
        vm.warp(vault.allocation(poor, op.owner).freeAt);
        vault.release(poor, op.owner);
        vm.prank(op.owner);
        vault.withdraw(OPERATOR_BOND);
        assertEq(token.balanceOf(op.owner), OPERATOR_BOND);
    }

    /// M4: after burned numbers one claim takes one reward at most.
    function test_M4_burnedNumbersAddNothingToTheCap() public {
        for (uint256 i = 0; i < 5; ++i) {
            failRound(task);
            skip(255 * 60);
            takeSeat(op, task);
        }
        vm.warp(ledger.current(task).commitEnd);
        sealAs(op, task, 0);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        Claim memory claim = nextClaim(task, 0);
        claim.ledgerTotal = 2 * REWARD;
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.RewardTooHigh.selector, 2 * REWARD, REWARD));
        ledger.post(task, open.round, open.openedAt, DIGEST, claim);
    }

    /// R5: a commitment that a reorganisation brings in before the seal makes the seal revert, and costs nothing.
    function test_R5_aForcedCommitmentBeforeTheSealMakesItRevert() public {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        vm.warp(open.commitEnd - 1);
        forceCommit(b.owner, task, 1, b.owner, row(b, 1).commitment);
        vm.warp(open.commitEnd);
        bytes32 digest = digestOf(rowsOf(toArray(a), 1));
        bytes32 forced = ledger.current(task).forcedHash;
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OtherForced.selector, bytes32(0), forced));
        ledger.seal(task, 1, open.openedAt, digest, 1, 0);
        // Over the new set it passes; left out all the same, the member has its proof.
        MemberLeaf[] memory rows = rowsOf(toArray(a), 1);
        IFraudJudge.Case memory c = postRows(op, rows, digest);
        proveOmission(c, rows, b, "");
        assertEq(slashable(op.owner), OPERATOR_BOND - FALSE_CLAIM);
    }

    /// R4: nothing can be forced once the round is sealed, so a claim that is true when signed is true when mined.
    function test_R4_nothingIsForcedAfterTheSeal() public {
        sealAs(op, task, 2);
        vm.prank(b.owner);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadySealed.selector, 1));
        ledger.forceCommit(task, 1, _one(b.owner), _one(bytes32("late")), new bytes[](1));
    }

    /// R6: a number has one holder and one seal, whoever comes after it.
    function test_R6_nobodySealsANumberTwice() public {
        sealAs(op, task, 2);
        failRound(task);
        takeSeat(twin, task);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.round, 2);
        vm.prank(twin.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, 1, 2));
        ledger.seal(task, 1, open.openedAt, "second", 2, 0);
        assertEq(ledger.round(task, 1).digest, 0);
    }

    /// R8: what was revealed in a round that failed or fell is of no use: the number is burned, nobody posts it again.
    function test_R8_noSecondChanceAfterTheReveals() public {
        MemberLeaf[] memory rows = rowsOf(toArray(a, b), 1);
        postRows(op, rows, digestOf(rows));
        vm.prank(judge);
        ledger.reject(task, 1, watcher);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Void));
        takeSeat(twin, task);
        assertEq(ledger.current(task).round, 3);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, 1, 3));
        vm.prank(b.owner);
        ledger.forceCommit(task, 1, _one(b.owner), _one(bytes32("hindsight")), new bytes[](1));
    }

    /// R9: there is one seat and one clock; nobody else has a window in the round.
    function test_R9_onlyTheHolderHasAWindow() public {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        for (uint256 t = 0; t < 400; t += 20) {
            vm.warp(open.openedAt + t);
            vm.prank(twin.key);
            vm.expectRevert(abi.encodeWithSelector(IRoundLedger.SeatTaken.selector, op.owner));
            ledger.takeSeat(task);
            vm.prank(twin.key);
            vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotHolder.selector, twin.key, op.owner));
            ledger.seal(task, 1, open.openedAt, DIGEST, 2, 0);
        }
    }

    /// C2 (the seal's half): rows that were not sealed are proved false.
    function test_C2_aClaimHasTheRowsThatWereSealed() public {
        MemberLeaf[] memory rows = rowsOf(toArray(a), 1);
        IFraudJudge.Case memory c = postRows(op, rows, digestOf(rowsOf(toArray(b), 1)));
        IFraudJudge(judge).proveSealed(c, rows);
        assertEq(slashable(op.owner), OPERATOR_BOND - FALSE_CLAIM);
    }

    /// R18, R29: lateness costs the seat and a wait, never stake.
    function test_R18_lateOperatorsLoseNoStake() public {
        for (uint256 i = 0; i < 9; ++i) {
            failRound(task);
            skip(255 * 60);
            takeSeat(op, task);
        }
        assertUntouched(op);
    }
}
