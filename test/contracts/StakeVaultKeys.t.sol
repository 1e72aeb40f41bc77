// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMembershipLens} from "../../contracts/interfaces/IMembershipLens.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {Fixture} from "./support/Fixture.sol";

/// registerKeys
/// ├── zero key, zero peer key → reverts
/// ├── consent missing, for another owner or peer key, or by another key → reverts
/// ├── key or peer key of another account, current or retired → reverts
/// ├── first time → the key speaks for the account in every task
/// └── rotation → old key stops acting, stays valid for older snapshots, may come back to its owner
contract StakeVaultKeysTest is Fixture {
    function test_registerKeys_rejectsZeroes() public {
        Node memory n = node("a");
        vm.startPrank(n.owner);
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        vault.registerKeys(address(0), n.peer, "");
        vm.expectRevert(IStakeVault.ZeroPeerKey.selector);
        vault.registerKeys(n.key, 0, "");
    }

    function test_registerKeys_needsTheKeysConsent() public {
        Node memory n = node("a");
        Node memory thief = node("thief");
        bytes memory given = consent(n);
        vm.prank(thief.owner);
        vm.expectPartialRevert(IStakeVault.ConsentMismatch.selector);
        vault.registerKeys(n.key, n.peer, given);
        vm.prank(n.owner);
        vm.expectPartialRevert(IStakeVault.ConsentMismatch.selector);
        vault.registerKeys(n.key, keccak256("another peer"), given);
        vm.prank(n.owner);
        vm.expectRevert(abi.encodeWithSignature("ECDSAInvalidSignatureLength(uint256)", 64));
        vault.registerKeys(n.key, n.peer, new bytes(64));
        bytes memory byThief = signDigest(thief.secret, vaultDigest(Statements.keyConsent(n.owner, n.peer)));
        vm.prank(n.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.ConsentMismatch.selector, thief.key, n.key));
        vault.registerKeys(n.key, n.peer, byThief);
    }

    function test_registerKeys_malleatedConsentIsRefused() public {
        Node memory n = node("a");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(n.secret, vaultDigest(Statements.keyConsent(n.owner, n.peer)));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes32 high = bytes32(order - uint256(s));
        vm.prank(n.owner);
        vm.expectRevert(abi.encodeWithSignature("ECDSAInvalidSignatureS(bytes32)", high));
        vault.registerKeys(n.key, n.peer, abi.encodePacked(r, high, v == 27 ? 28 : 27));
    }

    function test_registerKeys_keysBelongToOneAccount() public {
        Node memory a = member("a", BOND);
        Node memory b = node("b");
        // b holds a's key, as after a theft: consent alone is not enough.
        (b.key, b.secret) = (a.key, a.secret);
        bytes memory signature = consent(b);
        vm.prank(b.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.KeyTaken.selector, a.key, a.owner));
        vault.registerKeys(b.key, b.peer, signature);

        Node memory c = node("c");
        c.peer = a.peer;
        signature = consent(c);
        vm.prank(c.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PeerTaken.selector, a.peer, a.owner));
        vault.registerKeys(c.key, c.peer, signature);
    }

    function test_registerKeys_speakForTheAccountInEveryTask() public {
        Node memory n = node("a");
        bytes memory signature = consent(n);
        vm.expectEmit(address(vault));
        emit IStakeVault.KeysRegistered(n.owner, n.key, n.peer);
        vm.prank(n.owner);
        vault.registerKeys(n.key, n.peer, signature);
        (address owner, IStakeVault.Role role,) = vault.actingFor(7, n.key);
        assertEq(owner, n.owner);
        assertEq(uint8(role), uint8(IStakeVault.Role.None), "in a task that it did not join");
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
        (address owner,,) = vault.actingFor(home, n.key);
        assertEq(owner, address(0), "retired keys do not act");
        (owner,,) = vault.actingFor(home, next.key);
        assertEq(owner, n.owner);
        assertEq(vault.ownerOf(n.key), n.owner, "retired keys stay taken");
        assertEq(vault.ownerOfPeer(n.peer), n.owner);

        Node memory thief = node("thief");
        (thief.key, thief.secret) = (n.key, n.secret);
        bytes memory signature = consent(thief);
        vm.prank(thief.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.KeyTaken.selector, n.key, n.owner));
        vault.registerKeys(n.key, thief.peer, signature);

        register(n, IStakeVault.Role.Member);
        (owner,,) = vault.actingFor(home, n.key);
        assertEq(owner, n.owner, "its owner may return to it");
        (owner,,) = vault.actingFor(home, next.key);
        assertEq(owner, address(0));
    }

    function test_registerKeys_sameKeyAgainKeepsActing() public {
        Node memory n = member("a", BOND);
        register(n, IStakeVault.Role.Member);
        (address owner,,) = vault.actingFor(home, n.key);
        assertEq(owner, n.owner);
    }
}

