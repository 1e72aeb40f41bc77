// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {stdJson} from "forge-std/Test.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {Randomness} from "../../contracts/rounds/Randomness.sol";
import {DrawnFixture} from "./support/DrawnFixture.sol";
import {TaskConfig} from "./support/Fixture.sol";
import {Headers} from "./support/Headers.sol";

/// @notice Rounds of a task that draws its committees (docs/protocol.md §14): 40 equal members, eight of them expected.
contract DrawnRoundsTest is DrawnFixture {
    using stdJson for string;

    uint16 private constant SIZE = 8;
    uint256 private constant MEMBERS = 40;
    Node private op;
    Node[] private nodes;
    Node[] private drawn;
    Node private left;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        for (uint256 i = 0; i < MEMBERS; ++i) {
            nodes.push(member(string.concat("member ", vm.toString(i)), BOND));
        }
        vm.roll(1000);
        task = openUndrawn(taskConfig(op), SIZE);
    }

    /// Splits the members by the draw of the open round.
    function _draw() private {
        draw(task, "mix");
        delete drawn;
        for (uint256 i = 0; i < MEMBERS; ++i) {
            if (ledger.weightOf(task, ledger.current(task).round, nodes[i].owner) != 0) drawn.push(nodes[i]);
            else left = nodes[i];
        }
    }

    // ── Snapshot ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// R40: stake that moves once the seed may be known counts in later rounds only.
    function test_R40_stakeCountsTwoEpochsAfterItWasAllocated() public {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.snapshot, open.openedAt - 1 - ENTRY_DELAY);
        Node memory late = member("late", 100 * BOND);
        skip(1);
        _nextRound();
        open = ledger.current(task);
        assertEq(vault.stakeAt(task, late.owner, open.openedAt - 1), 100 * BOND);
        assertEq(vault.stakeAt(task, late.owner, open.snapshot), 0);
        assertEq(ledger.round(task, open.round).snapshot, open.snapshot);
        draw(task, "mix");
        assertEq(ledger.weightOf(task, open.round, late.owner), 0);
        skip(ENTRY_DELAY);
        _nextRound();
        draw(task, "mix");
        assertEq(ledger.weightOf(task, ledger.current(task).round, late.owner), 100 * BOND);
    }

    function test_keysCountTwoEpochsAfterTheyWereRegistered() public {
        Node memory rotated = node("rotated");
        rotated.owner = nodes[3].owner;
        register(rotated);
        skip(1);
        _nextRound();
        assertEq(ledger.keyOf(task, ledger.current(task).round, nodes[3].owner), nodes[3].key);
        skip(ENTRY_DELAY);
        _nextRound();
        assertEq(ledger.keyOf(task, ledger.current(task).round, nodes[3].owner), rotated.key);
    }

    function test_opensWithTheMembersOfTheSnapshot() public {
        TaskConfig memory config = taskConfig(op);
        config.spec.committee = SIZE;
        config.terms.minMembers = uint16(MEMBERS);
        uint256 other = makeTask(config);
        fund(other, REWARD);
        skip(ENTRY_DELAY);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooFewMembers.selector, 0, MEMBERS));
        ledger.takeSeat(other);
        skip(1);
        takeSeat(op, other);
    }

    /// Whoever leaves is in the snapshots of the rounds that open within the entry delay.
    function test_exposureCountsTheEntryDelay() public view {
        assertEq(ledger.maxExposure(), 100 + 50 + 50 + 2 * 60 + 1000 + ENTRY_DELAY);
    }

    function _nextRound() private {
        giveUp(op, task);
        vm.warp(_seatFrom());
        takeSeat(op, task);
    }

    function _seatFrom() private view returns (uint256 from) {
        (, from) = ledger.seatFrom(task, op.owner);
        if (from < block.timestamp) from = block.timestamp;
    }

    // ── Seed ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_storeSeed() public {
        assertEq(ledger.current(task).openedBlock, 1000);
        bytes memory header = mine(task, "mix");
        vm.expectEmit(address(ledger));
        emit IRoundLedger.SeedStored(task, 1, "mix", ledger.current(task).snapshot);
        vm.prank(watcher);
        ledger.storeSeed(task, header);
        assertEq(ledger.current(task).seed, "mix");
        assertEq(ledger.round(task, 1).seed, "mix");
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.SeedKnown.selector, 1));
        ledger.storeSeed(task, header);
    }

    function test_R24_theSeedIsThatOfTheFourthBlock() public {
        bytes memory header = mine(task, "mix");
        bytes memory other = Headers.encode("other");
        vm.setBlockhash(1003, keccak256(other));
        vm.expectRevert(abi.encodeWithSelector(Randomness.WrongHeader.selector, keccak256(other), keccak256(header)));
        ledger.storeSeed(task, other);
    }

    function test_storeSeed_onceTheBlockIsMined() public {
        bytes memory header = mine(task, "mix");
        vm.roll(1004);
        vm.expectRevert(abi.encodeWithSelector(Randomness.BlockNotMined.selector, 1004, 1004));
        ledger.storeSeed(task, header);
    }

    /// A chain whose blocks have no randomness draws nobody.
    function test_storeSeed_notWithoutRandomness() public {
        bytes memory header = mine(task, 0);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoSeed.selector, 1));
        ledger.storeSeed(task, header);
    }

    function test_storeSeed_ofDrawnTasksOnly() public {
        uint256 plain = openTask(taskConfig(op));
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NothingDrawn.selector, plain));
        ledger.storeSeed(plain, "");
        vm.prank(op.key);
        ledger.fail(task, 1);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NoOpenRound.selector, task));
        ledger.storeSeed(task, "");
    }

    /// A posting notes the block of the round that it opens, `open` and `takeSeat` theirs.
    function test_everyOpeningNotesItsBlock() public {
        draw(task, "mix");
        vm.roll(2000);
        postNext(op, task);
        assertEq(ledger.current(task).openedBlock, 2000);
        assertEq(ledger.current(task).seed, 0, "each number has its own seed");
        vm.prank(op.key);
        ledger.fail(task, 2);
        vm.roll(3000);
        vm.warp(_seatFrom());
        takeSeat(op, task);
        assertEq(ledger.current(task).openedBlock, 3000);
        draw(task, "mix");
        assertEq(ledger.round(task, 3).seed, "mix");
        assertEq(ledger.round(task, 2).seed, 0);
        assertEq(ledger.round(task, 1).seed, "mix");
    }

    // ── Before the seed ───────────────────────────────────────────────────────────────────────────────────────────

    function test_nothingCountsBeforeTheSeed() public {
        bytes memory noSeed = abi.encodeWithSelector(IRoundLedger.NoSeed.selector, 1);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        vm.prank(op.key);
        vm.expectRevert(noSeed);
        ledger.seal(task, 1, open.openedAt, DIGEST, uint32(MEMBERS), 0);
        vm.prank(nodes[0].owner);
        vm.expectRevert(noSeed);
        ledger.forceCommit(task, 1, _one(nodes[0].owner), _one(bytes32("c")), new bytes[](1));
        vm.expectRevert(noSeed);
        ledger.weightOf(task, 1, nodes[0].owner);
        (address[] memory owners, bytes[] memory signatures) =
            signedBy(nodes, ledgerDigest(Statements.voided(task, 1, 0)));
        vm.expectRevert(noSeed);
        ledger.voidWithQuorum(task, 1, 0, owners, signatures);
        vm.warp(open.commitEnd);
        vm.prank(op.key);
        vm.expectRevert(noSeed);
        ledger.seal(task, 1, open.openedAt, DIGEST, 0, 0);
        draw(task, "mix");
        sealAs(op, task, 0);
    }

    // ── A seed that is lost ───────────────────────────────────────────────────────────────────────────────────────

    /// Nobody answers for it, and nobody waits.
    function test_R24_aLostSeedEndsTheRoundWithoutAFailure() public {
        vm.roll(1004 + 8192);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.RoundFailed(task, 1, op.owner, 0);
        vm.prank(watcher);
        ledger.fail(task, 1);
        takeSeat(op, task);
        assertEq(ledger.current(task).round, 2);
    }

    function test_R24_aSeedLostInAPause() public {
        vm.prank(governance);
        ledger.setGuardian(watcher);
        vm.prank(watcher);
        ledger.pause(7 days);
        skip(7 days);
        vm.roll(1004 + 7 days / 12);
        bytes memory header = Headers.encode("mix");
        vm.expectRevert(abi.encodeWithSelector(Randomness.BlockForgotten.selector, 1004));
        ledger.storeSeed(task, header);
        ledger.fail(task, 1);
        (uint256 fails,) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 0);
    }

    function test_R24_aStoredSeedIsNeverLost() public {
        draw(task, "mix");
        vm.roll(1004 + 8192);
        uint256 end = ledger.current(task).sealEnd;
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, block.timestamp, end));
        ledger.fail(task, 1);
        failRound(task);
        (uint256 fails,) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 1);
    }

    /// The holder may not throw the dice again for nothing.
    function test_R29_whoEndsTheRoundBeforeItsSeedHasAFailure() public {
        vm.prank(op.key);
        ledger.fail(task, 1);
        (uint256 fails,) = ledger.seatFrom(task, op.owner);
        assertEq(fails, 1);
    }

    // ── Who is drawn ──────────────────────────────────────────────────────────────────────────────────────────────

    function test_weightsAreThoseOfTheRule() public {
        _draw();
        assertGt(drawn.length, 0);
        assertLt(drawn.length, MEMBERS);
        for (uint256 i = 0; i < MEMBERS; ++i) {
            assertEq(ledger.weightOf(task, 1, nodes[i].owner), weightByRule(task, nodes[i].owner));
        }
        // Equal stakes: whoever is drawn counts an eighth of all stake.
        assertEq(ledger.weightOf(task, 1, drawn[0].owner), MEMBERS * BOND / SIZE);
        assertEq(ledger.weightOf(task, 1, op.owner), 0);
        assertEq(ledger.weightOf(task, 2, drawn[0].owner), 0, "not opened");
        postNext(op, task);
        assertEq(ledger.weightOf(task, 1, drawn[0].owner), MEMBERS * BOND / SIZE, "a posted round keeps its draw");
    }

    /// The ledger itself, with the stakes of test/vectors/committee.json, which TypeScript draws from too.
    function test_drawsAsTheVectorsSay() public {
        string memory json = vm.readFile("test/vectors/committee.json");
        for (uint256 i = 0; json.keyExists(string.concat("[", vm.toString(i), "]")); ++i) {
            string memory at = string.concat("[", vm.toString(i), "]");
            uint256 id = json.readUint(string.concat(at, ".task"));
            if (id > 1) {
                assertEq(openUndrawn(taskConfig(op), uint16(json.readUint(string.concat(at, ".size")))), id);
            } else {
                // The first task of the test has another size.
                continue;
            }
            uint64 round = uint64(json.readUint(string.concat(at, ".round")));
            while (ledger.current(id).round < round) _burn(id);
            draw(id, json.readBytes32(string.concat(at, ".seed")));
            _checkVector(json, at, id, round);
        }
    }

    function _burn(uint256 id) private {
        giveUp(op, id);
        skip(255 * 60);
        takeSeat(op, id);
    }

    function _checkVector(string memory json, string memory at, uint256 id, uint64 round) private {
        uint256 snapshot = ledger.current(id).snapshot;
        uint256 total = json.readUint(string.concat(at, ".total"));
        vm.mockCall(address(vault), abi.encodeCall(IStakeVault.totalStakeAt, (id, snapshot)), abi.encode(total));
        for (uint256 k = 0; json.keyExists(string.concat(at, ".rows[", vm.toString(k), "]")); ++k) {
            string memory row = string.concat(at, ".rows[", vm.toString(k), "]");
            address account = json.readAddress(string.concat(row, ".member"));
            uint256 stake = json.readUint(string.concat(row, ".stake"));
            vm.mockCall(address(vault), abi.encodeCall(IStakeVault.stakeAt, (id, account, snapshot)), abi.encode(stake));
            uint256 weight =
                json.readBool(string.concat(row, ".drawn")) ? json.readUint(string.concat(row, ".weight")) : 0;
            assertEq(ledger.weightOf(id, round, account), weight, row);
        }
    }

    // ── Commitments ───────────────────────────────────────────────────────────────────────────────────────────────

    function test_forceCommit_ofDrawnMembersOnly() public {
        _draw();
        vm.prank(left.owner);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotDrawn.selector, left.owner));
        ledger.forceCommit(task, 1, _one(left.owner), _one(bytes32("c")), new bytes[](1));
        vm.prank(op.owner);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotMember.selector, op.owner));
        ledger.forceCommit(task, 1, _one(op.owner), _one(bytes32("c")), new bytes[](1));
        assertEq(ledger.current(task).forcedHash, "mix", "it begins at the seed");
        forceCommit(drawn[0].owner, task, 1, drawn[0].owner, "c");
        bytes32 forced = keccak256(abi.encode(bytes32("mix"), drawn[0].owner, bytes32("c")));
        assertEq(ledger.current(task).forcedHash, forced);
        vm.warp(ledger.current(task).commitEnd);
        uint40 openedAt = ledger.current(task).openedAt;
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OtherForced.selector, bytes32("mix"), forced));
        ledger.seal(task, 1, openedAt, DIGEST, 1, "mix");
        sealAs(op, task, 1);
    }

    /// R28: nobody lists the committee on chain, so only a list of all members is known to be complete.
    function test_R28_earlySealOnlyIfEverybodyWasDrawn() public {
        _draw();
        IRoundLedger.OpenRound memory open = ledger.current(task);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.TooEarly.selector, block.timestamp, open.commitEnd));
        ledger.seal(task, 1, open.openedAt, DIGEST, uint32(drawn.length), open.forcedHash);
        // A seal that was made for another draw, before a reorganisation, counts for none.
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OtherForced.selector, bytes32("other"), bytes32("mix")));
        ledger.seal(task, 1, open.openedAt, DIGEST, uint32(MEMBERS), "other");
        vm.prank(op.key);
        ledger.seal(task, 1, open.openedAt, DIGEST, uint32(MEMBERS), "mix");
    }

    // ── Quorum ────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_R25_quorumOfDrawnWeight() public {
        _draw();
        (uint64 round, bytes32 hash) = postNext(op, task);
        uint256 each = MEMBERS * BOND / SIZE;
        // Two thirds of all stake, in members that count an eighth each.
        uint256 needed = (MEMBERS * BOND * 6667 + 9999) / 10_000;
        uint256 enough = (needed + each - 1) / each;
        assertGe(drawn.length, enough, "this seed draws enough");
        (address[] memory owners, bytes[] memory signatures) = agreements(_first(enough - 1), task, round, hash);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.QuorumMissed.selector, (enough - 1) * each, needed));
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        (owners, signatures) = agreements(_first(enough), task, round, hash);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Finalized(task, round, hash, enough * each);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
    }

    function test_R25_quorumTakesNobodyElse() public {
        _draw();
        (uint64 round, bytes32 hash) = postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(left), task, round, hash);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotDrawn.selector, left.owner));
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
    }

    function test_R25_voidOfDrawnWeight() public {
        _draw();
        (address[] memory owners, bytes[] memory signatures) =
            signedBy(_first(drawn.length), ledgerDigest(Statements.voided(task, 1, 0)));
        ledger.voidWithQuorum(task, 1, 0, owners, signatures);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Void));
    }

    function _first(uint256 count) private view returns (Node[] memory list) {
        list = new Node[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = drawn[i];
        }
    }

    // ── Seats ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// R37: seats are not what limits a drawn task; C4: what is forced has room in a claim.
    function test_R37_the129thMemberJoinsADrawnTask() public {
        for (uint256 i = MEMBERS; i < 130; ++i) {
            nodes.push(member(string.concat("member ", vm.toString(i)), BOND));
        }
        assertEq(vault.memberCountAt(task, block.timestamp - 1), MEMBERS);
        skip(1);
        assertEq(vault.memberCountAt(task, block.timestamp - 1), 130);
        // The same accounts in a task that seats everybody.
        uint256 plain = create(taskConfig(op));
        for (uint256 i = 0; i < 130; ++i) {
            deposit(nodes[i].owner, BOND + vault.joiningFee());
            vm.prank(nodes[i].owner);
            if (i >= 128) vm.expectRevert(abi.encodeWithSelector(IStakeVault.SeatsFull.selector, plain, 128));
            vault.allocate(plain, IStakeVault.Role.Member, BOND);
        }
    }

    function test_anUpgradeKeepsTheEntryDelay() public {
        address other = vm.deployCode("TaskRules.sol", abi.encode(1, 1, 1, ENTRY_DELAY + 1));
        address next = vm.deployCode("RoundLedger.sol", abi.encode(other));
        vm.prank(governance);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.OutOfBounds.selector, ENTRY_DELAY + 1, ENTRY_DELAY, ENTRY_DELAY));
        ledger.upgradeToAndCall(next, "");
    }
}
