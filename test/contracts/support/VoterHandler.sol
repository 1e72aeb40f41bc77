// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Governed, GovernedFixture} from "./GovernedFixture.sol";

/// @notice Plays voters that propose any value for any parameter, vote, queue, execute, cancel, delegate, bond and leave,
/// in any order. Nothing it does may revert, except executions that the contracts refuse.
contract VoterHandler is GovernedFixture {
    uint256 private constant VOTERS = 4;

    Node[] private nodes;
    Proposal[] private proposals;
    mapping(uint256 proposalId => bool) private refused;
    uint256 public executed;
    uint256 public rejected;

    constructor() {
        vm.warp(START);
        setUp();
        for (uint256 i = 0; i < VOTERS; ++i) {
            nodes.push(member(vm.toString(i), 4 * BOND));
        }
        quietTask();
        vm.startPrank(address(timelock));
        vault.setEntity("a", 12 * BOND);
        vault.setEntity("b", 20 * BOND);
        vm.stopPrank();
        skip(1);
    }

    // ── Moves ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// A change from proposal to execution, with nothing in between.
    function decide(uint256 who, uint256 which, uint256 value) external {
        uint256 count = proposals.length;
        proposeAny(who, which, value);
        if (proposals.length > count) carry(6);
    }

    function proposeAny(uint256 who, uint256 which, uint256 value) public {
        address by = nodes[who % VOTERS].owner;
        skip(1);
        if (governor.getVotes(by, block.timestamp - 1) < governor.proposalThreshold()) return;
        (address target, bytes memory call) = _change(which % 10, value);
        proposals.push(propose(by, target, call));
    }

    function castVote(uint256 who, uint256 which, bool support) external {
        if (proposals.length == 0) return;
        Proposal memory p = _recent(which);
        IGovernor.ProposalState now_ = state(p);
        if (now_ == IGovernor.ProposalState.Pending) vm.warp(governor.proposalSnapshot(p.id) + 1);
        else if (now_ != IGovernor.ProposalState.Active) return;
        address by = nodes[who % VOTERS].owner;
        if (governor.hasVoted(p.id, by)) return;
        vm.prank(by);
        uint256 weight = governor.castVote(p.id, support ? 1 : 0);
        assertEq(weight, vault.getPastVotes(by, governor.proposalSnapshot(p.id)));
    }

    /// Everybody for it: most decisions should come through, to test what they can do.
    function carry(uint256 which) public {
        if (proposals.length == 0) return;
        Proposal memory p = _recent(which);
        if (state(p) == IGovernor.ProposalState.Pending) vm.warp(governor.proposalSnapshot(p.id) + 1);
        if (state(p) != IGovernor.ProposalState.Active) return;
        for (uint256 i = 0; i < VOTERS; ++i) {
            if (governor.hasVoted(p.id, nodes[i].owner)) continue;
            vm.prank(nodes[i].owner);
            governor.castVote(p.id, 1);
        }
        vm.warp(governor.proposalDeadline(p.id) + 1);
        if (state(p) != IGovernor.ProposalState.Succeeded) return;
        governor.queue(p.id);
        if (which % 4 != 0) _execute(p);
    }

    function executeAny(uint256 which) external {
        if (proposals.length == 0) return;
        Proposal memory p = _recent(which);
        if (state(p) == IGovernor.ProposalState.Queued && !refused[p.id]) _execute(p);
    }

    function _execute(Proposal memory p) private {
        if (block.timestamp < governor.proposalEta(p.id)) vm.warp(governor.proposalEta(p.id));
        try governor.execute(p.id) {
            ++executed;
        } catch {
            refused[p.id] = true;
            ++rejected;
        }
    }

    function cancelAny(uint256 which) external {
        if (proposals.length == 0) return;
        Proposal memory p = _recent(which);
        if (state(p) != IGovernor.ProposalState.Queued || which % 4 != 0) return;
        bytes32 id = operationId(p);
        vm.prank(guardian);
        timelock.cancel(id);
    }

    function delegateTo(uint256 who, uint256 to) external {
        vm.prank(nodes[who % VOTERS].owner);
        vault.delegate(nodes[to % VOTERS].owner);
    }

    function bondMore(uint256 who, uint128 amount) external {
        Node memory n = nodes[who % VOTERS];
        amount = uint128(bound(amount, 1, BOND));
        bytes32 entity = vault.entityOf(n.owner);
        if (vault.consortiumMode() && entity == 0) return;
        if (entity != 0 && vault.entity(entity).bonded + amount > vault.entity(entity).cap) return;
        deposit(n.owner, amount);
        IStakeVault.Account memory acc = vault.account(n.owner);
        IStakeVault.Allocation memory there = vault.allocation(home, n.owner);
        amount = acc.bonded - acc.allocated;
        if (there.freeAt != 0 || there.amount + amount < vault.minBond()) return;
        vm.prank(n.owner);
        vault.allocate(home, IStakeVault.Role.Member, amount);
    }

    /// Rarely, or soon nobody is left to vote. Who has left comes back with `bondMore`.
    function leaveOrReturn(uint256 who, uint256 chance) external {
        address owner = nodes[who % VOTERS].owner;
        IStakeVault.Allocation memory there = vault.allocation(home, owner);
        if (there.freeAt != 0) {
            if (block.timestamp < there.freeAt) skip(there.freeAt - block.timestamp);
            return vault.release(home, owner);
        }
        if (chance % 4 != 0 || there.amount == 0) return;
        vm.prank(owner);
        vault.leave(home);
    }

    function pass(uint256 time) external {
        skip(bound(time, 1, 1 days));
    }

    // ── What must hold ────────────────────────────────────────────────────────────────────────────────────────────

    function assertWithinBounds() external view {
        IStakeVault.Bounds memory v = vault.bounds();
        _within(vault.minBond(), v.minBondFloor, v.minBondCeiling);
        _within(vault.minOperatorBond(), v.minBondFloor, v.minBondCeiling);
        _within(vault.unbondingDelay(), v.minUnbondingDelay, v.maxUnbondingDelay);
        Governed.Bounds memory g = governor.bounds();
        _within(governor.votingDelay(), g.minVotingDelay, g.maxVotingDelay);
        _within(governor.votingPeriod(), g.minVotingPeriod, g.maxVotingPeriod);
        _within(governor.proposalThreshold(), 0, g.maxProposalThreshold);
        _within(governor.quorumNumerator(), g.minQuorumBps, g.maxQuorumBps);
        assertLe(timelock.getMinDelay(), MAX_DELAY);
    }

    function assertTimelockLongerThanUnbonding() external view {
        assertGt(timelock.getMinDelay(), vault.unbondingDelay());
    }

    function assertVotesAreStake() external view {
        uint256 votes = 0;
        for (uint256 i = 0; i < VOTERS; ++i) {
            votes += vault.getVotes(nodes[i].owner);
        }
        uint256 stake = 0;
        for (uint256 i = 0; i < VOTERS; ++i) {
            stake += vault.allocation(home, nodes[i].owner).eligible;
        }
        assertEq(votes, stake);
    }

    function assertEntitiesWithinCaps() external view {
        bytes32[2] memory entities = [bytes32("a"), "b"];
        for (uint256 e = 0; e < 2; ++e) {
            uint256 sum = 0;
            for (uint256 i = 0; i < VOTERS; ++i) {
                if (vault.entityOf(nodes[i].owner) == entities[e]) sum += vault.account(nodes[i].owner).bonded;
            }
            assertEq(vault.entity(entities[e]).bonded, sum);
            assertLe(sum, vault.entity(entities[e]).cap);
        }
    }

    // ── Inside ────────────────────────────────────────────────────────────────────────────────────────────────────

    function _recent(uint256 which) private view returns (Proposal memory) {
        uint256 count = proposals.length < 3 ? proposals.length : 3;
        return proposals[proposals.length - 1 - which % count];
    }

    /// Values around the bounds, so that about half are refused.
    function _change(uint256 which, uint256 value) private view returns (address target, bytes memory call) {
        IStakeVault.Bounds memory v = vault.bounds();
        target = address(vault);
        if (which == 0) call = abi.encodeCall(vault.setMinBond, (uint128(bound(value, 0, 8 * BOND))));
        if (which == 1) {
            call = abi.encodeCall(vault.setMinOperatorBond, (uint128(bound(value, 0, 2 * v.minBondCeiling))));
        }
        if (which == 2) call = abi.encodeCall(vault.setUnbondingDelay, (uint32(bound(value, 0, 2 * DELAY))));
        if (which == 3) call = abi.encodeCall(vault.setConsortiumMode, (value % 2 == 0));
        if (which == 4) {
            bytes32[3] memory entities = [bytes32(0), "a", "b"];
            call = abi.encodeCall(vault.setEntityOf, (nodes[value % VOTERS].owner, entities[(value >> 8) % 3]));
        }
        if (which == 5) {
            (target, call) = (address(timelock), abi.encodeCall(timelock.updateDelay, (bound(value, 0, 2 * MAX_DELAY))));
        }
        if (which > 5) target = address(governor);
        if (which == 6) call = abi.encodeCall(governor.setVotingDelay, (uint48(bound(value, 0, 14 days))));
        if (which == 7) call = abi.encodeCall(governor.setVotingPeriod, (uint32(bound(value, 0, 60 days))));
        if (which == 8) call = abi.encodeCall(governor.setProposalThreshold, (bound(value, 0, 4 * BOND)));
        if (which == 9) call = abi.encodeCall(governor.updateQuorumNumerator, (bound(value, 0, 12_000)));
    }

    function _within(uint256 value, uint256 minimum, uint256 maximum) private pure {
        assertTrue(value >= minimum && value <= maximum);
    }
}
