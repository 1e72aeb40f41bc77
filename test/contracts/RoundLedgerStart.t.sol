// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice A task waits for its members and their stake before round 1 opens.
///
/// ```
/// start
/// ├── the task is unknown                → UnknownTask
/// ├── the ledger is paused               → PausedUntil
/// ├── it was started before              → AlreadyStarted
/// ├── fewer members than it waits for    → TooFewMembers
/// ├── less stake than it waits for       → TooLittleStake
/// ├── the seat's holder has left         → OperatorNotBonded
/// └── enough of both, a second ago       → round 1 is open, the seat is held
/// ```
contract RoundLedgerStartTest is Fixture {
    Node private op;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        task = _waiting(2, 3 * BOND);
    }

    function _waiting(uint16 minMembers, uint128 minStake) private returns (uint256) {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        (config.minMembers, config.minStake) = (minMembers, minStake);
        return makeTask(config);
    }

    function test_beforeTheStart_noRoundIsOpen() public {
        member("a", 5 * BOND);
        skip(1);
        assertEq(ledger.task(task).currentRound, 0);
        assertEq(ledger.task(task).minMembers, 2);
        assertEq(ledger.task(task).minStake, 3 * BOND);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.None));
        assertFalse(ledger.isFinal(task, 1));
        assertTrue(ledger.isFinal(task, 0));
        (uint64 round,) = ledger.head(task);
        assertEq(round, 0);

        bytes memory refusal = abi.encodeWithSelector(IRoundLedger.NotStarted.selector, task);
        vm.expectRevert(refusal);
        ledger.current(task);
        Claim memory claim;
        vm.expectRevert(refusal);
        vm.prank(op.key);
        ledger.post(task, 1, claim);
        vm.expectRevert(refusal);
        ledger.forceCommit(task, 1, keccak256("commitment"));
        // Waiting never makes a round that nobody could take part in void.
        skip(30 days);
        vm.expectRevert(refusal);
        ledger.voidRound(task);
        vm.expectRevert(refusal);
        vm.prank(judge);
        ledger.penalise(task, 1, op.owner, address(this));
    }

    function test_beforeTheStart_rewardsCanBeFunded() public {
        fund(task, REWARD);
        assertEq(ledger.funded(task), REWARD);
    }

    function test_start_needsTheMembers() public {
        member("a", 5 * BOND);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooFewMembers.selector, 1, 2));
        ledger.start(task);
    }

    function test_start_needsTheStake() public {
        member("a", BOND);
        member("b", BOND);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooLittleStake.selector, 2 * BOND, 3 * BOND));
        ledger.start(task);
    }

    function test_start_countsTheStakeOfTheSecondBefore() public {
        member("a", BOND);
        member("b", 2 * BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooFewMembers.selector, 0, 2));
        ledger.start(task);
        skip(1);
        ledger.start(task);
        assertEq(vault.memberCountAt(task, ledger.current(task).snapshot), 2);
    }

    function test_start_anyoneOpensRoundOneOnce() public {
        member("a", BOND);
        member("b", 2 * BOND);
        skip(7);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundOpened(task, 1, uint40(block.timestamp));
        vm.prank(address(0xbeef));
        ledger.start(task);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.round, 1);
        assertEq(open.openedAt, block.timestamp);
        assertEq(open.operator, op.owner);
        assertFalse(open.vacant);
        assertEq(ledger.task(task).currentRound, 1);

        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyStarted.selector, task));
        ledger.start(task);
        postNext(op, task);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyStarted.selector, task));
        ledger.start(task);
    }

    function test_start_refusesAnUnknownTask() public {
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.UnknownTask.selector, task + 1, task));
        ledger.start(task + 1);
    }

    function test_start_needsTheOperatorOfItsSeat() public {
        member("a", BOND);
        member("b", 2 * BOND);
        leave(op);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OperatorNotBonded.selector, op.owner));
        ledger.start(task);
    }

    function test_createTask_boundsTheMembersItWaitsFor() public {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        config.minMembers = 129;
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OutOfBounds.selector, 129, 0, 128));
        vm.prank(governance);
        ledger.createTask(config);
    }

    /// INVARIANT: round 1 opens with at least the members and the stake its task waits for.
    function testFuzz_start_opensIfAndOnlyIfEnoughJoined(uint96[4] memory stakes, uint16 minMembers, uint128 minStake)
        public
    {
        minMembers = uint16(bound(minMembers, 0, 5));
        minStake = uint128(bound(minStake, 0, 12 * BOND));
        uint256 waiting = _waiting(minMembers, minStake);
        (uint256 members, uint256 total) = (0, 0);
        for (uint256 i = 0; i < 4; ++i) {
            uint128 amount = uint128(bound(stakes[i], BOND / 2, 4 * BOND));
            Node memory n = member(vm.toString(i), amount);
            // It joined the task of `setUp`; this one asks for as much again.
            if (amount >= BOND) {
                deposit(n.owner, amount);
                join(waiting, n.owner, amount);
            }
            if (amount < BOND) continue;
            (members, total) = (members + 1, total + amount);
        }
        skip(1);
        bool enough = members >= minMembers && total >= minStake;
        if (members < minMembers) vm.expectPartialRevert(IRoundLedger.TooFewMembers.selector);
        else if (!enough) vm.expectPartialRevert(IRoundLedger.TooLittleStake.selector);
        ledger.start(waiting);
        assertEq(ledger.task(waiting).currentRound, enough ? 1 : 0);
    }
}