/// history: stakeAt, keyAt, totals and counts agree with a slow record, for any sequence of changes
/// snapshot: the members that count, in slot order
contract StakeVaultHistoryTest is Fixture {
    function setUp() public override {
        super.setUp();
        quietTask();
    }

    function test_history_refusesTheRunningSecond() public {
        Node memory n = member("a", BOND);
        bytes memory refused =
            abi.encodeWithSelector(IStakeVault.FutureLookup.selector, block.timestamp, block.timestamp);
        vm.expectRevert(refused);
        vault.stakeAt(home, n.owner, block.timestamp);
        vm.expectRevert(refused);
        vault.keyAt(n.owner, block.timestamp);
        vm.expectRevert(refused);
        vault.memberAt(home, n.owner, block.timestamp);
        vm.expectRevert(refused);
        vault.totalStakeAt(home, block.timestamp);
        vm.expectRevert(refused);
        vault.memberCountAt(home, block.timestamp);
    }

    function test_history_sameSecondKeepsTheLastValue() public {
        Node memory n = member("a", BOND);
        bond(n, BOND);
        slash(n.owner, BOND / 2, address(0), 0);
        skip(1);
        assertEq(vault.stakeAt(home, n.owner, block.timestamp - 1), BOND + BOND / 2);
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
            uint256 kind = (seed >> 8) % 8;
            IStakeVault.Allocation memory there = vault.allocation(home, n.owner);
            if (kind < 4) bond(n, change);
            else if (kind < 7) slash(n.owner, change, address(0), 0);
            else if (there.amount > 0 && there.freeAt == 0) leave(n);
            for (uint256 i = 0; i < 3; ++i) {
                there = vault.allocation(home, nodes[i].owner);
                record[step][i] = there.amount >= BOND && there.freeAt == 0 ? there.amount : 0;
            }
            seed = uint256(keccak256(abi.encode(seed, step)));
            skip(1);
        }
        for (uint256 step = 0; step < 24; ++step) {
            uint256 second = START + step;
            (uint256 total, uint256 count) = (0, 0);
            for (uint256 i = 0; i < 3; ++i) {
                assertEq(vault.stakeAt(home, nodes[i].owner, second), record[step][i]);
                total += record[step][i];
                if (record[step][i] != 0) ++count;
            }
            assertEq(vault.totalStakeAt(home, second), total);
            assertEq(vault.memberCountAt(home, second), count);
            assertEq(membersOf(home, second, 0, 10).length, count);
        }
    }

    function test_snapshot_listsWhoCountsInSlotOrder() public {
        Node memory a = member("a", BOND);
        Node memory b = member("b", 2 * BOND);
        Node memory c = member("c", 3 * BOND);
        operator("op");
        skip(10);
        uint256 before = block.timestamp - 1;
        leave(b);
        Node memory rotated = node("a2");
        rotated.owner = a.owner;
        register(rotated);
        skip(10);

        IMembershipLens.SnapshotMember[] memory members = membersOf(home, before, 0, type(uint32).max);
        assertEq(members.length, 3);
        assertEq(members[0].member, a.owner);
        assertEq(members[0].operatorKey, a.key, "the key of that second");
        assertEq(members[0].peerKey, rotated.peer, "the current peer");
        assertEq(members[1].member, b.owner);
        assertEq(members[1].stake, 2 * BOND);
        assertEq(members[2].slot, 2);

        members = membersOf(home, block.timestamp - 1, 0, 3);
        assertEq(members.length, 2);
        assertEq(members[1].member, c.owner);
        assertEq(membersOf(home, before, 1, 2).length, 1);
        assertEq(membersOf(home, before, 3, 9).length, 0);
        assertEq(membersOf(home, before, 2, 1).length, 0);
        assertEq(membersOf(home + 1, before, 0, 9).length, 0, "another task has members of its own");
    }
}
