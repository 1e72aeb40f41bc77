// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {Fixture} from "./support/Fixture.sol";

/// registerKeys
/// ├── zero key, zero peer key, no role → reverts
/// ├── consent missing, for another owner or peer key, or by another key → reverts
/// ├── key or peer key of another account, current or retired → reverts
/// ├── other role than before → reverts
/// ├── first time → member with enough bond gets a slot
/// └── rotation → old key stops acting, stays valid for older snapshots, may come back to its owner
contract StakeVaultKeysTest is Fixture {
    function test_registerKeys_rejectsZeroes() public {
        Node memory n = node("a");
        vm.startPrank(n.owner);
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        vault.registerKeys(address(0), n.peer, IStakeVault.Role.Member, "");
        vm.expectRevert(IStakeVault.ZeroPeerKey.selector);
        vault.registerKeys(n.key, 0, IStakeVault.Role.Member, "");
        vm.expectRevert(IStakeVault.RoleMissing.selector);
        vault.registerKeys(n.key, n.peer, IStakeVault.Role.None, "");
    }

    function test_registerKeys_needsTheKeysConsent() public {
        Node memory n = node("a");
        Node memory thief = node("thief");
        bytes memory given = consent(n);
        vm.prank(thief.owner);
        vm.expectPartialRevert(IStakeVault.ConsentMismatch.selector);
        vault.registerKeys(n.key, n.peer, IStakeVault.Role.Member, given);
        vm.prank(n.owner);
        vm.expectPartialRevert(IStakeVault.ConsentMismatch.selector);
        vault.registerKeys(n.key, keccak256("another peer"), IStakeVault.Role.Member, given);
        vm.prank(n.owner);
        vm.expectRevert(abi.encodeWithSignature("ECDSAInvalidSignatureLength(uint256)", 64));
        vault.registerKeys(n.key, n.peer, IStakeVault.Role.Member, new bytes(64));
        bytes memory byThief = signDigest(thief.secret, vaultDigest(Statements.keyConsent(n.owner, n.peer)));
        vm.prank(n.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.ConsentMismatch.selector, thief.key, n.key));
        vault.registerKeys(n.key, n.peer, IStakeVault.Role.Member, byThief);
    }

    function test_registerKeys_malleatedConsentIsRefused() public {
        Node memory n = node("a");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(n.secret, vaultDigest(Statements.keyConsent(n.owner, n.peer)));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes32 high = bytes32(order - uint256(s));
        vm.prank(n.owner);
        vm.expectRevert(abi.encodeWithSignature("ECDSAInvalidSignatureS(bytes32)", high));
        vault.registerKeys(n.key, n.peer, IStakeVault.Role.Member, abi.encodePacked(r, high, v == 27 ? 28 : 27));
    }

    function test_registerKeys_keysBelongToOneAccount() public {
        Node memory a = member("a", BOND);
        Node memory b = node("b");
        // b holds a's key, as after a theft: consent alone is not enough.
        (b.key, b.secret) = (a.key, a.secret);
        bytes memory signature = consent(b);
        vm.prank(b.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.KeyTaken.selector, a.key, a.owner));
        vault.registerKeys(b.key, b.peer, IStakeVault.Role.Member, signature);

        Node memory c = node("c");
        c.peer = a.peer;
        signature = consent(c);
        vm.prank(c.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PeerTaken.selector, a.peer, a.owner));
        vault.registerKeys(c.key, c.peer, IStakeVault.Role.Member, signature);
    }

    function test_registerKeys_roleIsForLife() public {
        Node memory n = member("a", BOND);
        bytes memory signature = consent(n);
        vm.prank(n.owner);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.RoleFixed.selector, IStakeVault.Role.Member, IStakeVault.Role.Operator)
        );
        vault.registerKeys(n.key, n.peer, IStakeVault.Role.Operator, signature);
    }

    function test_registerKeys_slotsAreGivenInOrder() public {
        for (uint32 i = 0; i < 5; ++i) {
            Node memory n = node(vm.toString(i));
            bond(n, BOND);
            bytes memory signature = consent(n);
            vm.expectEmit(address(vault));
            emit IStakeVault.SlotAssigned(n.owner, i);
            vm.expectEmit(address(vault));
            emit IStakeVault.EligibleChanged(n.owner, BOND, BOND * (i + 1));
            vm.expectEmit(address(vault));
            emit IStakeVault.KeysRegistered(n.owner, n.key, n.peer, IStakeVault.Role.Member, i);
            vm.prank(n.owner);
            vault.registerKeys(n.key, n.peer, IStakeVault.Role.Member, signature);
        }
        assertEq(vault.slotCount(), 5);
    }

    function test_registerKeys_rotationKeepsHistory() public {
        Node memory n = member("a", BOND);
        Node memory next = node("a2");
        next.owner = n.owner;
        uint256 first = block.timestamp;
        skip(100);
        register(next, IStakeVault.Role.Member);
        skip(1);
        assertEq(vault.keyAt(n.owner, first - 1), address(0));
        assertEq(vault.keyAt(n.owner, first + 99), n.key);
        assertEq(vault.keyAt(n.owner, first + 100), next.key);
        (address owner,,) = vault.actingFor(n.key);
        assertEq(owner, address(0), "retired keys do not act");
        (owner,,) = vault.actingFor(next.key);
        assertEq(owner, n.owner);
        assertEq(vault.ownerOf(n.key), n.owner, "retired keys stay taken");
        assertEq(vault.ownerOfPeer(n.peer), n.owner);
        assertEq(vault.account(n.owner).slot, 0);

        Node memory thief = node("thief");
        (thief.key, thief.secret) = (n.key, n.secret);
        bytes memory signature = consent(thief);
        vm.prank(thief.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.KeyTaken.selector, n.key, n.owner));
        vault.registerKeys(n.key, thief.peer, IStakeVault.Role.Member, signature);

        register(n, IStakeVault.Role.Member);
        (owner,,) = vault.actingFor(n.key);
        assertEq(owner, n.owner, "its owner may return to it");
        (owner,,) = vault.actingFor(next.key);
        assertEq(owner, address(0));
    }

    function test_registerKeys_sameKeyAgainKeepsActing() public {
        Node memory n = member("a", BOND);
        register(n, IStakeVault.Role.Member);
        (address owner,,) = vault.actingFor(n.key);
        assertEq(owner, n.owner);
    }
}

