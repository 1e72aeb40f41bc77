// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Vault} from "./support/Deployed.sol";
import {Governed, GovernedFixture, Timelock} from "./support/GovernedFixture.sol";

/// a decision: proposed and voted on with past stake, delayed for longer than unbonding, bounded in what it can do
contract QuorateGovernorTest is GovernedFixture {
    Node private a;
    Node private b;
    Node private c;
    Node private op;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        // It will miss rounds.
        bond(op, OPERATOR_BOND);
        a = member("a", 3 * BOND);
        b = member("b", 2 * BOND);
        c = member("c", 2 * BOND);
        makeTask(taskConfig(op));
        skip(1);
    }

    function _setMinBond(uint128 value) private view returns (bytes memory) {
        return abi.encodeCall(vault.setMinBond, (value));
    }

    function _passed(address target, bytes memory call) private returns (Proposal memory p) {
        p = propose(a.owner, target, call);
        vote(a.owner, p, true);
        vote(b.owner, p, true);
        queue(p);
    }

    function test_ownership_isTheTimelocks() public {
        assertEq(vault.owner(), address(timelock));
        assertEq(timelock.governor(), address(governor));
        assertEq(ledger.owner(), address(timelock));
        assertEq(distributor.owner(), address(timelock));
        assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)));
        vm.prank(governance);
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", governance));
        vault.setMinBond(BOND);
    }

    function test_story_minBondForRoundsToCome() public {
        uint256 task = home;
        fund(task, 10 * REWARD);
        takeSeat(op, task);
        Node memory small = member("small", BOND);
        Proposal memory p = _passed(address(vault), _setMinBond(2 * BOND));
        assertEq(uint8(state(p)), uint8(IGovernor.ProposalState.Queued));
        vm.warp(governor.proposalEta(p.id) - 1);
        vm.expectRevert();
        executeNow(p);
        // The round that is open when the decision takes effect: small counted at its snapshot.
        ledger.fail(task, ledger.current(task).round);
        skip(60);
        takeSeat(op, task);
        skip(1);
        uint64 open = ledger.current(task).round;
        uint40 snapshot = ledger.current(task).snapshot;
        executeNow(p);
        assertEq(uint8(state(p)), uint8(IGovernor.ProposalState.Executed));
        assertEq(vault.minBond(), 2 * BOND);
        skip(1);
        vault.refresh(task, small.owner);
        assertEq(ledger.current(task).round, open);
        assertEq(vault.stakeAt(task, small.owner, snapshot), BOND, "open round");
        forceCommit(small.key, task, open, small.owner, keccak256("commitment"));
        skip(1);
        postNext(op, task);
        skip(1);
        assertEq(vault.stakeAt(task, small.owner, ledger.current(task).snapshot), 0, "next round");
    }

    function test_proposal_outOfBoundsCannotBeExecuted() public {
        uint128 ceiling = vault.bounds().minBondCeiling;
        Proposal memory p = _passed(address(vault), _setMinBond(ceiling + 1));
        vm.warp(governor.proposalEta(p.id));
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OutOfBounds.selector, ceiling + 1, 1 ether, ceiling));
        executeNow(p);
        assertEq(vault.minBond(), BOND);
    }

    function test_proposal_needsTheThresholdInPastStake() public {
        Node memory late = member("late", 5 * BOND);
        bytes memory refused = abi.encodeWithSelector(
            IGovernor.GovernorInsufficientProposerVotes.selector, late.owner, 0, governor.proposalThreshold()
        );
        address[] memory targets = new address[](1);
        bytes[] memory calls = new bytes[](1);
        (targets[0], calls[0]) = (address(vault), _setMinBond(BOND));
        vm.prank(late.owner);
        vm.expectRevert(refused);
        governor.propose(targets, new uint256[](1), calls, "bonded in this very second");
        skip(1);
        propose(late.owner, targets, calls);
    }

    function test_flashLoan_hasNoVotesInARunningProposal() public {
        Proposal memory p = propose(a.owner, address(vault), _setMinBond(BOND));
        vm.warp(governor.proposalSnapshot(p.id) + 1);
        Node memory whale = member("whale", 10_000 ether);
        assertEq(vote(whale.owner, p, true), 0);
        // Nor can a bond be paid back in the transaction that lent it.
        vm.startPrank(whale.owner);
        vault.leave(home);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientBond.selector, 0, 10_000 ether));
        vault.withdraw(10_000 ether);
        vm.expectPartialRevert(IStakeVault.StillLeaving.selector);
        vault.release(home, whale.owner);
        vm.stopPrank();
        vm.warp(governor.proposalDeadline(p.id) + 1);
        assertEq(uint8(state(p)), uint8(IGovernor.ProposalState.Defeated));
    }

    function test_flashLoan_inTheSecondOfTheSnapshotIsLockedIn() public {
        Proposal memory p = propose(a.owner, address(vault), _setMinBond(BOND));
        vm.warp(governor.proposalSnapshot(p.id));
        Node memory whale = member("whale", 10_000 ether);
        leave(whale);
        skip(1);
        assertEq(vote(whale.owner, p, true), 0, "the second ended without it");
    }

    function test_delegate_votesWithTheStakeOfOthers() public {
        address delegatee = makeAddr("delegatee");
        vm.prank(a.owner);
        vault.delegate(delegatee);
        vm.prank(b.owner);
        vault.delegate(delegatee);
        skip(1);
        Proposal memory p = propose(delegatee, address(vault), _setMinBond(2 * BOND));
        assertEq(vote(delegatee, p, true), 5 * BOND);
        assertEq(vote(a.owner, p, false), 0);
        queue(p);
        execute(p);
        assertEq(vault.minBond(), 2 * BOND);
    }

    function test_quorum_isAShareOfAllStake() public {
        Proposal memory p = propose(a.owner, address(vault), _setMinBond(2 * BOND));
        vote(b.owner, p, true);
        vm.warp(governor.proposalDeadline(p.id) + 1);
        assertEq(governor.quorum(governor.proposalSnapshot(p.id)), 7 * BOND * 4000 / 10_000);
        assertEq(uint8(state(p)), uint8(IGovernor.ProposalState.Defeated));
    }

    function test_guardian_cancelsWhatIsQueuedAndNothingElse() public {
        Proposal memory p = _passed(address(vault), _setMinBond(2 * BOND));
        bytes32 id = operationId(p);
        vm.prank(watcher);
        vm.expectRevert();
        timelock.cancel(id);
        vm.prank(guardian);
        timelock.cancel(id);
        assertEq(uint8(state(p)), uint8(IGovernor.ProposalState.Canceled));
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), guardian));
    }

    // ── The timelock is longer than unbonding ─────────────────────────────────────────────────────────────────────

    function test_timelock_isLongerThanUnbondingWhenDeployed() public {
        uint32 unbonding = vault.unbondingDelay();
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayTooShort.selector, unbonding, unbonding));
        this.timelockOf(unbonding);
        this.timelockOf(unbonding + 1);
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayTooLong.selector, MAX_DELAY + 1, MAX_DELAY));
        this.timelockOf(MAX_DELAY + 1);
    }

    /// @dev External so that `expectRevert` sees a call.
    function timelockOf(uint256 delay) external returns (Timelock) {
        return deployTimelock(vault, delay);
    }

    function test_timelock_staysLongerThanUnbonding() public {
        Proposal memory p = _passed(address(vault), abi.encodeCall(vault.setUnbondingDelay, (uint32(DELAY))));
        vm.warp(governor.proposalEta(p.id));
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayTooShort.selector, DELAY, DELAY));
        executeNow(p);

        p = _passed(address(timelock), abi.encodeCall(timelock.updateDelay, (2 days)));
        vm.warp(governor.proposalEta(p.id));
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayTooShort.selector, 2 days, 2 days));
        executeNow(p);

        address[] memory targets = new address[](2);
        bytes[] memory calls = new bytes[](2);
        (targets[0], calls[0]) = (address(timelock), abi.encodeCall(timelock.updateDelay, (DELAY + 1)));
        (targets[1], calls[1]) = (address(vault), abi.encodeCall(vault.setUnbondingDelay, (uint32(DELAY))));
        p = propose(a.owner, targets, calls);
        vote(a.owner, p, true);
        queue(p);
        execute(p);
        assertEq(vault.unbondingDelay(), DELAY);
        assertEq(timelock.getMinDelay(), DELAY + 1);
    }

    /// Whoever disagrees with what was decided has its stake back before it takes effect.
    function test_timelock_letsDissentersLeaveFirst() public {
        Proposal memory p = _passed(address(vault), _setMinBond(2 * BOND));
        leave(c);
        assertLt(vault.allocation(home, c.owner).freeAt, governor.proposalEta(p.id));
        vm.warp(vault.allocation(home, c.owner).freeAt);
        vault.release(home, c.owner);
        vm.prank(c.owner);
        vault.withdraw(2 * BOND);
        execute(p);
    }

    /// A pause stops unbonding, so it stops the delay as well: dissenters are still out first.
    function test_timelock_standsStillWhileTheVaultIsPaused() public {
        vm.prank(address(timelock));
        vault.setGuardian(guardian);
        Proposal memory p = _passed(address(vault), _setMinBond(2 * BOND));
        leave(c);
        vm.prank(guardian);
        vault.pause(7 days);
        vm.warp(governor.proposalEta(p.id));
        vm.expectRevert();
        executeNow(p);
        vm.warp(governor.proposalEta(p.id) + 7 days - 1);
        vault.release(home, c.owner);
        vm.prank(c.owner);
        vault.withdraw(2 * BOND);
        vm.expectRevert();
        executeNow(p);
        skip(1);
        executeNow(p);
    }

    // ── The governor's own settings ───────────────────────────────────────────────────────────────────────────────

    function test_constructor_refusesAnotherVaultsTimelock() public {
        Vault other = Vault(vm.deployCode("StakeVault.sol", abi.encode(vault.bounds())));
        vm.expectRevert(abi.encodeWithSelector(Governed.WrongVault.selector, address(vault), address(other)));
        this.governorOf(other, settings(), limits());
    }

    function test_constructor_refusesSettingsOutOfBounds() public {
        Governed.Settings memory s = settings();
        s.votingDelay = limits().maxVotingDelay + 1;
        vm.expectPartialRevert(Governed.OutOfBounds.selector);
        this.governorOf(vault, s, limits());
        s = settings();
        s.votingPeriod = limits().minVotingPeriod - 1;
        vm.expectPartialRevert(Governed.OutOfBounds.selector);
        this.governorOf(vault, s, limits());
        s = settings();
        s.proposalThreshold = limits().maxProposalThreshold + 1;
        vm.expectPartialRevert(Governed.OutOfBounds.selector);
        this.governorOf(vault, s, limits());
        s = settings();
        s.quorumBps = limits().minQuorumBps - 1;
        vm.expectPartialRevert(Governed.OutOfBounds.selector);
        this.governorOf(vault, s, limits());
        Governed.Bounds memory l = limits();
        l.minQuorumBps = 0;
        vm.expectPartialRevert(Governed.OutOfBounds.selector);
        this.governorOf(vault, settings(), l);
    }

    function governorOf(IStakeVault vault_, Governed.Settings memory s, Governed.Bounds memory l) external {
        deployGovernor(vault_, timelock, s, l);
    }

    function test_settings_onlyByProposal() public {
        bytes memory refused = abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, address(this));
        vm.expectRevert(refused);
        governor.setVotingDelay(1);
        vm.expectRevert(refused);
        governor.updateQuorumNumerator(1000);
        vm.expectRevert(Governed.TimelockFixed.selector);
        governor.updateTimelock(watcher);
        Proposal memory p = _passed(address(governor), abi.encodeCall(governor.setVotingPeriod, (2000)));
        execute(p);
        assertEq(governor.votingPeriod(), 2000);
    }

    function testFuzz_settings_keepWithinBounds(uint8 which, uint256 value) public {
        Governed.Bounds memory l = governor.bounds();
        (bytes memory call, uint256 low, uint256 high) = (bytes(""), 0, 0);
        if (which % 4 == 0) {
            value = bound(value, 0, 2 * uint256(l.maxVotingDelay));
            (low, high) = (l.minVotingDelay, l.maxVotingDelay);
            call = abi.encodeCall(governor.setVotingDelay, (uint48(value)));
        } else if (which % 4 == 1) {
            value = bound(value, 0, 2 * uint256(l.maxVotingPeriod));
            (low, high) = (l.minVotingPeriod, l.maxVotingPeriod);
            call = abi.encodeCall(governor.setVotingPeriod, (uint32(value)));
        } else if (which % 4 == 2) {
            high = l.maxProposalThreshold;
            call = abi.encodeCall(governor.setProposalThreshold, (value));
        } else {
            value = bound(value, 0, 10_001);
            (low, high) = (l.minQuorumBps, l.maxQuorumBps);
            call = abi.encodeCall(governor.updateQuorumNumerator, (value));
        }
        Proposal memory p = _passed(address(governor), call);
        vm.warp(governor.proposalEta(p.id));
        if (value < low || value > high) {
            vm.expectRevert(abi.encodeWithSelector(Governed.OutOfBounds.selector, value, low, high));
        }
        executeNow(p);
    }
}
