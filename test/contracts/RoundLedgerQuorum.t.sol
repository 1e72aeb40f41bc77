// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";

/// finality by time: from postedAt + challenge on, for the claim and what it builds on
/// finalizeWithQuorum
/// ├── no such claim, another hash, already final → reverts
/// ├── lengths differ, owners not ascending, a signature is not by the key of the snapshot → reverts
/// ├── signed stake below the share, or nobody signed → reverts
/// └── enough → final at once, with everything before
contract RoundLedgerQuorumTest is Fixture {
    Node private op;
    Node private a;
    Node private b;
    Node private c;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        a = member("a", BOND);
        b = member("b", BOND);
        c = member("c", BOND);
        skip(1);
        task = createTask(op);
    }

    function test_isFinal_whenTheChallengeWindowPassed() public {
        (, bytes32 hash) = postNext(op, task);
        uint256 end = ledger.round(task, 1).challengeEnd;
        vm.warp(end - 1);
        assertFalse(ledger.isFinal(task, 1));
        assertFalse(ledger.isFinalClaim(task, 1, hash));
        vm.warp(end);
        assertTrue(ledger.isFinal(task, 1));
        assertTrue(ledger.isFinalClaim(task, 1, hash));
        assertFalse(ledger.isFinalClaim(task, 1, keccak256("other")));
        assertFalse(ledger.isFinalClaim(task, 2, hash));
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Final));
    }

    function test_finalizeWithQuorum_atOnceWithAllBefore() public {
        postNext(op, task);
        (uint64 round, bytes32 hash) = postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(a, b, c), task, round, hash);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Finalized(task, 2, hash, 3 * BOND);
        ledger.finalizeWithQuorum(task, 2, hash, owners, signatures);
        assertTrue(ledger.isFinal(task, 2));
        assertTrue(ledger.isFinal(task, 1));
        assertFalse(ledger.isFinal(task, 3));
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyFinal.selector, 2));
        ledger.finalizeWithQuorum(task, 2, hash, owners, signatures);
        postNext(op, task);
        assertFalse(ledger.isFinal(task, 3));
    }

    function test_finalizeWithQuorum_needsTheShareOfAllStake() public {
        (uint64 round, bytes32 hash) = postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(a, b), task, round, hash);
        // 200 of 300 are 66.66 %, the share is 66.67 %.
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.QuorumMissed.selector, 2 * BOND, 3 * uint256(BOND) * 6667 / 10_000)
        );
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        vm.expectPartialRevert(IRoundLedger.QuorumMissed.selector);
        ledger.finalizeWithQuorum(task, round, hash, new address[](0), new bytes[](0));
    }

    function test_finalizeWithQuorum_withoutAnyStakeThereIsNoQuorum() public {
        uint256 other = makeTask(taskConfig(op));
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank([a, b, c][i].owner);
            vault.leave(other);
        }
        skip(1);
        fund(other, 10 * REWARD);
        takeSeat(op, other);
        (uint64 round, bytes32 hash) = postNext(op, other);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.QuorumMissed.selector, 0, 0));
        ledger.finalizeWithQuorum(other, round, hash, new address[](0), new bytes[](0));
    }

    function test_finalizeWithQuorum_refusesWrongInput() public {
        (uint64 round, bytes32 hash) = postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(a, b, c), task, round, hash);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoClaim.selector, 2));
        ledger.finalizeWithQuorum(task, 2, hash, owners, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.WrongClaim.selector, keccak256("other"), hash));
        ledger.finalizeWithQuorum(task, round, keccak256("other"), owners, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.LengthMismatch.selector, 3, 2));
        ledger.finalizeWithQuorum(task, round, hash, owners, new bytes[](2));

        (owners[0], owners[1]) = (owners[1], owners[0]);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotAscending.selector, owners[0], owners[1]));
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        (owners[1], signatures[1]) = (owners[0], signatures[0]);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotAscending.selector, owners[0], owners[0]));
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);

        (owners, signatures) = agreements(toArray(a, b, c), task, round + 1, hash);
        vm.expectPartialRevert(IRoundLedger.WrongSigner.selector);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        (owners, signatures) = agreements(toArray(op), task, round, hash);
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.QuorumMissed.selector, 0, 3 * uint256(BOND) * 6667 / 10_000)
        );
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
    }

    function test_finalizeWithQuorum_keysAndStakeAreThoseOfTheSnapshot() public {
        // After the round opened: a rotates its key, b leaves, a newcomer bonds a lot.
        Node memory rotated = node("a2");
        rotated.owner = a.owner;
        register(rotated, IStakeVault.Role.Member);
        leave(b);
        Node memory rich = member("rich", 50 * BOND);
        (uint64 round, bytes32 hash) = postNext(op, task);

        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(rotated, b, c), task, round, hash);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.WrongSigner.selector, rotated.key, a.key));
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        (owners, signatures) = agreements(toArray(rich), task, round, hash);
        vm.expectPartialRevert(IRoundLedger.WrongSigner.selector);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        (owners, signatures) = agreements(toArray(a, b, c), task, round, hash);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
    }

    function testFuzz_finalizeWithQuorum_exactShare(uint96[5] memory stakes, uint8 signers, uint16 quorumBps) public {
        TaskConfig memory config = taskConfig(op);
        config.terms.quorumBps = uint16(bound(quorumBps, 5001, 10_000));
        Node[] memory nodes = new Node[](5);
        (uint256 total, uint256 signed, uint256 count) = (3 * uint256(BOND), 0, 0);
        for (uint256 i = 0; i < 5; ++i) {
            uint128 stake = uint128(bound(stakes[i], BOND, type(uint96).max));
            nodes[i] = member(string.concat("fuzz", vm.toString(i)), stake);
            total += stake;
            if (signers & (1 << i) != 0) (signed, count) = (signed + stake, count + 1);
        }
        skip(1);
        uint256 fuzzed = openTask(config);
        (uint64 round, bytes32 hash) = postNext(op, fuzzed);
        Node[] memory chosen = new Node[](count);
        for (uint256 i = 0; i < 5; ++i) {
            if (signers & (1 << i) != 0) chosen[--count] = nodes[i];
        }
        (address[] memory owners, bytes[] memory signatures) = agreements(chosen, fuzzed, round, hash);
        bool enough = signed * 10_000 >= uint256(config.terms.quorumBps) * total;
        if (!enough) vm.expectPartialRevert(IRoundLedger.QuorumMissed.selector);
        ledger.finalizeWithQuorum(fuzzed, round, hash, owners, signatures);
        assertEq(ledger.isFinal(fuzzed, round), enough);
    }

    // ── voidWithQuorum ────────────────────────────────────────────────────────────────────────────────────────────

    function _voids(Node[] memory nodes, uint64 round, bytes32 hash)
        private
        view
        returns (address[] memory owners, bytes[] memory signatures)
    {
        return signedBy(nodes, ledgerDigest(Statements.voided(task, round, hash)));
    }

    /// R11: members remove a holder that acknowledges nobody.
    function test_voidWithQuorum_endsTheOpenRoundAndRemovesItsHolder() public {
        (address[] memory owners, bytes[] memory signatures) = _voids(toArray(a, b, c), 1, 0);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundVoided(task, 1, 0, op.owner, 2, 3 * BOND);
        ledger.voidWithQuorum(task, 1, 0, owners, signatures);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Void));
        assertEq(slashable(op.owner), OPERATOR_BOND);
        (uint256 fails, uint256 from) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 2);
        assertEq(from, block.timestamp + 3 * 60);
        assertEq(ledger.current(task).round, 2);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoClaim.selector, 1));
        ledger.voidWithQuorum(task, 1, 0, owners, signatures);
    }

    function test_voidWithQuorum_dropsAPostedClaimWithoutPenalty() public {
        (, bytes32 first) = postNext(op, task);
        (uint64 round, bytes32 hash) = postNext(op, task);
        postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = _voids(toArray(a, b, c), round, hash);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.WrongClaim.selector, first, hash));
        ledger.voidWithQuorum(task, round, first, owners, signatures);
        ledger.voidWithQuorum(task, round, hash, owners, signatures);
        assertEq(ledger.current(task).parent, first);
        assertEq(ledger.current(task).round, 5);
        assertEq(slashable(op.owner), OPERATOR_BOND);
    }

    function test_voidWithQuorum_neverAFinalClaimNeverWithLess() public {
        (uint64 round, bytes32 hash) = postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = _voids(toArray(a, b), round, hash);
        vm.expectPartialRevert(IRoundLedger.QuorumMissed.selector);
        ledger.voidWithQuorum(task, round, hash, owners, signatures);
        (owners, signatures) = _voids(toArray(a, b, c), round, hash);
        vm.warp(ledger.round(task, round).challengeEnd);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyFinal.selector, round));
        ledger.voidWithQuorum(task, round, hash, owners, signatures);
        // What was signed for the open round is nothing for its claim.
        ledger.fail(task, round + 1);
        skip(60);
        takeSeat(op, task);
        (owners, signatures) = _voids(toArray(a, b, c), 3, 0);
        (, hash) = postNext(op, task);
        vm.expectPartialRevert(IRoundLedger.WrongClaim.selector);
        ledger.voidWithQuorum(task, 3, 0, owners, signatures);
        vm.expectPartialRevert(IRoundLedger.WrongSigner.selector);
        ledger.voidWithQuorum(task, 3, hash, owners, signatures);
    }
}
