// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";

/// takeSeat
/// ├── somebody has the seat, the caller is no bonded operator → reverts
/// ├── unfunded, too few members, too little stake a second ago → reverts
/// ├── the caller failed the task and its wait is not over → reverts
/// └── opens the next number, which never opened before
/// fail
/// ├── no open round; a stranger before the deadline → reverts
/// └── the number is burned, the seat is empty, no stake is lost
contract RoundLedgerSeatTest is Fixture {
    Node private op;
    Node private rival;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
        task = _waiting(2, 3 * BOND);
    }

    function _waiting(uint16 minMembers, uint128 minStake) private returns (uint256 created) {
        TaskConfig memory config = taskConfig(op);
        (config.terms.minMembers, config.terms.minStake) = (minMembers, minStake);
        created = makeTask(config);
        fund(created, 300 * REWARD);
    }

    function _join() private {
        member("a", BOND);
        member("b", 2 * BOND);
        skip(1);
    }

    function test_emptySeat_noRoundIsOpen() public {
        _join();
        assertEq(ledger.task(task).currentRound, 0);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.None));
        assertFalse(ledger.isFinal(task, 1));
        assertTrue(ledger.isFinal(task, 0));
        bytes memory refusal = abi.encodeWithSelector(IRoundLedger.NoOpenRound.selector, task);
        Claim memory claim;
        vm.startPrank(op.key);
        vm.expectRevert(refusal);
        ledger.post(task, 1, 0, 0, claim);
        vm.expectRevert(refusal);
        ledger.seal(task, 1, 0, 0, 0, 0);
        vm.expectRevert(refusal);
        ledger.forceCommit(task, 1, new address[](0), new bytes32[](0), new bytes[](0));
        skip(30 days);
        vm.expectRevert(refusal);
        ledger.fail(task, 1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotWaiting.selector, task));
        ledger.open(task);
        vm.stopPrank();
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoClaim.selector, 1));
        ledger.penalise(task, 1, op.owner, address(this));
    }

    function test_takeSeat_needsTheMembersAndTheirStakeOfTheSecondBefore() public {
        vm.startPrank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooFewMembers.selector, 0, 2));
        ledger.takeSeat(task);
        vm.stopPrank();
        member("a", BOND);
        Node memory b = member("b", BOND);
        vm.startPrank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooFewMembers.selector, 0, 2));
        ledger.takeSeat(task);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooLittleStake.selector, 2 * BOND, 3 * BOND));
        ledger.takeSeat(task);
        vm.stopPrank();
        bond(b, BOND);
        skip(1);
        takeSeat(op, task);
        assertEq(vault.memberCountAt(task, ledger.current(task).snapshot), 2);
    }

    /// INVARIANT: a round opens only with the members and the stake that its task asks for: what is left of a deserted
    /// task cannot drain it.
    function test_post_leavesTheSeatEmptyWhenMembersLeft() public {
        Node memory a = member("a", BOND);
        member("b", 2 * BOND);
        skip(1);
        takeSeat(op, task);
        leave(a);
        skip(100);
        postAs(op, task, nextClaim(task, 0));
        assertEq(ledger.task(task).currentRound, 0);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooFewMembers.selector, 1, 2));
        ledger.takeSeat(task);
        assertEq(slashable(op.owner), OPERATOR_BOND);
    }

    function test_takeSeat_onlyByABondedOperatorAndOnlyOnce() public {
        _join();
        Node memory a = node("a");
        vm.prank(a.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotOperator.selector, a.key));
        ledger.takeSeat(task);
        slash(op.owner, 1, address(0), 0);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OperatorNotBonded.selector, op.owner));
        ledger.takeSeat(task);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundOpened(task, 1, rival.owner, rival.key, uint40(block.timestamp));
        takeSeat(rival, task);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(uint8(open.state), uint8(IRoundLedger.SeatState.Commit));
        assertEq(open.operator, rival.owner);
        assertEq(open.operatorKey, rival.key);
        assertEq(open.snapshot, block.timestamp - 1);
        assertEq(open.emptySince, 0);
        bond(op, 1);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.SeatTaken.selector, rival.owner));
        ledger.takeSeat(task);
    }

    function test_fail_byTheHolderAtAnyTimeByOthersPastTheDeadline() public {
        _join();
        takeSeat(op, task);
        uint256 end = ledger.current(task).sealEnd;
        vm.warp(end - 1);
        vm.prank(rival.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, end - 1, end));
        ledger.fail(task, 1);
        uint256 state = vm.snapshotState();
        vm.prank(op.key);
        ledger.fail(task, 1);
        vm.revertToState(state);
        // Sealed in the last second, it has its time to be posted.
        sealAs(op, task, 0);
        end = ledger.current(task).postEnd;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, end - 1, end));
        ledger.fail(task, 1);
        vm.warp(end);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundFailed(task, 1, op.owner, 1);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.SeatEmptied(task, 2, uint40(block.timestamp));
        ledger.fail(task, 1);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Void));
        assertTrue(ledger.isFinal(task, 1));
        assertEq(slashable(op.owner), OPERATOR_BOND);
    }

    function test_fail_opensAFreshNumberOnTheSameBase() public {
        _join();
        takeSeat(op, task);
        (, bytes32 head) = postNext(op, task);
        failRound(task);
        assertEq(ledger.current(task).parent, head);
        assertEq(ledger.current(task).round, 3);
        takeSeat(rival, task);
        (uint64 round, bytes32 third) = postNext(rival, task);
        assertEq(round, 3);
        assertEq(ledger.round(task, 3).claimHash, third);
        assertEq(ledger.round(task, 1).claimHash, head);
        assertEq(uint8(ledger.round(task, 2).status), uint8(IRoundLedger.RoundStatus.Void));
        assertEq(ledger.current(task).operator, rival.owner);
    }

    /// A call that comes late, or that is sent again after a reorganisation, ends no other round.
    function test_fail_ofTheOpenNumberOnly() public {
        _join();
        takeSeat(op, task);
        giveUp(op, task);
        skip(60);
        takeSeat(op, task);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        bytes memory late = abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, 1, 2);
        vm.prank(op.key);
        vm.expectRevert(late);
        ledger.fail(task, 1);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, 3, 2));
        ledger.fail(task, 3);
        vm.warp(open.sealEnd);
        vm.expectRevert(late);
        ledger.fail(task, 1);
        assertEq(abi.encode(ledger.current(task)), abi.encode(open));
        (uint256 fails,) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 1);
        ledger.fail(task, 2);
        assertEq(ledger.current(task).round, 3);
    }

    /// The holder posted first: the posting opened the next number in the same block.
    function test_fail_afterThePostingInItsBlock() public {
        _join();
        takeSeat(op, task);
        (uint64 round, bytes32 claimHash) = postNext(op, task);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotCurrentRound.selector, round, round + 1));
        ledger.fail(task, round);
        assertEq(ledger.round(task, round).claimHash, claimHash);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.round, round + 1);
        assertEq(open.operator, op.owner);
        assertEq(uint8(open.state), uint8(IRoundLedger.SeatState.Commit));
        (uint256 fails,) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 0);
    }

    /// The wait doubles with every failure, at most eight times; one without failures goes first, and one alone goes on.
    function test_wait_doublesWithEveryFailure() public {
        _join();
        for (uint256 fails = 0; fails < 10; ++fails) {
            uint256 since = block.timestamp;
            uint256 counted = fails < 8 ? fails : 8;
            (uint256 known, uint256 from) = ledger.seatFrom(task, op.owner);
            assertEq(known, counted);
            assertEq(from, (fails == 0 ? START : since) + (2 ** counted - 1) * 60);
            if (block.timestamp < from) {
                vm.warp(from - 1);
                vm.prank(op.key);
                vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, from - 1, from));
                ledger.takeSeat(task);
                vm.warp(from);
            }
            takeSeat(op, task);
            uint64 round = ledger.current(task).round;
            vm.prank(op.owner);
            ledger.fail(task, round);
        }
        (uint256 none, uint256 now_) = ledger.seatFrom(task, rival.owner);
        assertEq(none, 0);
        assertEq(now_, block.timestamp);
        takeSeat(rival, task);
    }

    /// Each later claim of the operator that became final takes one away; those of others and earlier ones do not.
    function test_wait_finalClaimsTakeFailuresAway() public {
        _join();
        takeSeat(op, task);
        postNext(op, task);
        postNext(op, task);
        failRound(task);
        skip(60);
        takeSeat(op, task);
        failRound(task);
        (uint256 fails,) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 2);
        takeSeat(rival, task);
        postNext(rival, task);
        failRound(task);
        skip(180);
        takeSeat(op, task);
        (uint64 round,) = postNext(op, task);
        vm.prank(op.key);
        ledger.fail(task, round + 1);
        (fails,) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 3);
        vm.warp(ledger.round(task, round).challengeEnd);
        (fails,) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 2);
        (fails,) = ledger.seatFrom(task, rival.owner);
        assertEq(fails, 1);
    }

    /// A hundred failures between two claims: heights, not numbers, fill the ring.
    function test_fail_manyTimesKeepsTheBase() public {
        _join();
        takeSeat(op, task);
        (, bytes32 head) = postNext(op, task);
        for (uint256 i = 0; i < 100; ++i) {
            failRound(task);
            skip(255 * 60);
            takeSeat(op, task);
        }
        assertEq(ledger.current(task).parent, head);
        (uint64 round,) = postNext(op, task);
        assertEq(round, 102);
        assertEq(ledger.round(task, 1).claimHash, head);
        assertEq(uint8(ledger.round(task, 50).status), uint8(IRoundLedger.RoundStatus.Void));
    }

    function test_createTask_boundsTheMembersItWaitsFor() public {
        TaskConfig memory config = taskConfig(op);
        config.terms.minMembers = 129;
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OutOfBounds.selector, 129, 0, 128));
        ledger.createTask(config.terms, config.spec);
    }

    /// INVARIANT: a round opens with at least the members and the stake that its task asks for.
    function testFuzz_takeSeat_opensIfAndOnlyIfEnoughJoined(uint96[4] memory stakes, uint16 minMembers, uint128 minStake)
        public
    {
        minMembers = uint16(bound(minMembers, 0, 5));
        minStake = uint128(bound(minStake, 0, 12 * BOND));
        uint256 waiting = _waiting(minMembers, minStake);
        (uint256 members, uint256 total) = (0, 0);
        for (uint256 i = 0; i < 4; ++i) {
            uint128 amount = uint128(bound(stakes[i], BOND / 2, 4 * BOND));
            Node memory n = member(vm.toString(i), amount);
            if (amount < BOND) continue;
            deposit(n.owner, amount);
            join(waiting, n.owner, amount);
            (members, total) = (members + 1, total + amount);
        }
        skip(1);
        bool enough = members >= minMembers && total >= minStake;
        if (members < minMembers) vm.expectPartialRevert(IRoundLedger.TooFewMembers.selector);
        else if (!enough) vm.expectPartialRevert(IRoundLedger.TooLittleStake.selector);
        takeSeat(op, waiting);
        assertEq(ledger.task(waiting).currentRound, enough ? 1 : 0);
    }
}
