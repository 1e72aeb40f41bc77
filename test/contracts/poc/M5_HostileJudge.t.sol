// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Fixture, TaskConfig} from "../support/Fixture.sol";

/// @notice Two tasks of different founders on one vault. The judge of any task could take stake from accounts that never joined
/// it, and the quorum of a task counted the whole vault.
contract M5HostileJudgeTest is Fixture {
    address private hostile = makeAddr("hostile judge");
    Node private op;
    Node private both;
    Node private here;
    Node private there;
    uint256 private task;
    uint256 private other;

    function setUp() public override {
        super.setUp();
        op = operator("op");
        both = member("both", 5 * BOND);
        here = member("here", 2 * BOND);
        task = createTask(op);
        // The founder of the other task names a judge of its own.
        TaskConfig memory config = taskConfig(op);
        (config.terms.judge, config.terms.faultPenalty, config.terms.falseClaimPenalty) = (hostile, 10_000 ether, OPERATOR_BOND);
        other = create(config);
        deposit(op.owner, OPERATOR_BOND + vault.joiningFee());
        vm.prank(op.owner);
        vault.allocate(other, IStakeVault.Role.Operator, OPERATOR_BOND);
        there = node("there");
        register(there);
        deposit(there.owner, BOND + vault.joiningFee());
        vm.prank(there.owner);
        vault.allocate(other, IStakeVault.Role.Member, BOND);
        deposit(both.owner, 3 * BOND + vault.joiningFee());
        vm.prank(both.owner);
        vault.allocate(other, IStakeVault.Role.Member, BOND);
        skip(1);
        fund(other, 10 * REWARD);
        takeSeat(op, other);
    }

    function test_aHostileJudgeTakesNothingFromAnotherTask() public {
        vm.startPrank(hostile);
        ledger.penalise(other, 1, both.owner, watcher);
        ledger.penalise(other, 1, here.owner, watcher);
        ledger.penalise(other, 1, op.owner, watcher);
        vm.stopPrank();
        assertEq(vault.allocation(other, both.owner).amount, 0, "what was put at risk there");
        assertEq(vault.allocation(task, both.owner).amount, 5 * BOND);
        assertEq(vault.account(both.owner).bonded, 7 * BOND, "the free bond stays too");
        assertEq(slashable(here.owner), 2 * BOND);
        assertEq(vault.allocation(task, op.owner).amount, OPERATOR_BOND);
        skip(1);
        assertEq(vault.totalStakeAt(task, block.timestamp - 1), 7 * BOND);
        assertTrue(vault.operatorEligible(task, op.owner));
    }

    function test_aHostileJudgeOfOneTaskIsNobodyInTheOther() public {
        vm.startPrank(hostile);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotJudge.selector, hostile, judge));
        ledger.penalise(task, 1, both.owner, watcher);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotLedger.selector, hostile));
        vault.slash(task, both.owner, 1, watcher, 2000);
    }

    /// Even a rejection of everything that the operator posts takes its allocation there, and no more.
    function test_rejectionsReachTheOperatorsAllocationOnly() public {
        postNext(op, other);
        vm.prank(hostile);
        ledger.reject(other, 1, watcher);
        assertEq(vault.allocation(other, op.owner).amount, 0);
        assertEq(vault.allocation(task, op.owner).amount, OPERATOR_BOND);
        postNext(op, task);
    }

    function test_theQuorumOfATaskIsOfItsMembers() public {
        (uint64 round, bytes32 hash) = postNext(op, task);
        Node[] memory members = toArray(both, here);
        (address[] memory owners, bytes[] memory signatures) = agreements(members, task, round, hash);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        // Of the other task's stake `both` holds half, whatever it holds elsewhere.
        (round, hash) = postNext(op, other);
        (owners, signatures) = agreements(toArray(both), other, round, hash);
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.QuorumMissed.selector, BOND, 2 * uint256(BOND) * 6667 / 10_000)
        );
        ledger.finalizeWithQuorum(other, round, hash, owners, signatures);
        vm.prank(here.owner);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotMember.selector, here.owner));
        ledger.forceCommit(other, 2, _one(here.owner), _one(bytes32("commitment")), new bytes[](1));
    }
}
