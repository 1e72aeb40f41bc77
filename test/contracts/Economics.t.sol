// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCourt} from "../../contracts/interfaces/IDataCourt.sol";
import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {CourtFixture} from "./support/CourtFixture.sol";
import {SparseTree} from "./support/SparseTree.sol";
import {TaskConfig} from "./support/Fixture.sol";

/// @notice What lying costs, whatever the amounts: an operator that has its own claim rejected by an accomplice, for whatever
/// reason, ends up with less; every token taken is either a bounty or burned; and no reward of a rejected claim is paid.
contract EconomicsTest is CourtFixture {
    address private accomplice;

    function setUp() public override {
        super.setUp();
        accomplice = member("accomplice", BOND).owner;
        skip(1);
    }

    /// A task of `op` with these penalties, and a claim of it on top of genesis.
    function openTask(uint128 falseClaim, uint128 fault, uint16 bountyBps) private {
        TaskConfig memory config = taskConfig(op);
        // Within the bounds of the vault.
        config.terms.falseClaimPenalty = uint128(bound(falseClaim, FALSE_CLAIM, OPERATOR_BOND));
        config.terms.faultPenalty = uint128(bound(fault, 1 ether, 10_000 ether));
        config.terms.bountyBps = uint16(bound(bountyBps, 0, 2000));
        task = openTask(config);
        skip(100);
        bytes32 modelRoot = claim.modelRoot;
        claim = nextClaim(task, 0);
        claim.modelRoot = modelRoot;
        postAs(op, task, claim);
    }

    /// Operator, accomplice, and what the court holds for them.
    function coalition() private view returns (uint256) {
        return slashable(op.owner) + token.balanceOf(op.owner) + wealth(accomplice)
            + held(address(court));
    }

    /// @dev The coalition lost exactly what was burned, and at least half of what was taken.
    function assertLost(uint256 before, uint256 supply, uint256 bonded) private view {
        uint256 taken = bonded - slashable(op.owner);
        uint256 burned = supply - token.totalSupply();
        assertGt(taken, 0);
        assertEq(before - coalition(), burned, "slashed = bounty + burned");
        assertGe(5 * burned, 4 * taken);
        assertLt(coalition(), before, "a self-challenger loses");
    }

    function testFuzz_selfChallenge_byProof(uint128 penalty, uint128 more, uint16 bountyBps) public {
        bond(op, uint128(bound(more, 1, 1e30)));
        openTask(penalty, 0, bountyBps);
        (uint256 before, uint256 supply, uint256 bonded) = (coalition(), token.totalSupply(), slashable(op.owner));
        vm.prank(judge);
        ledger.reject(task, 1, accomplice);
        assertLost(before, supply, bonded);
    }

    function testFuzz_selfChallenge_bySilence(uint128 penalty, uint16 bountyBps, bool another) public {
        openTask(penalty, 0, bountyBps);
        mint(accomplice, 2 * COURT_BOND);
        vm.prank(accomplice);
        token.approve(address(court), 2 * COURT_BOND);
        (uint256 before, uint256 supply, uint256 bonded) = (coalition(), token.totalSupply(), slashable(op.owner));
        IDataCourt.Target memory t = modelTarget();
        vm.startPrank(accomplice);
        court.requestNode(dispute(), spec, IDataCourt.Tree.Model, 0, 0, noStakes());
        // Asking and answering oneself on the way neither costs nor earns anything.
        if (another) court.requestNode(dispute(), spec, IDataCourt.Tree.Members, 0, 0, noStakes());
        vm.stopPrank();
        skip(court.answerWindow(task));
        court.expire(t);
        assertLost(before, supply, bonded);
    }

    function testFuzz_selfChallenge_answeredByOneself(uint128 penalty) public {
        openTask(penalty, 0, 2000);
        mint(accomplice, COURT_BOND);
        uint256 before = coalition();
        IDataCourt.Target memory t = modelTarget();
        vm.startPrank(accomplice);
        token.approve(address(court), COURT_BOND);
        court.requestNode(dispute(), spec, IDataCourt.Tree.Model, 0, 0, noStakes());
        court.answerNode(t, modelLeaves(), new bytes32[](0));
        vm.stopPrank();
        assertEq(coalition(), before);
    }

    function testFuzz_selfChallenge_ownFault(uint128 penalty, uint16 bountyBps, uint8 rounds) public {
        openTask(0, penalty, bountyBps);
        (uint256 before, uint256 supply, uint256 bonded) = (coalition(), token.totalSupply(), slashable(op.owner));
        for (uint64 i = 1; i <= 1 + rounds % 2; ++i) {
            vm.prank(judge);
            ledger.penalise(task, i, op.owner, accomplice);
        }
        assertLost(before, supply, bonded);
    }

    /// A lie that would pay its author, rejected at any second of its window, and posted again without it.
    function testFuzz_rejectedClaim_neverPays(uint128 reward, uint256 when, bool withheld, uint256 later) public {
        openTask(FALSE_CLAIM, 0, 2000);
        skip(100);
        Node[] memory nodes = toArray(a, b);
        uint128[] memory rewards = new uint128[](2);
        (rewards[0], rewards[1]) = (uint128(bound(reward, 1, REWARD / 2)), REWARD / 2);
        bytes32[] memory leaves = ledgerTree(nodes, rewards);
        bytes32 modelRoot = claim.modelRoot;
        claim = nextClaim(task, 0);
        (claim.modelRoot, claim.ledgerRoot, claim.ledgerTotal) =
            (modelRoot, SparseTree.root(leaves, 10), rewards[0] + rewards[1]);
        uint64 round = postAs(op, task, claim);
        Claim memory lie = claim;

        uint256 end = ledger.round(task, round).challengeEnd;
        if (withheld) {
            IDataCourt.Dispute memory d = IDataCourt.Dispute(task, round, lie);
            vm.recordLogs();
            vm.prank(watcher);
            court.requestNode(d, spec, IDataCourt.Tree.Model, 0, 0, noStakes());
            (,, IDataCourt.Target memory t) =
                abi.decode(vm.getRecordedLogs()[0].data, (address, uint40, IDataCourt.Target));
            vm.warp(bound(when, block.timestamp + court.answerWindow(task), end - 1));
            court.expire(t);
        } else {
            vm.warp(bound(when, block.timestamp, end - 1));
            vm.prank(judge);
            ledger.reject(task, round, watcher);
        }
        collect(round, lie, leaves, rewards[0]);
        (claim.ledgerRoot, claim.ledgerTotal) = (SparseTree.root(new bytes32[](0), 10), 0);
        postAs(rival, task, claim);
        skip(bound(later, 0, 30 days));
        collect(round, lie, leaves, rewards[0]);
        assertEq(token.balanceOf(a.owner), 0);
        assertEq(token.balanceOf(address(distributor)), uint256(ledger.funded(task)) + ledger.funded(1));
    }

    /// @dev In vain.
    function collect(uint64 round, Claim memory from, bytes32[] memory leaves, uint128 reward) private {
        bytes32[10] memory proof = proof10(leaves, 0);
        vm.expectPartialRevert(IRewardDistributor.NotFinal.selector);
        distributor.claim(task, round, from, leafOf(a.owner, reward), 0, proof);
    }
}
