// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {IStakeVotes} from "../../contracts/interfaces/IStakeVotes.sol";
import {Fixture} from "./support/Fixture.sol";

/// votes: stake that counts, one's own without a transaction, a delegate's when delegated
contract StakeVotesTest is Fixture {
    Node private a;
    Node private b;
    address private delegatee = makeAddr("delegatee");

    function setUp() public override {
        super.setUp();
        a = member("a", 3 * BOND);
        b = member("b", BOND);
        quietTask();
        skip(1);
    }

    function test_clock_isTheChainsSeconds() public view {
        assertEq(vault.clock(), block.timestamp);
        assertEq(vault.CLOCK_MODE(), "mode=timestamp");
    }

    function test_bondedMember_votesWithoutATransaction() public view {
        assertEq(vault.delegates(a.owner), a.owner);
        assertEq(vault.getVotes(a.owner), 3 * BOND);
        assertEq(vault.getPastVotes(a.owner, block.timestamp - 1), 3 * BOND);
        assertEq(vault.getPastTotalSupply(block.timestamp - 1), 4 * BOND);
    }

    function test_operatorAndSmallBondsHaveNoVotes() public {
        Node memory op = operator("operator");
        Node memory small = member("small", BOND - 1);
        assertEq(vault.getVotes(op.owner), 0);
        assertEq(vault.getVotes(small.owner), 0);
    }

    function test_freeStakeHasNoVotes() public {
        deposit(a.owner, 5 * BOND);
        assertEq(vault.getVotes(a.owner), 3 * BOND);
    }

    function test_votesAreTheStakeOfAllTasks() public {
        quietTask();
        assertEq(vault.getVotes(a.owner), 6 * BOND);
        leave(a);
        assertEq(vault.getVotes(a.owner), 3 * BOND);
        skip(1);
        assertEq(vault.getPastTotalSupply(block.timestamp - 1), 5 * BOND);
    }

    function test_leavingStakeHasNoVotes() public {
        leave(a);
        assertEq(vault.getVotes(a.owner), 0);
        skip(1);
        assertEq(vault.getPastVotes(a.owner, block.timestamp - 1), 0);
        assertEq(vault.getPastVotes(a.owner, block.timestamp - 2), 3 * BOND, "history stands");
    }

    function test_slashedStakeHasNoVotes() public {
        vm.prank(a.owner);
        vault.delegate(delegatee);
        slash(a.owner, BOND, address(0), 0);
        assertEq(vault.getVotes(delegatee), 2 * BOND);
    }

    function test_lookup_refusesTheRunningSecond() public {
        bytes memory refused =
            abi.encodeWithSelector(IStakeVault.FutureLookup.selector, block.timestamp, block.timestamp);
        vm.expectRevert(refused);
        vault.getPastVotes(a.owner, block.timestamp);
        vm.expectRevert(refused);
        vault.getPastTotalSupply(block.timestamp);
    }

    function test_delegate_movesVotesAndFollowsTheStake() public {
        vm.expectEmit();
        emit IVotes.DelegateChanged(a.owner, a.owner, b.owner);
        vm.expectEmit();
        emit IVotes.DelegateVotesChanged(a.owner, 3 * BOND, 0);
        vm.expectEmit();
        emit IVotes.DelegateVotesChanged(b.owner, BOND, 4 * BOND);
        vm.prank(a.owner);
        vault.delegate(b.owner);
        assertEq(vault.getVotes(a.owner), 0);
        skip(10);
        assertEq(vault.getPastVotes(a.owner, block.timestamp - 1), 0);
        assertEq(vault.getPastVotes(a.owner, block.timestamp - 11), 3 * BOND, "before");

        bond(a, BOND);
        assertEq(vault.getVotes(b.owner), 5 * BOND);
        bond(b, BOND);
        assertEq(vault.getVotes(b.owner), 6 * BOND);

        // A delegate that delegates gives away its own stake only.
        vm.prank(b.owner);
        vault.delegate(delegatee);
        assertEq(vault.getVotes(b.owner), 4 * BOND);
        assertEq(vault.getVotes(delegatee), 2 * BOND);

        vm.prank(a.owner);
        vault.delegate(a.owner);
        assertEq(vault.getVotes(a.owner), 4 * BOND);
        assertEq(vault.getVotes(b.owner), 0);
    }

    function test_delegate_refusesNobody() public {
        vm.prank(a.owner);
        vm.expectRevert(IStakeVotes.ZeroDelegate.selector);
        vault.delegate(address(0));
    }

    function test_delegate_beforeBonding() public {
        Node memory late = node("late");
        vm.prank(late.owner);
        vault.delegate(delegatee);
        deposit(late.owner, BOND);
        register(late, IStakeVault.Role.Member);
        assertEq(vault.getVotes(delegatee), BOND);
        assertEq(vault.getVotes(late.owner), 0);
    }

    function test_delegateBySig() public {
        (address owner, uint256 secret) = makeAddrAndKey("signer");
        Node memory n = node("signer node");
        n.owner = owner;
        bond(n, BOND);
        register(n, IStakeVault.Role.Member);
        uint256 expiry = block.timestamp + 10;
        bytes memory call = _delegation(secret, 0, expiry);
        (bool done,) = address(vault).call(call);
        assertTrue(done);
        assertEq(vault.delegates(owner), delegatee);
        assertEq(vault.getVotes(delegatee), BOND);
        assertEq(vault.nonces(owner), 1);

        vm.expectRevert(abi.encodeWithSelector(IStakeVotes.WrongNonce.selector, owner, 0, 1));
        this.forward(call);
        call = _delegation(secret, 1, expiry);
        vm.warp(expiry + 1);
        vm.expectRevert(abi.encodeWithSelector(IVotes.VotesExpiredSignature.selector, expiry));
        this.forward(call);
    }

    /// @dev External so that `expectRevert` sees a call.
    function forward(bytes calldata call) external {
        (bool done, bytes memory answer) = address(vault).call(call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    function _delegation(uint256 secret, uint256 nonce, uint256 expiry) private view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)"), delegatee, nonce, expiry
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, vaultDigest(structHash));
        return abi.encodeCall(IVotes.delegateBySig, (delegatee, nonce, expiry, v, r, s));
    }

    /// Any order of bonding, unbonding, delegating and time: all votes together are all stake, now and in the past.
    function testFuzz_votesAddUpToTheStake(uint256[12] memory moves) public {
        Node[4] memory nodes = [a, b, member("c", 2 * BOND), member("d", 5 * BOND)];
        for (uint256 i = 0; i < moves.length; ++i) {
            Node memory n = nodes[moves[i] % 4];
            uint256 kind = (moves[i] >> 8) % 4;
            if (kind == 0) bond(n, uint128(bound(moves[i] >> 16, 1, 3 * BOND)));
            IStakeVault.Allocation memory there = vault.allocation(home, n.owner);
            if (kind == 1 && (moves[i] >> 16) % 2 == 0) slash(n.owner, uint128(moves[i] >> 128) % BOND, address(0), 0);
            else if (kind == 1 && there.amount > 0 && there.freeAt == 0) leave(n);
            if (kind == 2) {
                uint256 to = (moves[i] >> 16) % 5;
                vm.prank(n.owner);
                vault.delegate(to == 4 ? delegatee : nodes[to].owner);
            }
            if (kind == 3) skip(1 + (moves[i] >> 16) % 100);
            uint256 votes = vault.getVotes(delegatee);
            for (uint256 j = 0; j < 4; ++j) {
                votes += vault.getVotes(nodes[j].owner);
            }
            (uint256 time, uint256 now_) = (START + (moves[i] >> 32) % 1200, block.timestamp);
            skip(1);
            assertEq(votes, vault.getPastTotalSupply(now_));
            if (time > now_) time = now_;
            uint256 past = vault.getPastVotes(delegatee, time);
            for (uint256 j = 0; j < 4; ++j) {
                past += vault.getPastVotes(nodes[j].owner, time);
            }
            assertEq(past, vault.getPastTotalSupply(time));
        }
    }
}
