// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";

/// the ring
/// ├── 64 claims back are kept, older ones are pruned
/// ├── a posting waits until what it needs to overwrite is final
/// └── nobody is late because of that
contract RoundLedgerRingTest is Fixture {
    Node private op;
    Node private rival;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
        member("a", BOND);
        skip(1);
    }

    function _fill(uint32 challenge) private {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        config.windows.challenge = challenge;
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

    function test_ring_keeps64ClaimsAndPrunesOlderOnes() public {
        _fill(10);
        for (uint256 i = 0; i < 10; ++i) {
            _postEarly(op);
        }
        assertEq(ledger.current(task).round, 74);
        assertEq(uint8(ledger.round(task, 9).status), uint8(IRoundLedger.RoundStatus.Pruned));
        assertEq(uint8(ledger.round(task, 10).status), uint8(IRoundLedger.RoundStatus.Final));
        assertTrue(ledger.isFinal(task, 9));
        assertTrue(ledger.isFinal(task, 0));
        assertEq(ledger.round(task, 9).claimHash, 0);
        assertFalse(ledger.isFinalClaim(task, 9, 0));
    }

    function test_ring_waitsForFinality() public {
        _fill(10_000);
        uint256 finalAt = ledger.round(task, 1).challengeEnd;
        skip(1);
        Claim memory claim = nextClaim(task, 1);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.RingFull.selector, 1, finalAt));
        ledger.post(task, 64, claim);

        // The judge can still reject the oldest: its base is there.
        bytes32 genesis = ledger.round(task, 0).claimHash;
        uint256 state = vm.snapshotState();
        vm.prank(judge);
        ledger.reject(task, 1, watcher);
        assertEq(ledger.current(task).parent, genesis);
        postAs(rival, task, nextClaim(task, 1));
        assertEq(ledger.current(task).round, 65);
        for (uint256 i = 0; i < 62; ++i) {
            _postEarly(rival);
        }
        assertEq(ledger.current(task).round, 127);
        vm.revertToState(state);

        // Round 64 voids without a penalty: nobody could post it in time.
        uint256 before = slashable(op.owner);
        vm.warp(ledger.current(task).takeoverEnd);
        ledger.voidRound(task);
        assertEq(slashable(op.owner), before);
        vm.warp(finalAt);
        while (block.timestamp >= ledger.current(task).takeoverEnd) ledger.voidRound(task);
        _postEarly(ledger.current(task).vacant ? rival : op);
        assertEq(uint8(ledger.round(task, 0).status), uint8(IRoundLedger.RoundStatus.Pruned));
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Final));
    }

    function test_ring_aQuorumMakesRoom() public {
        _fill(10_000);
        (uint64 round, bytes32 hash) = ledger.head(task);
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(node("a")), task, round, hash);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        for (uint256 i = 0; i < 63; ++i) {
            _postEarly(op);
        }
        assertEq(ledger.current(task).round, 127);
        skip(1);
        Claim memory claim = nextClaim(task, 1);
        vm.prank(op.key);
        vm.expectPartialRevert(IRoundLedger.RingFull.selector);
        ledger.post(task, 127, claim);
    }

    /// Posts, rejections and voids at random: every standing claim is found under its number with its hash, what builds on
    /// what is what was built, and the ring never loses the base of a claim that can still be rejected.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_ring_agreesWithARecord(uint256 seed) public {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        config.windows.challenge = 120;
        // As often as they are rejected, they stay bonded.
        (config.rewardPerRound, config.falseClaimPenalty) = (0, vault.bounds().minBondFloor);
        bond(op, OPERATOR_BOND);
        bond(rival, OPERATOR_BOND);
        config.missPenalty = 0;
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
            if (action == 0 && count > 1 && !ledger.isFinal(task, numbers[count - 1])) {
                uint256 depth = (seed >> 8) % 4 == 0 ? (seed >> 16) % 64 : (seed >> 16) % 3;
                while (depth >= count - 1 || ledger.isFinal(task, numbers[count - 1 - depth])) --depth;
                count -= depth + 1;
                vm.prank(judge);
                ledger.reject(task, numbers[count], watcher);
            } else if (action == 1) {
                vm.warp(open.takeoverEnd);
                ledger.voidRound(task);
            } else {
                skip(1);
                Node memory by = open.vacant == (open.operator == op.owner) ? rival : op;
                Claim memory claim = nextClaim(task, 1);
                vm.prank(by.key);
                try ledger.post(task, open.round, claim) {
                    numbers[count] = open.round;
                    hashes[count++] = ClaimLib.hash(claim, task, open.round);
                } catch (bytes memory refusal) {
                    assertEq(bytes4(refusal), IRoundLedger.RingFull.selector);
                    skip(30);
                }
            }
            uint64 now_ = ledger.current(task).round;
            if (now_ > highest) highest = now_;
            else assertTrue(now_ == open.round || ledger.current(task).attempt > 0, "a number was used again");
        }
        for (uint256 i = 0; i < count; ++i) {
            IRoundLedger.RoundView memory found = ledger.round(task, numbers[i]);
            if (i + 64 < count) assertEq(uint8(found.status), uint8(IRoundLedger.RoundStatus.Pruned));
            else if (found.status != IRoundLedger.RoundStatus.Pruned) assertEq(found.claimHash, hashes[i]);
            else assertTrue(ledger.isFinal(task, numbers[i]));
        }
        (uint64 head, bytes32 hash) = ledger.head(task);
        assertEq(head, numbers[count - 1]);
        assertEq(hash, hashes[count - 1]);
    }
}
