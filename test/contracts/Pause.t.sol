// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IGuardian} from "../../contracts/interfaces/IGuardian.sol";
import {IPauseClock} from "../../contracts/interfaces/IPauseClock.sol";
import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Claim, LedgerLeaf} from "../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";

/// pause
/// ├── not the guardian, longer than allowed, too soon after the last, paused already → reverts
/// ├── stops every call of ledger, vault and distributor, and ends by itself
/// ├── counts towards no deadline, whatever the pattern
/// └── leaves what had passed passed
/// Guardian
/// ├── only the holder
/// ├── stops and starts ledger and vault together, or neither
/// └── cancels a queued proposal, and can do nothing else
contract PauseTest is Fixture {
    IGuardian private guardian;
    TimelockController private timelock;
    address private multisig = makeAddr("multisig");
    Node private op;
    Node private rival;
    Node private a;
    uint256 private task;
    // The slow twin: seconds that were paused, in order.
    uint256[2][] private pauses;

    function setUp() public override {
        super.setUp();
        address[] memory none = new address[](0);
        timelock = new TimelockController(1 days, none, none, address(this));
        guardian = IGuardian(vm.deployCode("Guardian.sol", abi.encode(multisig, ledger, vault, timelock)));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(guardian));
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(this));
        vm.startPrank(governance);
        ledger.setGuardian(address(guardian));
        vault.setGuardian(address(guardian));
        vm.stopPrank();
        op = operator("operator");
        rival = operator("rival");
        a = member("a", BOND);
        bond(op, OPERATOR_BOND);
        skip(1);
        task = createTask(op);
    }

    function _pause(uint256 length) private {
        vm.prank(multisig);
        guardian.pause(uint32(length));
        pauses.push([block.timestamp, block.timestamp + length]);
    }

    function _unpause() private {
        vm.prank(multisig);
        guardian.unpause();
        pauses[pauses.length - 1][1] = block.timestamp;
    }

    /// Seconds of `[from, to)` that ran.
    function _ran(uint256 from, uint256 to) private view returns (uint256 seconds_) {
        seconds_ = to - from;
        for (uint256 i = 0; i < pauses.length; ++i) {
            uint256 start = pauses[i][0] > from ? pauses[i][0] : from;
            uint256 end = pauses[i][1] < to ? pauses[i][1] : to;
            if (end > start) seconds_ -= end - start;
        }
    }

    // ── Bounds ────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_pause_onlyTheGuardian() public {
        vm.expectRevert(abi.encodeWithSelector(IPauseClock.NotGuardian.selector, address(this), address(guardian)));
        ledger.pause(1);
        vm.expectRevert(abi.encodeWithSelector(IPauseClock.NotGuardian.selector, address(this), address(guardian)));
        vault.unpause();
        vm.expectRevert(abi.encodeWithSelector(IGuardian.NotHolder.selector, address(this), multisig));
        guardian.pause(1);
        vm.expectRevert(abi.encodeWithSelector(IGuardian.NotHolder.selector, address(this), multisig));
        guardian.unpause();
        vm.expectRevert(abi.encodeWithSelector(IGuardian.NotHolder.selector, address(this), multisig));
        guardian.cancel(0);
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", multisig));
        vm.prank(multisig);
        ledger.setGuardian(multisig);
    }

    function test_pause_bounds() public {
        vm.startPrank(multisig);
        vm.expectRevert(abi.encodeWithSelector(IPauseClock.PauseOutOfBounds.selector, 0, 7 days));
        guardian.pause(0);
        vm.expectRevert(abi.encodeWithSelector(IPauseClock.PauseOutOfBounds.selector, 7 days + 1, 7 days));
        guardian.pause(7 days + 1);
        vm.expectRevert(IPauseClock.NotPaused.selector);
        guardian.unpause();
        guardian.pause(7 days);
        uint256 until = block.timestamp + 7 days;
        assertEq(ledger.pausedUntil(), until);
        vm.expectRevert(abi.encodeWithSelector(IPauseClock.PausedUntil.selector, until));
        guardian.pause(1);
        vm.warp(until);
        assertEq(ledger.pausedUntil(), 0);
        assertEq(ledger.pausableFrom(), until + 14 days);
        vm.warp(until + 14 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IPauseClock.CoolingDown.selector, until + 14 days - 1, until + 14 days));
        guardian.pause(1);
        vm.warp(until + 14 days);
        guardian.pause(1);
    }

    /// Neither stops alone: a vault whose stake unbonds while the rounds stand still would let the exposed leave.
    function test_pause_bothOrNeither() public {
        vm.prank(governance);
        vault.setGuardian(address(0));
        vm.expectRevert(abi.encodeWithSelector(IPauseClock.NotGuardian.selector, address(guardian), address(0)));
        vm.prank(multisig);
        guardian.pause(1);
        assertEq(ledger.pausedUntil(), 0);
    }

    function test_cancel_aQueuedProposal() public {
        timelock.schedule(address(ledger), 0, "", 0, 0, 1 days);
        bytes32 id = timelock.hashOperation(address(ledger), 0, "", 0, 0);
        assertTrue(timelock.isOperationPending(id));
        vm.prank(multisig);
        guardian.cancel(id);
        assertFalse(timelock.isOperation(id));
    }

    // ── What stands still ─────────────────────────────────────────────────────────────────────────────────────────

    function test_pause_stopsEverything() public {
        Claim memory claim = nextClaim(task, 0);
        LedgerLeaf memory leaf;
        TaskConfig memory config = taskConfig(op);
        address[] memory none = new address[](0);
        bytes[] memory unsigned = new bytes[](0);
        bytes32[10] memory proof;
        _pause(100);
        bytes memory stopped = abi.encodeWithSelector(IPauseClock.PausedUntil.selector, block.timestamp + 100);
        _stops(address(ledger), op.key, abi.encodeCall(ledger.post, (task, 1, 0, 0, claim)), stopped);
        _stops(address(ledger), a.key, abi.encodeCall(ledger.fail, (task, 1)), stopped);
        _stops(address(ledger), op.key, abi.encodeCall(ledger.takeSeat, (task)), stopped);
        _stops(address(ledger), op.key, abi.encodeCall(ledger.open, (task)), stopped);
        _stops(address(ledger), op.key, abi.encodeCall(ledger.seal, (task, 1, 0, 0, 0, 0)), stopped);
        _stops(address(ledger), a.key, abi.encodeCall(ledger.forceCommit, (task, 1, none, new bytes32[](0), unsigned)), stopped);
        _stops(address(ledger), judge, abi.encodeCall(ledger.reject, (task, 1, watcher)), stopped);
        _stops(address(ledger), judge, abi.encodeCall(ledger.penalise, (task, 1, a.owner, watcher)), stopped);
        _stops(address(ledger), a.key, abi.encodeCall(ledger.voidWithQuorum, (task, 1, "h", none, unsigned)), stopped);
        _stops(
            address(ledger), a.key, abi.encodeCall(ledger.finalizeWithQuorum, (task, 1, "h", none, unsigned)), stopped
        );
        _stops(address(ledger), address(distributor), abi.encodeCall(ledger.noteFunded, (task, 1)), stopped);
        _stops(address(ledger), watcher, abi.encodeCall(ledger.createTask, (config.terms, config.spec)), stopped);
        IRoundLedger.Origin memory origin = IRoundLedger.Origin(task, 1, claim);
        _stops(address(ledger), watcher, abi.encodeCall(ledger.succeedTask, (config.terms, config.spec, origin)), stopped);
        _stops(address(ledger), address(this), abi.encodeCall(ledger.stop, (task)), stopped);
        _stops(address(ledger), address(distributor), abi.encodeCall(ledger.noteRefunded, (task)), stopped);
        _stops(address(vault), a.owner, abi.encodeCall(vault.bond, (1)), stopped);
        _stops(address(vault), a.owner, abi.encodeCall(vault.allocate, (task, IStakeVault.Role.Member, 1)), stopped);
        _stops(address(vault), a.owner, abi.encodeCall(vault.withdraw, (1)), stopped);
        _stops(address(vault), a.owner, abi.encodeCall(vault.leave, (task)), stopped);
        _stops(address(vault), a.owner, abi.encodeCall(vault.release, (task, a.owner)), stopped);
        _stops(address(vault), a.owner, abi.encodeCall(vault.refresh, (task, a.owner)), stopped);
        _stops(address(vault), a.owner, abi.encodeCall(vault.registerKeys, (a.key, a.peer, "")), stopped);
        _stops(address(vault), address(ledger), abi.encodeCall(vault.slash, (task, a.owner, 1, watcher, 0)), stopped);
        _stops(
            address(distributor),
            a.owner,
            abi.encodeCall(distributor.claim, (task, 1, claim, leaf, 0, proof)),
            abi.encodeWithSelector(IRewardDistributor.PausedUntil.selector, block.timestamp + 100)
        );
        mint(address(this), 1);
        token.approve(address(distributor), 1);
        _stops(address(distributor), address(this), abi.encodeCall(distributor.fund, (task, 1)), stopped);
        // Governance keeps what it needs to mend the contracts.
        vm.startPrank(governance);
        vault.setMinBond(BOND + 1);
        ledger.setGuardian(address(0));
        vm.stopPrank();
    }

    function _stops(address target, address caller, bytes memory call, bytes memory reason) private {
        vm.prank(caller);
        (bool done, bytes memory answer) = target.call(call);
        assertFalse(done);
        assertEq(answer, reason);
    }

    function test_pause_endsByItself() public {
        _pause(100);
        skip(100);
        postNext(op, task);
    }

    /// A pause in the middle of a live round delays it and voids nothing.
    function test_pause_delaysARound() public {
        skip(90);
        _pause(7 days);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.commitEnd, open.openedAt + 100 + 7 days);
        skip(1 days);
        _unpause();
        open = ledger.current(task);
        assertEq(open.commitEnd, open.openedAt + 100 + 1 days);
        skip(9);
        forceCommit(a.key, task, 1, a.owner, "c");
        (uint64 round,) = postNext(op, task);
        assertEq(round, 1);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Posted));
    }

    // ── INVARIANT: paused time counts towards no deadline ─────────────────────────────────────────────────────────

    /// The clock against its slow twin: any pattern of pauses, some ended early, any start and window.
    function testFuzz_pausedTimeCountsTowardsNoDeadline(uint256 seed) public {
        for (uint256 i = 0; i < 6; ++i) {
            skip(bound(uint256(keccak256(abi.encode(seed, i, "gap"))), 0, 40 days));
            if (block.timestamp < ledger.pausableFrom()) vm.warp(ledger.pausableFrom());
            uint256 length = bound(uint256(keccak256(abi.encode(seed, i, "length"))), 1, 7 days);
            _pause(length);
            if (uint256(keccak256(abi.encode(seed, i, "early"))) % 2 == 0) {
                skip(uint256(keccak256(abi.encode(seed, i, "after"))) % length);
                _unpause();
            }
        }
        for (uint256 i = 0; i < 8; ++i) {
            // Starts lie around the pauses' ends as often as anywhere.
            uint256 anywhere = bound(uint256(keccak256(abi.encode(seed, i, "start"))), START, block.timestamp + 30 days);
            uint256 edge = pauses[anywhere % 6][i % 2] + anywhere % 3 - 1;
            uint256 start = anywhere % 2 == 0 ? anywhere : edge;
            uint256 window = bound(uint256(keccak256(abi.encode(seed, i, "window"))), 1, 60 days);
            uint256 end = ledger.deadline(start, window);
            // Exactly the window ran when it is over, and less the second before.
            assertEq(_ran(start, end), window);
            assertLt(_ran(start, end - 1), window);
            assertEq(vault.deadline(start, window), end);
            assertEq(ledger.pausedBetween(start, end), end - start - window);
            assertEq(vault.pausedBetween(start, end), end - start - window);
        }
    }

    /// Every window of a round and of unbonding keeps its running length, and opens and closes when the views say so.
    function testFuzz_everyWindowKeepsItsLength(uint256 first, uint256 length, uint256 early, uint8 way) public {
        first = bound(first, 0, 340);
        length = bound(length, 1, 7 days);
        leave(a);
        uint256 openedAt = ledger.current(task).openedAt;
        uint256 requested = block.timestamp;
        skip(first);
        // Whatever the windows' ends would have been without the pause, those that had passed have passed.
        IRoundLedger.OpenRound memory before = ledger.current(task);
        _pause(length);
        if (early % 2 == 0) {
            skip(early % length);
            _unpause();
        } else {
            skip(length);
        }
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(_ran(openedAt, open.commitEnd), 100);
        assertEq(_ran(openedAt, open.sealEnd), 160);
        assertEq(_ran(requested, vault.allocation(task, a.owner).freeAt), 2 days);
        if (before.sealEnd <= openedAt + first) assertEq(open.sealEnd, before.sealEnd);

        if (way % 2 == 0) _posts(open);
        else _fails(open);
        _withdraws();
    }

    function _posts(IRoundLedger.OpenRound memory open) private {
        if (block.timestamp < open.commitEnd) {
            vm.warp(open.commitEnd - 1);
            vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, open.commitEnd - 1, open.commitEnd));
            vm.prank(op.key);
            ledger.seal(task, 1, open.openedAt, DIGEST, 0, 0);
        }
        if (block.timestamp >= open.sealEnd) return;
        vm.warp(open.sealEnd - 1);
        sealAs(op, task, 0);
        open = ledger.current(task);
        assertEq(_ran(open.sealedAt, open.revealEnd), 50);
        assertEq(_ran(open.sealedAt, open.attestEnd), 100);
        assertEq(_ran(open.sealedAt, open.postEnd), 160);
        vm.warp(open.postEnd - 1);
        postAs(op, task, nextClaim(task, 0));
        IRoundLedger.RoundView memory view_ = ledger.round(task, 1);
        assertEq(_ran(view_.postedAt, view_.challengeEnd), 1000);
        vm.warp(view_.challengeEnd - 1);
        assertFalse(ledger.isFinal(task, 1));
        skip(1);
        assertTrue(ledger.isFinal(task, 1));
    }

    function _fails(IRoundLedger.OpenRound memory open) private {
        if (block.timestamp < open.sealEnd) {
            vm.warp(open.sealEnd - 1);
            vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, open.sealEnd - 1, open.sealEnd));
            ledger.fail(task, open.round);
            skip(1);
        }
        ledger.fail(task, open.round);
        (, uint256 from) = ledger.seatFrom(task, op.owner);
        assertEq(_ran(block.timestamp, from), 60);
        takeSeat(rival, task);
        assertEq(ledger.current(task).round, 2);
    }

    function _withdraws() private {
        uint256 unlockAt = vault.allocation(task, a.owner).freeAt;
        if (block.timestamp < unlockAt) {
            vm.warp(unlockAt - 1);
            vm.expectRevert(abi.encodeWithSelector(IStakeVault.StillLeaving.selector, task, unlockAt));
            vault.release(task, a.owner);
            skip(1);
        }
        vault.release(task, a.owner);
        vm.prank(a.owner);
        vault.withdraw(BOND);
        assertEq(token.balanceOf(a.owner), BOND);
    }

    /// A claim posted just before a pause can be challenged for as long as any other.
    function test_pause_inTheChallengeWindow() public {
        (uint64 round,) = postNext(op, task);
        skip(500);
        _pause(3 days);
        skip(3 days);
        skip(499);
        assertFalse(ledger.isFinal(task, round));
        vm.prank(judge);
        ledger.reject(task, round, watcher);
        postAs(rival, task, nextClaim(task, 0));
    }

    /// The same of the ring: its oldest claim is final no sooner for a pause.
    function test_pause_holdsUpTheRing() public {
        for (uint256 i = 0; i < ledger.RING() - 1; ++i) {
            // A round in which every member seals at once takes a second: the ring fills within one challenge window.
            skip(1);
            postAs(op, task, nextClaim(task, 1));
        }
        uint256 finalAt = ledger.round(task, 1).challengeEnd;
        _pause(5 days);
        assertEq(ledger.round(task, 1).challengeEnd, finalAt + 5 days);
        skip(5 days);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.RingFull.selector, 1, finalAt + 5 days));
        ledger.open(task);
        vm.warp(finalAt + 5 days);
        ledger.open(task);
    }

    function testFuzz_pausedTwoThirdsOfTheTimeRuns(uint256 seed) public {
        uint256 from = block.timestamp;
        for (uint256 i = 0; i < 12; ++i) {
            if (block.timestamp < ledger.pausableFrom()) vm.warp(ledger.pausableFrom());
            uint256 length = bound(uint256(keccak256(abi.encode(seed, i))), 1, 7 days);
            _pause(length);
            skip(length);
            uint256 to = ledger.pausableFrom();
            assertGe(3 * _ran(from, to), 2 * (to - from));
        }
    }
}