/// history: stakeAt, keyAt, totals and counts agree with a slow record, for any sequence of changes
/// snapshot: the members that count, in slot order
contract StakeVaultHistoryTest is Fixture {
    function test_history_refusesTheRunningSecond() public {
        Node memory n = member("a", BOND);
        bytes memory refused =
            abi.encodeWithSelector(IStakeVault.FutureLookup.selector, block.timestamp, block.timestamp);
        vm.expectRevert(refused);
        vault.stakeAt(n.owner, block.timestamp);
        vm.expectRevert(refused);
        vault.keyAt(n.owner, block.timestamp);
        vm.expectRevert(refused);
        vault.memberAt(n.owner, block.timestamp);
        vm.expectRevert(refused);
        vault.totalStakeAt(block.timestamp);
        vm.expectRevert(refused);
        vault.memberCountAt(block.timestamp);
        vm.expectRevert(refused);
        vault.snapshot(block.timestamp, 0, 1);
    }

    function test_history_sameSecondKeepsTheLastValue() public {
        Node memory n = member("a", BOND);
        bond(n, BOND);
        vm.prank(n.owner);
        vault.requestUnbond(BOND / 2);
        skip(1);
        assertEq(vault.stakeAt(n.owner, block.timestamp - 1), BOND + BOND / 2);
    }

    function testFuzz_history_agreesWithARecord(uint256 seed) public {
        Node[] memory nodes = new Node[](3);
        for (uint256 i = 0; i < 3; ++i) {
            nodes[i] = member(vm.toString(i), BOND);
        }
        uint128[3][24] memory record;
        for (uint256 step = 0; step < 24; ++step) {
            Node memory n = nodes[seed % 3];
            uint128 change = uint128(bound(uint256(keccak256(abi.encode(seed))), 1, BOND));
            if ((seed >> 8) % 2 == 0) {
                bond(n, change);
            } else if (vault.account(n.owner).bonded >= change) {
                vm.prank(n.owner);
                vault.requestUnbond(change);
            }
            for (uint256 i = 0; i < 3; ++i) {
                uint128 bonded = vault.account(nodes[i].owner).bonded;
                record[step][i] = bonded >= BOND ? bonded : 0;
            }
            seed = uint256(keccak256(abi.encode(seed, step)));
            skip(1);
        }
        for (uint256 step = 0; step < 24; ++step) {
            uint256 second = START + step;
            (uint256 total, uint256 count) = (0, 0);
            for (uint256 i = 0; i < 3; ++i) {
                assertEq(vault.stakeAt(nodes[i].owner, second), record[step][i]);
                total += record[step][i];
                if (record[step][i] != 0) ++count;
            }
            assertEq(vault.totalStakeAt(second), total);
            assertEq(vault.memberCountAt(second), count);
            assertEq(vault.snapshot(second, 0, 10).length, count);
        }
    }

    function test_snapshot_listsWhoCountsInSlotOrder() public {
        Node memory a = member("a", BOND);
        Node memory b = member("b", 2 * BOND);
        Node memory c = member("c", 3 * BOND);
        operator("op");
        skip(10);
        uint256 before = block.timestamp - 1;
        vm.prank(b.owner);
        vault.requestUnbond(2 * BOND);
        Node memory rotated = node("a2");
        rotated.owner = a.owner;
        register(rotated, IStakeVault.Role.Member);
        skip(10);

        IStakeVault.SnapshotMember[] memory members = vault.snapshot(before, 0, type(uint32).max);
        assertEq(members.length, 3);
        assertEq(members[0].member, a.owner);
        assertEq(members[0].operatorKey, a.key, "the key of that second");
        assertEq(members[0].peerKey, rotated.peer, "the current peer");
        assertEq(members[1].member, b.owner);
        assertEq(members[1].stake, 2 * BOND);
        assertEq(members[2].slot, 2);

        members = vault.snapshot(block.timestamp - 1, 0, 3);
        assertEq(members.length, 2);
        assertEq(members[1].member, c.owner);
        assertEq(vault.snapshot(before, 1, 2).length, 1);
        assertEq(vault.snapshot(before, 3, 9).length, 0);
        assertEq(vault.snapshot(before, 2, 1).length, 0);
    }
}
