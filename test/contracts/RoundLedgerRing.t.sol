// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";

/// the ring
/// ├── 63 claims back are kept, older ones are pruned
/// ├── a round opens once what it needs to overwrite is final; until then its holder waits
/// └── a holder that cannot open any more loses the seat
contract RoundLedgerRingTest is Fixture {
    Node private op;
    Node private rival;
    Node private a;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
        a = member("a", BOND);
        skip(1);
    }

    function _fill(uint32 challenge) private {
        TaskConfig memory config = taskConfig(op);
        config.terms.windows.challenge = challenge;
        task = openTask(config);
        for (uint256 i = 0; i < 63; ++i) {
            _postEarly(op);
        }
    }

    function _postEarly(Node memory by) private returns (uint64 round) {
        skip(1);
        // From the first snapshot on there is one member: everybody sealed, no need to wait.
        round = postAs(by, task, nextClaim(task, 1));
    }

    function test_ring_keeps63ClaimsAndPrunesOlderOnes() public {
        _fill(10);
        for (uint256 i = 0; i < 10; ++i) {
            _postEarly(op);
        }
        assertEq(ledger.current(task).round, 74);
        assertEq(uint8(ledger.round(task, 10).status), uint8(IRoundLedger.RoundStatus.Pruned));
        assertEq(uint8(ledger.round(task, 11).status), uint8(IRoundLedger.RoundStatus.Final));
        assertTrue(ledger.isFinal(task, 10));
        assertTrue(ledger.isFinal(task, 0));
        assertEq(ledger.round(task, 10).claimHash, 0);
        assertFalse(ledger.isFinalClaim(task, 10, 0));
    }

    /// R33: nobody is late because the ring is full: the round is not open.
    function test_ring_waitsForFinality() public {
        _fill(10_000);
        uint256 finalAt = ledger.round(task, 1).challengeEnd;
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(uint8(open.state), uint8(IRoundLedger.SeatState.Empty));
        assertEq(open.operator, op.owner);
        assertEq(open.round, 64);
        assertEq(open.ringFinalAt, finalAt);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoOpenRound.selector, task));
        ledger.fail(task, open.round);
        vm.prank(rival.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.SeatTaken.selector, op.owner));
        ledger.takeSeat(task);
        vm.warp(finalAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.RingFull.selector, 1, finalAt));
        ledger.open(task);

        // The judge can still reject the oldest: its base is there.
        bytes32 genesis = ledger.task(task).specHash;
        Claim memory base;
        base.parent = genesis;
        uint256 state = vm.snapshotState();
        vm.prank(judge);
        ledger.reject(task, 1, watcher);
        (uint64 head,) = ledger.head(task);
        assertEq(head, 0);
        takeSeat(rival, task);
        assertEq(ledger.current(task).round, 64);
        for (uint256 i = 0; i < 63; ++i) {
            _postEarly(rival);
        }
        assertEq(ledger.current(task).round, 127);
        vm.revertToState(state);

        vm.warp(finalAt);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundOpened(task, 64, op.owner, op.key, uint40(finalAt));
        ledger.open(task);
        assertEq(ledger.current(task).snapshot, finalAt - 1);
        _postEarly(op);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Pruned));
        assertEq(uint8(ledger.round(task, 2).status), uint8(IRoundLedger.RoundStatus.Final));
    }

    function test_open_leavesTheSeatEmptyWhenTheHolderLeft() public {
        _fill(10_000);
        leave(op);
        vm.warp(ledger.current(task).ringFinalAt);
        ledger.open(task);
        assertEq(ledger.current(task).operator, address(0));
        takeSeat(rival, task);
        assertEq(ledger.current(task).round, 64);
    }

    function test_ring_aQuorumMakesRoom() public {
        _fill(10_000);
        (uint64 round, bytes32 hash) = ledger.head(task);
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(a), task, round, hash);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        ledger.open(task);
        for (uint256 i = 0; i < 63; ++i) {
            _postEarly(op);
        }
        assertEq(ledger.current(task).round, 127);
        assertEq(ledger.task(task).currentRound, 0);
    }

    /// The seal of the open round writes into the place of an old claim; after a rejection no view shows a mixture.
    function test_ring_aSealOverAnOldClaimIsNeverSeenBesideIt() public {
        _fill(10);
        for (uint256 i = 0; i < 10; ++i) {
            _postEarly(op);
        }
        skip(1);
        sealAs(op, task, "another", 1);
        vm.prank(judge);
        ledger.reject(task, 73, watcher);
        for (uint64 round = 0; round < 73; ++round) {
            IRoundLedger.RoundView memory found = ledger.round(task, round);
            if (found.claimHash != 0) assertTrue(found.digest == DIGEST);
        }
    }

    /// Postings, rejections, voids and failures at random: every standing claim is found under its number with its hash,
    /// no number opens twice, and the ring never loses the base of a claim that can still be rejected.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_ring_agreesWithARecord(uint256 seed) public {
        TaskConfig memory config = taskConfig(op);
        config.terms.windows.challenge = 120;
        config.terms.windows.post = 1;
        // As often as they are rejected, they stay bonded.
        (config.spec.rewardPerRound, config.terms.falseClaimPenalty) = (1, vault.bounds().minBondFloor);
        bond(op, OPERATOR_BOND);
        bond(rival, OPERATOR_BOND);
        task = openTask(config);
        uint64[] memory numbers = new uint64[](200);
        bytes32[] memory hashes = new bytes32[](200);
        (uint256 count, uint64 highest) = (1, 1);
        hashes[0] = ledger.round(task, 0).claimHash;
        for (uint256 step = 0; step < 150; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            IRoundLedger.OpenRound memory open = ledger.current(task);
            assertEq(open.parent, hashes[count - 1]);
            uint256 action = seed % 16;
            if (action < 2 && count > 1 && !ledger.isFinal(task, numbers[count - 1])) {
                uint256 depth = (seed >> 8) % 4 == 0 ? (seed >> 16) % 64 : (seed >> 16) % 3;
                while (depth >= count - 1 || ledger.isFinal(task, numbers[count - 1 - depth])) --depth;
                count -= depth + 1;
                _drop(action == 0, numbers[count]);
            } else if (open.operatorKey != address(0) && open.openedAt == 0) {
                skip(30);
                if (block.timestamp >= ledger.current(task).ringFinalAt) ledger.open(task);
            } else if (open.openedAt == 0) {
                skip(300);
                takeSeat(seed % 2 == 0 ? op : rival, task);
                assertGt(ledger.current(task).round, highest, "a number was used again");
            } else if (action == 2) {
                failRound(task);
            } else {
                skip(1);
                Node memory by = open.operator == op.owner ? op : rival;
                Claim memory claim = nextClaim(task, 1);
                postAs(by, task, claim);
                numbers[count] = open.round;
                hashes[count++] = ClaimLib.hash(claim, task, open.round);
            }
            open = ledger.current(task);
            if (open.openedAt != 0) highest = open.round;
        }
        for (uint256 i = 0; i < count; ++i) {
            IRoundLedger.RoundView memory found = ledger.round(task, numbers[i]);
            if (i + 63 < count) assertEq(uint8(found.status), uint8(IRoundLedger.RoundStatus.Pruned));
            else if (found.status != IRoundLedger.RoundStatus.Pruned) assertEq(found.claimHash, hashes[i]);
            else assertTrue(ledger.isFinal(task, numbers[i]));
        }
        (uint64 head, bytes32 hash) = ledger.head(task);
        assertEq(head, numbers[count - 1]);
        assertEq(hash, hashes[count - 1]);
    }

    function _drop(bool rejected, uint64 number) private {
        if (rejected) {
            vm.prank(judge);
            return ledger.reject(task, number, watcher);
        }
        bytes32 hash = ledger.round(task, number).claimHash;
        bytes32 digest = ledgerDigest(keccak256(abi.encode(_VOID, task, number, hash)));
        (address[] memory owners, bytes[] memory signatures) = signedBy(toArray(a), digest);
        ledger.voidWithQuorum(task, number, hash, owners, signatures);
    }

    bytes32 private constant _VOID = keccak256("Void(uint256 task,uint64 round,bytes32 claim)");
}
