// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITermsBoard} from "../../contracts/agents/ITermsBoard.sol";
import {Fixture} from "./support/Fixture.sol";

/// setLimits
/// ├── stranger, no limits, crossed → reverts
/// └── sets where advice begins
/// advise
/// ├── not the steward, no limits, a round that is not over, an older round → reverts
/// ├── out of bounds, too far a step, crossed norms → reverts
/// └── stands
contract TermsBoardTest is Fixture {
    ITermsBoard private board;
    Node private op;
    uint256 private task;
    uint64 private round;
    address private steward = makeAddr("steward");

    function setUp() public override {
        super.setUp();
        board = ITermsBoard(vm.deployCode("TermsBoard.sol", abi.encode(ledger, governance, steward)));
        op = operator("operator");
        member("a", BOND);
        member("b", BOND);
        member("c", BOND);
        skip(1);
        task = createTask(op);
        vm.warp(ledger.current(task).commitEnd);
        round = postAs(op, task, nextClaim(task, 0));
        _limit(_limits());
    }

    function _limits() private pure returns (ITermsBoard.Limits memory limits) {
        limits.stepBps = 2000;
        limits.start = [uint128(100), 50, 50, 60, 10 ether, 1000, 1_000_000];
        for (uint256 i = 0; i < 7; ++i) {
            limits.least[i] = limits.start[i] / 2;
            limits.most[i] = limits.start[i] * 2;
        }
    }

    function _limit(ITermsBoard.Limits memory limits) private {
        vm.prank(governance);
        board.setLimits(task, limits);
    }

    function _advise(uint64 from, uint128[7] memory terms) private {
        vm.prank(steward);
        board.advise(task, from, terms);
    }

    function _over() private {
        vm.warp(ledger.round(task, round).challengeEnd);
    }

    function test_setLimits_refusals() public {
        ITermsBoard.Limits memory limits = _limits();
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.NotOwner.selector, steward, governance));
        vm.prank(steward);
        board.setLimits(task, limits);
        limits.start[2] = limits.most[2] + 1;
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.BadLimits.selector, ITermsBoard.Term.Attest));
        this.limit(limits);
        limits = _limits();
        limits.least[0] = 0;
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.BadLimits.selector, ITermsBoard.Term.Commit));
        this.limit(limits);
        limits = _limits();
        (limits.start[5], limits.most[5]) = (2_000_000, 2_000_000);
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.NormsCrossed.selector, 2_000_000, 1_000_000));
        this.limit(limits);
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.NoLimits.selector, task + 1));
        board.adviceOf(task + 1);
    }

    function limit(ITermsBoard.Limits memory limits) external {
        _limit(limits);
    }

    function adviseFrom(uint64 from, uint128[7] memory terms) external {
        _advise(from, terms);
    }

    function test_advise_stands() public {
        uint128[7] memory terms = board.adviceOf(task).terms;
        assertEq(board.adviceOf(task).round, 0);
        (terms[0], terms[4]) = (120, 8 ether);
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.RoundNotOver.selector, task, round));
        this.adviseFrom(round, terms);
        _over();
        _advise(round, terms);
        ITermsBoard.Advice memory advice = board.adviceOf(task);
        assertEq(advice.terms[0], 120);
        assertEq(advice.terms[4], 8 ether);
        assertEq(advice.round, round);
        assertEq(advice.time, block.timestamp);
        // It says what a successor should have, and changes nothing of the task.
        assertEq(ledger.task(task).windows.commit, 100);
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.StaleRound.selector, round, round));
        this.adviseFrom(round, terms);
    }

    function test_advise_refusals() public {
        _over();
        uint128[7] memory terms = _limits().start;
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.NotSteward.selector, governance, steward));
        vm.prank(governance);
        board.advise(task, round, terms);
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.NoLimits.selector, task + 1));
        vm.prank(steward);
        board.advise(task + 1, round, terms);
        terms[1] = 101;
        vm.expectRevert(
            abi.encodeWithSelector(ITermsBoard.TermOutOfBounds.selector, ITermsBoard.Term.Reveal, 101, 25, 100)
        );
        this.adviseFrom(round, terms);
        terms[1] = 61;
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.StepTooLarge.selector, ITermsBoard.Term.Reveal, 61, 50));
        this.adviseFrom(round, terms);
    }

    /// However often and whatever the steward advises: a term is within its limits and a step from the one before.
    function testFuzz_advice_withinLimitsAndSteps(uint128[7][6] memory wanted) public {
        uint64 from = round;
        for (uint256 n = 0; n < 6; ++n) {
            (round,) = postNext(op, task);
        }
        _over();
        ITermsBoard.Limits memory limits = _limits();
        for (uint256 n = 0; n < 6; ++n) {
            ITermsBoard.Advice memory before = board.adviceOf(task);
            for (uint256 i = 0; i < 7; ++i) {
                wanted[n][i] = uint128(bound(wanted[n][i], before.terms[i] * 3 / 4, before.terms[i] * 5 / 4));
            }
            try this.adviseFrom(from, wanted[n]) {
                ++from;
            } catch {}
            ITermsBoard.Advice memory now_ = board.adviceOf(task);
            for (uint256 i = 0; i < 7; ++i) {
                assertGe(now_.terms[i], limits.least[i]);
                assertLe(now_.terms[i], limits.most[i]);
                uint256 step = (uint256(before.terms[i]) * limits.stepBps + 9999) / 10_000;
                assertLe(now_.terms[i], before.terms[i] + step);
                assertGe(now_.terms[i] + step, before.terms[i]);
            }
        }
    }

    function test_setLimits_beginsAnew() public {
        _over();
        uint128[7] memory terms = _limits().start;
        terms[0] = 120;
        _advise(round, terms);
        _limit(_limits());
        assertEq(board.adviceOf(task).terms[0], 100);
        // The round of the last advice still counts.
        vm.expectRevert(abi.encodeWithSelector(ITermsBoard.StaleRound.selector, round, round));
        this.adviseFrom(round, terms);
    }
}
