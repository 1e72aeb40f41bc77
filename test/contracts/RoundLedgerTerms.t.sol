// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Fixture} from "./support/Fixture.sol";

/// terms: what voters change of a running task, for rounds that are not open yet
contract RoundLedgerTermsTest is Fixture {
    Node private op;
    Node private rival;
    uint256 private task;
    address private newJudge = makeAddr("new judge");

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
        bond(op, OPERATOR_BOND);
        bond(rival, OPERATOR_BOND);
        member("member", BOND);
        skip(1);
        task = createTask(op);
    }

    function _later() private view returns (IRoundLedger.Terms memory terms) {
        terms = IRoundLedger.Terms({
            judge: newJudge,
            falseClaimPenalty: FALSE_CLAIM + 100 ether,
            faultPenalty: 3 ether,
            bountyBps: 1000
        });
    }

    function _set(IRoundLedger.Terms memory terms) private {
        vm.prank(governance);
        ledger.setTerms(task, terms);
    }

    function test_setTerms_onlyGovernanceOfAKnownTask() public {
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", address(this)));
        ledger.setTerms(task, _later());
        vm.prank(governance);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.UnknownTask.selector, 2, 1));
        ledger.setTerms(2, _later());
    }

    function test_setTerms_startsWithTheNextRound() public {
        vm.expectEmit();
        emit IRoundLedger.TermsSet(task, 2, _later());
        _set(_later());
        assertEq(ledger.terms(task, 1).faultPenalty, FAULT);
        assertEq(ledger.terms(task, 2).faultPenalty, 3 ether);
        assertEq(ledger.task(task).judge, judge);
        postNext(op, task);
        assertEq(ledger.task(task).judge, newJudge);
        assertEq(ledger.task(task).falseClaimPenalty, FALSE_CLAIM + 100 ether);
    }

    function test_openRound_keepsItsJudgeAndPenalties() public {
        _set(_later());
        postNext(op, task);
        vm.prank(newJudge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotJudge.selector, newJudge, judge));
        ledger.reject(task, 1, watcher);
        uint256 before = slashable(op.owner);
        vm.prank(judge);
        ledger.reject(task, 1, watcher);
        assertEq(before - slashable(op.owner), FALSE_CLAIM);
        assertEq(wealth(watcher), FALSE_CLAIM / 5);
    }

    function test_nextRound_hasTheNewJudgeAndPenalties() public {
        postNext(op, task);
        _set(_later());
        assertEq(ledger.terms(task, 2).judge, judge, "open already");
        postNext(op, task);
        postNext(op, task);
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotJudge.selector, judge, newJudge));
        ledger.reject(task, 3, watcher);
        uint256 before = slashable(op.owner);
        vm.prank(newJudge);
        ledger.reject(task, 3, watcher);
        assertEq(before - slashable(op.owner), FALSE_CLAIM + 100 ether);
        assertEq(wealth(watcher), (FALSE_CLAIM + 100 ether) / 10);
        takeSeat(rival, task);
        uint64 open = ledger.current(task).round;
        vm.prank(newJudge);
        ledger.penalise(task, open, rival.owner, address(0));
        assertEq(slashable(rival.owner), 2 * OPERATOR_BOND - 3 ether);
    }

    function test_setTerms_twiceBeforeARoundCountsOnce() public {
        _set(_later());
        IRoundLedger.Terms memory terms = _later();
        terms.faultPenalty = 7 ether;
        _set(terms);
        assertEq(ledger.terms(task, 2).faultPenalty, 7 ether);
        assertEq(ledger.terms(task, 1).faultPenalty, FAULT);
    }

    function test_setTerms_keepsAJudge() public {
        IRoundLedger.Terms memory terms = _later();
        terms.judge = address(0);
        vm.prank(governance);
        vm.expectRevert(IRoundLedger.ZeroAddress.selector);
        ledger.setTerms(task, terms);
    }

    function testFuzz_setTerms_keepsWithinBounds(uint128 falseClaim, uint128 fault, uint16 bps) public {
        (uint128 floor, uint128 ceiling) = (vault.bounds().minBondFloor, vault.bounds().minBondCeiling);
        IRoundLedger.Terms memory terms = _later();
        terms.falseClaimPenalty = uint128(bound(falseClaim, FALSE_CLAIM / 2, 2 * OPERATOR_BOND));
        terms.faultPenalty = uint128(bound(fault, 0, 2 * ceiling));
        terms.bountyBps = uint16(bound(bps, 0, 10_000));
        // The penalty of a false claim covers the rewards at risk, and a minimum bond covers it.
        bool inside = terms.falseClaimPenalty >= FALSE_CLAIM
            && terms.falseClaimPenalty <= OPERATOR_BOND && terms.faultPenalty >= floor && terms.faultPenalty <= ceiling
            && terms.bountyBps <= 2000;
        if (!inside) vm.expectRevert();
        _set(terms);
        assertEq(ledger.terms(task, 2).faultPenalty, inside ? terms.faultPenalty : FAULT);

        IRoundLedger.TaskConfig memory config = taskConfig(op);
        (config.falseClaimPenalty, config.faultPenalty, config.bountyBps) =
        (terms.falseClaimPenalty, terms.faultPenalty, terms.bountyBps);
        if (!inside) vm.expectRevert();
        vm.prank(governance);
        ledger.createTask(config);
    }

    /// Any order of rounds and changes: every round keeps the terms it opened under.
    function testFuzz_terms_areFrozenPerRound(uint256 seed) public {
        IRoundLedger.Terms memory latest = ledger.terms(task, 1);
        uint128[] memory frozen = new uint128[](12);
        for (uint64 round = 1; round < 12; ++round) {
            frozen[round] = latest.faultPenalty;
            for (uint256 changes = (seed >> (round * 4)) % 3; changes > 0; --changes) {
                latest.faultPenalty = uint128(uint256(keccak256(abi.encode(seed, round, changes))) % (100 ether) + 1 ether);
                _set(latest);
            }
            if ((seed >> (round + 100)) & 1 == 0) {
                postNext(op, task);
            } else {
                failRound(task);
                skip(255 * 60);
                takeSeat(op, task);
            }
        }
        for (uint64 round = 1; round < 12; ++round) {
            assertEq(ledger.terms(task, round).faultPenalty, frozen[round]);
        }
    }
}
