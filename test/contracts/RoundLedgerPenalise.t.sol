// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";

/// penalise
/// ├── not the judge, unknown task, round without claim → reverts
/// ├── open, posted or final round → slashes the account once, bounty to the prover
/// │   ├── a member out of bond pays with what is unbonding, and no more than there is
/// │   └── another account, round or task → again
/// └── no claim, seat or deadline changes
contract RoundLedgerPenaliseTest is Fixture {
    Node private op;
    Node private a;
    Node private b;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        a = member("a", BOND);
        b = member("b", 2 * BOND);
        skip(1);
        task = createTask(op);
    }

    function penalise(uint64 round, Node memory n, address recipient) private {
        vm.prank(judge);
        ledger.penalise(task, round, n.owner, recipient);
    }

    function testFuzz_penalise_onlyTheJudge(address caller) public {
        vm.assume(caller != judge);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotJudge.selector, caller, judge));
        ledger.penalise(task, 1, a.owner, watcher);
    }

    function test_penalise_onlyWhereThereIsARound() public {
        vm.startPrank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.UnknownTask.selector, 2, 1));
        ledger.penalise(2, 1, a.owner, watcher);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoClaim.selector, 2));
        ledger.penalise(task, 2, a.owner, watcher);
        vm.stopPrank();
        failRound(task);
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoClaim.selector, 1));
        ledger.penalise(task, 1, a.owner, watcher);
    }

    function test_penalise_slashesWithBounty() public {
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Penalised(task, 1, a.owner, FAULT, watcher, FAULT / 5);
        penalise(1, a, watcher);
        assertTrue(ledger.penalised(task, 1, a.owner));
        assertFalse(ledger.penalised(task, 1, b.owner));
        assertEq(slashable(a.owner), BOND - FAULT);
        assertEq(wealth(watcher), FAULT / 5);
        assertEq(supply - token.totalSupply(), FAULT * 4 / 5);
    }

    function test_penalise_oncePerRoundAndAccount() public {
        penalise(1, a, watcher);
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyPenalised.selector, 1, a.owner));
        ledger.penalise(task, 1, a.owner, address(0));
        penalise(1, b, watcher);
        postNext(op, task);
        penalise(2, a, watcher);
        assertEq(slashable(a.owner), BOND - 2 * FAULT);
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.AlreadyPenalised.selector, 1, b.owner));
        ledger.penalise(task, 1, b.owner, watcher);

        uint256 first = task;
        task = createTask(op);
        penalise(1, b, watcher);
        assertEq(vault.allocation(first, b.owner).amount, 2 * BOND - FAULT);
        assertEq(vault.allocation(task, b.owner).amount, 2 * BOND - 2 * FAULT, "as much was allocated here");
    }

    function test_penalise_leavesTheRoundsAlone() public {
        (, bytes32 posted) = postNext(op, task);
        bytes32 open = keccak256(abi.encode(ledger.current(task)));
        penalise(1, a, watcher);
        penalise(2, op, watcher);
        assertEq(keccak256(abi.encode(ledger.current(task))), open);
        assertEq(ledger.round(task, 1).claimHash, posted);
        assertEq(slashable(op.owner), OPERATOR_BOND - FAULT);

        vm.warp(ledger.round(task, 1).challengeEnd);
        assertTrue(ledger.isFinalClaim(task, 1, posted));
        penalise(1, b, watcher);
        assertTrue(ledger.isFinalClaim(task, 1, posted));
    }

    function test_penalise_reachesLeavingStake() public {
        leave(a);
        penalise(1, a, watcher);
        assertEq(vault.allocation(task, a.owner).amount, BOND - FAULT);
    }

    /// Whatever the sizes: no more than there is, at most half of it to the prover, the rest burned.
    function testFuzz_penalise_slashedIsBountyPlusBurned(uint128 stake, uint128 penalty, uint16 bountyBps, bool nobody)
        public
    {
        stake = uint128(bound(stake, BOND, 10_000 ether));
        TaskConfig memory config = taskConfig(op);
        penalty = uint128(bound(penalty, vault.bounds().minBondFloor, vault.bounds().minBondCeiling));
        config.terms.faultPenalty = penalty;
        config.terms.bountyBps = uint16(bound(bountyBps, 0, 2000));
        task = openTask(config);
        home = task;
        Node memory c = member("c", stake);

        uint256 supply = token.totalSupply();
        penalise(1, c, nobody ? address(0) : watcher);
        uint256 slashed = stake - slashable(c.owner);
        uint256 bounty = wealth(watcher);
        assertEq(slashed, penalty < stake ? penalty : stake);
        assertEq(slashed, bounty + supply - token.totalSupply());
        assertEq(bounty, nobody ? 0 : slashed * config.terms.bountyBps / 10_000);
        assertLe(5 * bounty, slashed);
        assertEq(held(address(vault)), 2 * (OPERATOR_BOND + 3 * BOND) + stake - slashed);
    }
}
