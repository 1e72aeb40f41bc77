// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBurnableERC20} from "../../contracts/interfaces/IBurnableERC20.sol";
import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Claim, LedgerLeaf} from "../../contracts/lib/Types.sol";
import {Distributor} from "./support/Deployed.sol";
import {Fixture} from "./support/Fixture.sol";
import {HookToken, ITransferHook} from "./support/HookToken.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// fund
/// ├── nothing, an unknown task, a fee on transfer → reverts
/// └── moves the tokens and raises what claims may promise
/// claim
/// ├── claim is not the round's, not final, rejected → reverts
/// ├── slot beyond the tree, leaf or proof wrong → reverts
/// ├── nothing new → reverts
/// ├── leaves add up to more than the total → pays no more than the total
/// └── pays the difference to the member, whoever sends it
contract RewardDistributorTest is Fixture, ITransferHook {
    using ClaimLib for Claim;

    Node private op;
    Node private rival;
    Node[] private nodes;
    uint256 private task;
    bytes private attack;
    bytes private refusal;

    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new HookToken()));
    }

    function onTransfer(address, address, uint256) external {
        if (attack.length == 0) return;
        (bool done, bytes memory answer) = address(distributor).call(attack);
        assertFalse(done, "re-entered");
        refusal = answer;
    }

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
        nodes.push(member("a", BOND));
        nodes.push(member("b", BOND));
        nodes.push(member("c", BOND));
        skip(1);
        task = createTask(op);
    }

    function _tree(uint128 a, uint128 b, uint128 c) private view returns (bytes32[] memory) {
        uint128[] memory rewards = new uint128[](3);
        (rewards[0], rewards[1], rewards[2]) = (a, b, c);
        return ledgerTree(nodes, rewards);
    }

    function _postTree(bytes32[] memory leaves, uint128 total) private returns (uint64 round, Claim memory claim) {
        skip(100);
        claim = nextClaim(task, 3);
        (claim.ledgerRoot, claim.ledgerTotal) = (SparseTree.root(leaves, 10), total);
        round = postAs(op, task, claim);
    }

    function _finalTree(bytes32[] memory leaves, uint128 total) private returns (uint64 round, Claim memory claim) {
        (round, claim) = _postTree(leaves, total);
        (address[] memory owners, bytes[] memory signatures) =
            agreements(toArray(nodes[0], nodes[1], nodes[2]), task, round, claim.hash(task, round));
        ledger.finalizeWithQuorum(task, round, claim.hash(task, round), owners, signatures);
    }

    function test_fund_movesTheTokens() public {
        mint(watcher, 5);
        vm.startPrank(watcher);
        token.approve(address(distributor), 5);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.Funded(task, watcher, 5);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Funded(task, 5, 300 * REWARD + 5);
        distributor.fund(task, 5);
        assertEq(ledger.funded(task), 300 * REWARD + 5);
        assertEq(token.balanceOf(address(distributor)), 300 * REWARD + 5);
    }

    function test_fund_refusals() public {
        vm.expectRevert(IRewardDistributor.ZeroAmount.selector);
        distributor.fund(task, 0);
        mint(address(this), 200);
        token.approve(address(distributor), 200);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.UnknownTask.selector, 7, 1));
        distributor.fund(7, 100);
        HookToken(address(token)).setFee(100);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.ShortTransfer.selector, 99, 100));
        distributor.fund(task, 100);
    }

    function test_claim_paysTheDifferenceToTheMember() public {
        bytes32[] memory first = _tree(1 ether, 2 ether, 0);
        (uint64 round, Claim memory claim) = _finalTree(first, 3 ether);
        address b = nodes[1].owner;
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.Claimed(task, b, round, 2 ether, 2 ether);
        vm.prank(watcher);
        assertEq(distributor.claim(task, round, claim, leafOf(b, 2 ether), 1, proof10(first, 1)), 2 ether);
        assertEq(token.balanceOf(b), 2 ether);
        assertEq(wealth(watcher), 0);

        bytes32[] memory second = _tree(1 ether, 7 ether, 1 ether);
        (round, claim) = _finalTree(second, 9 ether);
        assertEq(distributor.claim(task, round, claim, leafOf(b, 7 ether), 1, proof10(second, 1)), 5 ether);
        assertEq(token.balanceOf(b), 7 ether);
        assertEq(distributor.claimed(task, b), 7 ether);
        assertEq(distributor.totalClaimed(task), 7 ether);
    }

    function test_claim_onceOnly() public {
        bytes32[] memory leaves = _tree(1 ether, 2 ether, 0);
        (uint64 round, Claim memory claim) = _finalTree(leaves, 3 ether);
        LedgerLeaf memory leaf = leafOf(nodes[0].owner, 1 ether);
        distributor.claim(task, round, claim, leaf, 0, proof10(leaves, 0));
        bytes32[10] memory proof = proof10(leaves, 0);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NothingToClaim.selector, 1 ether, 1 ether));
        distributor.claim(task, round, claim, leaf, 0, proof);
    }

    function test_claim_onlyWhenFinal() public {
        bytes32[] memory leaves = _tree(1 ether, 2 ether, 0);
        (uint64 round, Claim memory claim) = _postTree(leaves, 3 ether);
        LedgerLeaf memory leaf = leafOf(nodes[0].owner, 1 ether);
        bytes32[10] memory proof = proof10(leaves, 0);
        bytes memory notFinal =
            abi.encodeWithSelector(IRewardDistributor.NotFinal.selector, task, round, claim.hash(task, round));
        vm.warp(ledger.round(task, round).challengeEnd - 1);
        vm.expectRevert(notFinal);
        distributor.claim(task, round, claim, leaf, 0, proof);
        skip(1);
        distributor.claim(task, round, claim, leaf, 0, proof);
    }

    function test_claim_neverFromARejectedClaim() public {
        bytes32[] memory leaves = _tree(10 ether, 0, 0);
        (uint64 round, Claim memory claim) = _postTree(leaves, 10 ether);
        vm.prank(judge);
        ledger.reject(task, round, watcher);
        Claim memory better = nextClaim(task, 3);
        postAs(rival, task, better);
        vm.warp(ledger.round(task, round).challengeEnd);
        assertTrue(ledger.isFinal(task, round));
        bytes32[10] memory proof = proof10(leaves, 0);
        vm.expectPartialRevert(IRewardDistributor.NotFinal.selector);
        distributor.claim(task, round, claim, leafOf(nodes[0].owner, 10 ether), 0, proof);
    }

    function test_claim_wrongProofs() public {
        bytes32[] memory leaves = _tree(1 ether, 2 ether, 0);
        (uint64 round, Claim memory claim) = _finalTree(leaves, 3 ether);
        LedgerLeaf memory leaf = leafOf(nodes[0].owner, 1 ether);
        bytes32[10] memory proof = proof10(leaves, 0);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.SlotOutOfRange.selector, 1024, 1024));
        distributor.claim(task, round, claim, leaf, 1024, proof);
        vm.expectPartialRevert(IRewardDistributor.WrongProof.selector);
        distributor.claim(task, round, claim, leaf, 1, proof);
        leaf.reward += 1;
        vm.expectPartialRevert(IRewardDistributor.WrongProof.selector);
        distributor.claim(task, round, claim, leaf, 0, proof);
        claim.ledgerTotal += 1;
        vm.expectPartialRevert(IRewardDistributor.NotFinal.selector);
        distributor.claim(task, round, claim, leaf, 0, proof);
    }

    /// Who knows an older round only is paid although others have claimed from a newer one.
    function test_claim_fromAnOlderRoundThanOthers() public {
        bytes32[] memory older = _tree(6 ether, 4 ether, 0);
        (uint64 first, Claim memory early) = _finalTree(older, 10 ether);
        bytes32[] memory newer = _tree(14 ether, 6 ether, 0);
        (uint64 second, Claim memory late) = _finalTree(newer, 20 ether);
        distributor.claim(task, second, late, leafOf(nodes[0].owner, 14 ether), 0, proof10(newer, 0));
        assertEq(distributor.claim(task, first, early, leafOf(nodes[1].owner, 4 ether), 1, proof10(older, 1)), 4 ether);
        assertEq(distributor.claim(task, second, late, leafOf(nodes[1].owner, 6 ether), 1, proof10(newer, 1)), 2 ether);
        assertEq(distributor.totalClaimed(task), 20 ether);
    }

    /// A false tree that nobody challenged cannot pay more than the total it was funded for.
    function test_claim_neverMoreThanTheLedgerTotal() public {
        bytes32[] memory leaves = _tree(6 ether, 5 ether, 0);
        (uint64 round, Claim memory claim) = _finalTree(leaves, 10 ether);
        distributor.claim(task, round, claim, leafOf(nodes[0].owner, 6 ether), 0, proof10(leaves, 0));
        bytes32[10] memory proof = proof10(leaves, 1);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.ExceedsLedgerTotal.selector, 11 ether, 10 ether));
        distributor.claim(task, round, claim, leafOf(nodes[1].owner, 5 ether), 1, proof);
    }

    function test_claim_tasksDoNotShareMoney() public {
        uint256 other = createTask(op);
        bytes32[] memory leaves = _tree(1 ether, 0, 0);
        (uint64 round, Claim memory claim) = _finalTree(leaves, 1 ether);
        bytes32[10] memory proof = proof10(leaves, 0);
        vm.expectPartialRevert(IRewardDistributor.NotFinal.selector);
        distributor.claim(other, round, claim, leafOf(nodes[0].owner, 1 ether), 0, proof);
    }

    function test_claim_reentrancyIsRefused() public {
        bytes32[] memory leaves = _tree(1 ether, 2 ether, 0);
        (uint64 round, Claim memory claim) = _finalTree(leaves, 3 ether);
        HookToken(address(token)).setHook(this);
        attack = abi.encodeCall(
            IRewardDistributor.claim, (task, round, claim, leafOf(nodes[0].owner, 1 ether), 0, proof10(leaves, 0))
        );
        distributor.claim(task, round, claim, leafOf(nodes[1].owner, 2 ether), 1, proof10(leaves, 1));
        assertEq(refusal, abi.encodeWithSignature("ReentrancyGuardReentrantCall()"));
        delete refusal;
        fund(task, 1);
        assertEq(refusal, abi.encodeWithSignature("ReentrancyGuardReentrantCall()"));
        assertEq(distributor.totalClaimed(task), 2 ether);
    }

    function testFuzz_claim_paysEveryMemberItsRowOverManyRounds(uint64[3][4] memory steps, uint8 skipped) public {
        uint128[3] memory rewards;
        uint128 total = 0;
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 j = 0; j < 3; ++j) {
                uint128 step = steps[i][j] % (REWARD / 3);
                rewards[j] += step;
                total += step;
            }
            bytes32[] memory leaves = _tree(rewards[0], rewards[1], rewards[2]);
            (uint64 round, Claim memory claim) = _finalTree(leaves, total);
            for (uint256 j = 0; j < 3; ++j) {
                // Some collect each round, some now and then, everybody in the end.
                if (i < 3 && (skipped >> j) & 1 == 1) continue;
                address owner = nodes[j].owner;
                if (rewards[j] == distributor.claimed(task, owner)) continue;
                distributor.claim(task, round, claim, leafOf(owner, rewards[j]), j, proof10(leaves, j));
                assertEq(token.balanceOf(owner), rewards[j]);
            }
        }
        assertEq(distributor.totalClaimed(task), total);
        assertEq(token.balanceOf(address(distributor)), 300 * REWARD - total);
    }

    function test_initializeAndUpgrade_onlyOnceAndByGovernance() public {
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        distributor.initialize(address(this), IERC20(address(token)), ledger);
        Distributor next = Distributor(vm.deployCode("RewardDistributor.sol"));
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        next.initialize(address(this), IERC20(address(token)), ledger);
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", address(this)));
        distributor.upgradeToAndCall(address(next), "");
        vm.prank(governance);
        distributor.upgradeToAndCall(address(next), "");
        assertEq(address(distributor.ledger()), address(ledger));
        assertEq(address(distributor.token()), address(token));
    }
}
