// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {ITaskRules} from "../../contracts/interfaces/ITaskRules.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";

/// @notice A liar may win the bounty of its own lie, for it knows the proof first. What it cannot get back covers everything
/// that lies can take at once.
contract M7_BountyTest is Fixture {
    address private purse = makeAddr("liar's purse");

    function test_M7_aLiarThatProvesItsOwnLieLosesFourFifths() public {
        judge = deployJudge(address(0));
        Node memory op = operator("op");
        member("a", BOND);
        skip(1);
        uint256 task = createTask(op);
        // A lie: a pair that stands in another pair's place. Its author reserves the proof before it posts.
        IFraudJudge.PairOpening memory p;
        p.pair = 1;
        Claim memory claim = nextClaim(task, 0);
        claim.gramRoot = keccak256(abi.encode(p.hash, p.product, p.pair));
        IFraudJudge.Case memory c;
        (c.task, c.round, c.recipient, c.claim) = (task, 1, purse, claim);
        bytes memory own = abi.encodeCall(IFraudJudge.proveGramNode, (c, p));
        IFraudJudge(judge).reserve(keccak256(own));
        vm.warp(ledger.current(task).commitEnd);
        vm.roll(block.number + 1);
        postAs(op, task, claim);
        uint256 supply = token.totalSupply();
        (bool ok,) = judge.call(own);
        assertTrue(ok);
        assertEq(vault.owed(purse), FALSE_CLAIM / 5);
        assertEq(supply - token.totalSupply(), FALSE_CLAIM * 4 / 5);
        // The most that lies can take at once: every place of the ring, one reward each.
        assertGe(FALSE_CLAIM * 4 / 5, 64 * uint256(REWARD));
    }

    function test_M7_thePenaltyCoversTheRewardsAtRisk() public {
        Node memory op = operator("op");
        TaskConfig memory config = taskConfig(op);
        config.terms.falseClaimPenalty = FALSE_CLAIM - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IRoundLedger.PenaltyTooLow.selector, FALSE_CLAIM - 1, uint256(FALSE_CLAIM))
        );
        ledger.createTask(config.terms, config.spec);
        config.terms.falseClaimPenalty = OPERATOR_BOND + 1;
        config.terms.bountyBps = 2001;
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OutOfBounds.selector, 2001, 0, 2000));
        ledger.createTask(config.terms, config.spec);
        config.terms.bountyBps = 2000;
        create(config);
    }

    /// The penalty is the least that an operator of the task allocates, however small the vault's own minimum is.
    function test_M7_whoeverMayPostCanPay() public {
        Node memory op = operator("op");
        TaskConfig memory config = taskConfig(op);
        config.terms.falseClaimPenalty = 3 * OPERATOR_BOND;
        uint256 task = create(config);
        deposit(op.owner, 3 * OPERATOR_BOND + vault.joiningFee());
        vm.startPrank(op.owner);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeVault.BelowMinimum.selector, 3 * OPERATOR_BOND - 1, uint256(3 * OPERATOR_BOND)
            )
        );
        vault.allocate(task, IStakeVault.Role.Operator, 3 * OPERATOR_BOND - 1);
        vault.allocate(task, IStakeVault.Role.Operator, 3 * OPERATOR_BOND);
        vm.stopPrank();
        assertTrue(vault.operatorEligible(task, op.owner));
        assertEq(vault.minimumOf(task, IStakeVault.Role.Operator), 3 * OPERATOR_BOND);
        assertEq(vault.minimumOf(task, IStakeVault.Role.Member), BOND);
        // Whoever paid once cannot post again on what is left.
        vm.prank(address(ledger));
        vault.slash(task, op.owner, 3 * OPERATOR_BOND, address(0), 0);
        assertFalse(vault.operatorEligible(task, op.owner));
        vault.refresh(task, op.owner);
        assertFalse(vault.operatorEligible(task, op.owner));
    }

    /// A slash that leaves the vault's minimum, and less than the penalty of the task.
    function test_M7_whatIsLeftMustPayForAnotherLie() public {
        Node memory op = operator("op");
        TaskConfig memory config = taskConfig(op);
        config.terms.falseClaimPenalty = 3 * OPERATOR_BOND;
        uint256 task = create(config);
        deposit(op.owner, 5 * OPERATOR_BOND + vault.joiningFee());
        vm.prank(op.owner);
        vault.allocate(task, IStakeVault.Role.Operator, 5 * OPERATOR_BOND);
        vm.prank(address(ledger));
        vault.slash(task, op.owner, 3 * OPERATOR_BOND, address(0), 0);
        assertEq(vault.allocation(task, op.owner).amount, 2 * OPERATOR_BOND);
        assertFalse(vault.operatorEligible(task, op.owner));
        vault.refresh(task, op.owner);
        assertFalse(vault.operatorEligible(task, op.owner));
        deposit(op.owner, OPERATOR_BOND);
        vm.prank(op.owner);
        vault.allocate(task, IStakeVault.Role.Operator, OPERATOR_BOND);
        assertTrue(vault.operatorEligible(task, op.owner));
    }

    /// Whatever the reward: the least penalty that passes costs a self-challenger more than all rewards at risk.
    function testFuzz_M7_aLieCostsMoreThanItTakes(uint128 reward) public {
        Node memory op = operator("op");
        TaskConfig memory config = taskConfig(op);
        config.spec.rewardPerRound = uint128(bound(reward, 0, OPERATOR_BOND / 80));
        uint256 least = (uint256(config.spec.rewardPerRound) * 64 * 10_000 + 7999) / 8000;
        config.terms.falseClaimPenalty = uint128(least < 1 ether ? 1 ether : least);
        ledger.createTask(config.terms, config.spec);
        uint256 burned = config.terms.falseClaimPenalty - uint256(config.terms.falseClaimPenalty) * 2000 / 10_000;
        assertGe(burned, 64 * uint256(config.spec.rewardPerRound));
        if (least <= 1 ether) return;
        config.terms.falseClaimPenalty = uint128(least - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.PenaltyTooLow.selector, least - 1, least));
        ledger.createTask(config.terms, config.spec);
    }

    function test_M7_theFactorIsTheRing() public {
        assertEq(ITaskRules(_taskRules()).REWARDS_AT_RISK(), ledger.RING());
        assertEq(ITaskRules(_taskRules()).MAX_BOUNTY_BPS(), vault.MAX_BOUNTY_BPS());
    }

    /// A liar that answers the whole search for its lie loses more than the bonds of the search.
    function test_V4_thePenaltyCoversTheBondsOfASearch() public {
        address court = vm.deployCode("DataCourt.sol", abi.encode(ledger, 2 ether, 1));
        judge = deployJudge(court);
        Node memory op = operator("op");
        TaskConfig memory config = taskConfig(op);
        config.spec.rewardPerRound = 1 ether;
        uint256 units = ITaskRules(_taskRules()).SEARCH_UNITS();
        uint256 least = units * 2 ether * 10_000 / 8000;
        config.terms.falseClaimPenalty = uint128(least - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.PenaltyTooLow.selector, least - 1, least));
        ledger.createTask(config.terms, config.spec);
        config.terms.falseClaimPenalty = uint128(least);
        ledger.createTask(config.terms, config.spec);
        assertGe(least - least * vault.MAX_BOUNTY_BPS() / 10_000, units * 2 ether);
    }

    /// A task whose court could be flooded is refused.
    function test_M1_theChallengeLeavesTimeForAnswers() public {
        uint256 least = 1310;
        address court = vm.deployCode("DataCourt.sol", abi.encode(ledger, 2 ether, least));
        judge = deployJudge(court);
        Node memory op = operator("op");
        TaskConfig memory config = taskConfig(op);
        config.terms.windows.challenge = uint32(8 * least - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.ChallengeTooShort.selector, 8 * least - 1, 8 * least));
        ledger.createTask(config.terms, config.spec);
        config.terms.windows.challenge = uint32(8 * least);
        ledger.createTask(config.terms, config.spec);
    }
}
