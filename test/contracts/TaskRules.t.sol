// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {ITaskRules} from "../../contracts/interfaces/ITaskRules.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";

/// A deployment that is not for development: every window is long enough to act in, and a lie has time to be found.
contract TaskRulesTest is Fixture {
    ITaskRules private rules;
    Node private op;

    function setUp() public override {
        super.setUp();
        rules = ITaskRules(vm.deployCode("TaskRules.sol", abi.encode(96, 60, 3600, 768)));
        op = operator("op");
    }

    function _shortest() private returns (TaskConfig memory config) {
        config = taskConfig(op);
        config.terms.windows = IRoundLedger.Windows({commit: 96, reveal: 60, attest: 60, post: 60, challenge: 3600});
    }

    function test_theShortestWindowsPass() public {
        TaskConfig memory config = _shortest();
        assertEq(rules.MIN_COMMIT(), 96);
        assertEq(rules.MIN_WINDOW(), 60);
        assertEq(rules.MIN_CHALLENGE(), 3600);
        rules.check(vault, config.terms, config.spec);
    }

    function test_aShorterWindowIsRefused() public {
        for (uint256 i = 0; i < 4; ++i) {
            TaskConfig memory short = _shortest();
            if (i == 0) short.terms.windows.commit = 95;
            if (i == 1) short.terms.windows.reveal = 59;
            if (i == 2) short.terms.windows.attest = 59;
            if (i == 3) short.terms.windows.post = 59;
            // Whoever gets no receipt forces its commitment in the last quarter, which is two blocks.
            uint256 least = i == 0 ? 96 : 60;
            vm.expectRevert(abi.encodeWithSelector(ITaskRules.WindowTooShort.selector, least - 1, least));
            rules.check(vault, short.terms, short.spec);
        }
    }

    /// The committee is known five blocks after the opening, and then has as long as everybody has elsewhere.
    function test_aDrawnCommitteeHasTimeToCommit() public {
        TaskConfig memory config = _shortest();
        config.spec.committee = 80;
        vm.expectRevert(abi.encodeWithSelector(ITaskRules.WindowTooShort.selector, 96, 156));
        rules.check(vault, config.terms, config.spec);
        config.terms.windows.commit = 156;
        rules.check(vault, config.terms, config.spec);
        assertEq(rules.ENTRY_DELAY(), 768);
    }

    /// Buckets are drawn before a round opens, so members have as long as where everybody takes part: only the specification
    /// is refused, until nodes can play it.
    function test_bucketsNeedNoTimeForADraw() public {
        TaskConfig memory config = _shortest();
        config.spec.committee = 4 * 256 + 80;
        vm.expectRevert(
            abi.encodeWithSelector(ITaskRules.SpecOutOfBounds.selector, bytes32("committee"), 4 * 256 + 80, 0, 80)
        );
        rules.check(vault, config.terms, config.spec);
    }

    function test_aShorterChallengeIsRefused() public {
        TaskConfig memory config = _shortest();
        config.terms.windows.challenge = 3599;
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.ChallengeTooShort.selector, 3599, 3600));
        rules.check(vault, config.terms, config.spec);
    }

    /// The ledger asks before it creates a task.
    function test_theLedgerAsks() public {
        TaskConfig memory config = _shortest();
        vm.expectCall(address(_rulesOf), abi.encodeCall(rules.check, (vault, config.terms, config.spec)));
        ledger.createTask(config.terms, config.spec);
    }

    address private _rulesOf;

    function _taskRules() internal override returns (address) {
        _rulesOf = super._taskRules();
        return _rulesOf;
    }
}
