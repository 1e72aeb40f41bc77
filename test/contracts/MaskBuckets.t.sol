// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {stdJson} from "forge-std/Test.sol";
import {IMaskBuckets} from "../../contracts/interfaces/IMaskBuckets.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {TaskSpec} from "../../contracts/lib/Types.sol";
import {BucketDraw} from "../../contracts/rounds/BucketDraw.sol";
import {Randomness} from "../../contracts/rounds/Randomness.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";
import {Headers} from "./support/Headers.sol";

/// @dev The library from outside, so that a test sees its reverts.
contract Drawer {
    function draw(bytes32 seed, uint256 task, uint64 epoch, uint256 size, BucketDraw.Candidate[] memory candidates)
        external
        pure
        returns (uint64[] memory)
    {
        return BucketDraw.draw(seed, task, epoch, size, candidates);
    }
}

/// @notice Keys for masks, and the draw of buckets, on the real ledger and vault.
contract MaskBucketsTest is Fixture {
    using stdJson for string;

    uint256 private constant MEMBERS = 11;
    uint256 private constant EPOCH = 8;
    IMaskBuckets private masks;
    TaskSpec private spec;
    Node private op;
    Node[] private nodes;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        masks = IMaskBuckets(vm.deployCode("MaskBuckets.sol", abi.encode(ledger)));
        op = operator("operator");
        // Slots 0 and 1 weigh twice as much as the nine others.
        for (uint256 i = 0; i < MEMBERS; ++i) {
            nodes.push(member(string.concat("member ", vm.toString(i)), i < 2 ? 2 * BOND : BOND));
        }
        vm.roll(1000);
        TaskConfig memory config = taskConfig(op);
        config.spec.committee = 4 * 256 + uint16(EPOCH);
        keep(spec, config.spec);
        task = openTask(config);
        // The last member has no key.
        for (uint256 i = 0; i + 1 < MEMBERS; ++i) {
            _register(nodes[i].owner, keccak256(abi.encode("key", i)));
        }
        skip(1);
    }

    function _taskRules() internal override returns (address) {
        return vm.deployCode("AnyParticipation.sol", abi.encode(super._taskRules()));
    }

    function _register(address account, bytes32 key) private {
        vm.prank(account);
        masks.registerMaskKey(key);
    }

    function _open() private returns (uint64 epoch, bytes memory header, bytes32 seed) {
        masks.open(task, spec);
        epoch = masks.latestEpoch(task);
        uint256 number = masks.epoch(task, epoch).seedBlock;
        assertEq(number, block.number + 4);
        seed = keccak256(abi.encode("mix", epoch));
        header = Headers.encode(seed);
        vm.roll(number + 1);
        vm.setBlockhash(number, keccak256(header));
    }

    /// All members in the order that the draw wants.
    function _inOrder(bytes32 seed, uint64 epoch) private view returns (address[] memory members) {
        members = new address[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            address next = nodes[i].owner;
            uint256 k = i;
            for (; k > 0 && _before(seed, epoch, next, members[k - 1]); --k) {
                members[k] = members[k - 1];
            }
            members[k] = next;
        }
    }

    function _before(bytes32 seed, uint64 epoch, address a, address b) private view returns (bool) {
        (uint128 x, uint128 y) = (vault.stakeAt(task, a, block.timestamp - 1), vault.stakeAt(task, b, block.timestamp - 1));
        if (x != y) return x > y;
        return BucketDraw.lot(seed, task, epoch, a) < BucketDraw.lot(seed, task, epoch, b);
    }

    // ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_aKeyCountsFromTheSecondOfItsRegistrationOnAndStaysKnown() public {
        address owner = nodes[0].owner;
        (bytes32 old, bytes32 fresh) = (keccak256(abi.encode("key", 0)), keccak256("fresh"));
        uint256 before = block.timestamp;
        skip(10);
        vm.expectEmit(address(masks));
        emit IMaskBuckets.MaskKeyRegistered(owner, fresh);
        _register(owner, fresh);
        assertEq(masks.maskKeyAt(owner, before), old);
        assertEq(masks.maskKeyAt(owner, block.timestamp - 1), old);
        assertEq(masks.maskKeyAt(owner, block.timestamp), fresh);
        assertEq(masks.maskKeyAt(nodes[MEMBERS - 1].owner, block.timestamp), 0);
        assertEq(masks.maskKeyAt(owner, START - 1), 0);
    }

    function test_refusesAKeyOfZero() public {
        vm.expectRevert(IMaskBuckets.ZeroMaskKey.selector);
        masks.registerMaskKey(0);
    }

    // ── Draw ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_drawsMembersOfEqualStakeWithKeys() public {
        (uint64 epoch, bytes memory header, bytes32 seed) = _open();
        assertEq(epoch, 0);
        masks.draw(task, spec, header, _inOrder(seed, epoch));
        assertEq(masks.epoch(task, epoch).seed, seed);
        uint64[] memory buckets = masks.buckets(task, epoch);
        // Two of double stake fill none; eight of the nine others have a key and fill two.
        assertEq(buckets.length, 2);
        uint256 seen = 0;
        for (uint256 b = 0; b < 2; ++b) {
            uint256 last = 0;
            for (uint256 k = 0; k < 4; ++k) {
                uint256 slot = (buckets[b] >> (16 * k)) & 0xffff;
                assertTrue(slot >= 2 && slot < MEMBERS - 1, "another weight, or no key");
                assertTrue(k == 0 || slot > last, "slots ascend");
                assertEq(seen >> slot & 1, 0, "twice");
                seen |= 1 << slot;
                last = slot;
            }
        }
    }

    function test_nobodyLeavesAMemberOutOrChoosesTheOrder() public {
        (uint64 epoch, bytes memory header, bytes32 seed) = _open();
        address[] memory members = _inOrder(seed, epoch);
        address[] memory fewer = new address[](MEMBERS - 1);
        for (uint256 i = 0; i < fewer.length; ++i) {
            fewer[i] = members[i];
        }
        vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.WrongMembers.selector, MEMBERS - 1, MEMBERS));
        masks.draw(task, spec, header, fewer);
        address last = members[MEMBERS - 1];
        // In place of one member: another twice, or an account without stake.
        members[MEMBERS - 1] = members[MEMBERS - 2];
        vm.expectRevert(abi.encodeWithSelector(BucketDraw.NotInOrder.selector, members[MEMBERS - 1]));
        masks.draw(task, spec, header, members);
        members[MEMBERS - 1] = op.owner;
        vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.NotMember.selector, op.owner));
        masks.draw(task, spec, header, members);
        members[MEMBERS - 1] = last;
        (members[4], members[5]) = (members[5], members[4]);
        vm.expectRevert(abi.encodeWithSelector(BucketDraw.NotInOrder.selector, members[5]));
        masks.draw(task, spec, header, members);
        (members[4], members[5]) = (members[5], members[4]);
        (members[0], members[2]) = (members[2], members[0]);
        vm.expectRevert(abi.encodeWithSelector(BucketDraw.NotInOrder.selector, members[1]));
        masks.draw(task, spec, header, members);
        (members[0], members[2]) = (members[2], members[0]);
        masks.draw(task, spec, header, members);
    }

    function test_stakesAndKeysAreThoseOfTheOpening() public {
        masks.open(task, spec);
        IMaskBuckets.Epoch memory open = masks.epoch(task, 0);
        assertEq(open.snapshot, block.timestamp - 1);
        // What changes once the block of the seed may be known changes later epochs.
        _register(nodes[MEMBERS - 1].owner, keccak256("late"));
        Node memory late = member("late", BOND);
        skip(60);
        bytes32 seed = keccak256("mix");
        bytes memory header = Headers.encode(seed);
        vm.roll(uint256(open.seedBlock) + 1);
        vm.setBlockhash(open.seedBlock, keccak256(header));
        assertEq(vault.stakeAt(task, late.owner, block.timestamp - 1), BOND);
        masks.draw(task, spec, header, _inOrder(seed, 0));
        assertEq(masks.buckets(task, 0).length, 2);
    }

    function test_anEpochIsOpenedAndDrawnOnce() public {
        vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.EpochUnknown.selector, task, 0));
        masks.draw(task, spec, "", new address[](0));
        (uint64 epoch, bytes memory header, bytes32 seed) = _open();
        vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.EpochKnown.selector, task, epoch));
        masks.open(task, spec);
        address[] memory members = _inOrder(seed, epoch);
        vm.expectRevert();
        masks.draw(task, spec, Headers.encode("another block"), members);
        masks.draw(task, spec, header, members);
        vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.EpochKnown.selector, task, epoch));
        masks.draw(task, spec, header, members);
        vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.EpochKnown.selector, task, epoch));
        masks.open(task, spec);
    }

    function test_isDrawnFromABlockThatIsMinedLater() public {
        masks.open(task, spec);
        uint256 number = masks.epoch(task, 0).seedBlock;
        vm.roll(number);
        vm.expectRevert(abi.encodeWithSelector(Randomness.BlockNotMined.selector, number, number));
        masks.draw(task, spec, Headers.encode("mix"), new address[](MEMBERS));
    }

    function test_opensOnceMoreWhenTheRandomnessIsLost() public {
        masks.open(task, spec);
        uint256 lost = masks.epoch(task, 0).seedBlock;
        vm.roll(lost + 10_000);
        skip(100);
        (, bytes memory header, bytes32 seed) = _open();
        assertGt(masks.epoch(task, 0).seedBlock, lost);
        masks.draw(task, spec, header, _inOrder(seed, 0));
        assertEq(masks.buckets(task, 0).length, 2);
    }

    function test_theNextEpochIsDrawnInTheLastRoundBeforeIt() public {
        (, bytes memory header, bytes32 seed) = _open();
        masks.draw(task, spec, header, _inOrder(seed, 0));
        for (uint256 k = 1; k < EPOCH; ++k) {
            vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.EpochKnown.selector, task, 0));
            masks.open(task, spec);
            failRound(task);
            (, uint256 from) = ledger.seatFrom(task, op.owner);
            if (from > block.timestamp) vm.warp(from);
            takeSeat(op, task);
        }
        assertEq(ledger.current(task).round, EPOCH);
        skip(1);
        uint64 epoch;
        (epoch, header, seed) = _open();
        assertEq(epoch, 1);
        masks.draw(task, spec, header, _inOrder(seed, epoch));
        assertEq(masks.buckets(task, 1).length, 2);
        assertFalse(
            keccak256(abi.encode(masks.buckets(task, 0))) == keccak256(abi.encode(masks.buckets(task, 1))), "drawn anew"
        );
        vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.EpochKnown.selector, task, 1));
        masks.open(task, spec);
    }

    /// 128 members in 32 buckets: once an epoch, for everybody.
    function test_drawsAFullTask() public {
        for (uint256 i = MEMBERS; i < 128; ++i) {
            nodes.push(member(string.concat("member ", vm.toString(i)), BOND));
            _register(nodes[i].owner, keccak256(abi.encode("key", i)));
        }
        skip(1);
        (uint64 epoch, bytes memory header, bytes32 seed) = _open();
        address[] memory members = _inOrder(seed, epoch);
        uint256 before = gasleft();
        masks.draw(task, spec, header, members);
        assertLt(before - gasleft(), 4_000_000);
        assertEq(masks.buckets(task, epoch).length, 31);
    }

    // ── Terms ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_termsAreThoseOfTheTask() public {
        TaskSpec memory other = spec;
        other.committee = 3 * 256 + 32;
        bytes32 expected = ledger.task(task).specHash;
        vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.OtherSpec.selector, keccak256(abi.encode(other)), expected));
        masks.open(task, other);
        TaskConfig memory drawn = taskConfig(op);
        drawn.spec.committee = 8;
        uint256 committee = create(drawn);
        vm.expectRevert(abi.encodeWithSelector(IMaskBuckets.NoBuckets.selector, committee));
        masks.open(committee, drawn.spec);
    }

    /// Everybody takes part in rounds of buckets: nobody is drawn, and stake counts at once.
    function test_theLedgerDrawsNobody() public view {
        assertEq(ledger.committeeOf(task), 0);
        assertEq(ledger.task(task).committee, 0);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        assertEq(open.committee, 0);
        assertEq(open.snapshot, open.openedAt - 1);
        assertEq(ledger.weightOf(task, open.round, nodes[0].owner), 2 * BOND);
    }

    // ── Vectors ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// The draws of src/masking.
    function test_vectors() public {
        Drawer drawer = new Drawer();
        string memory json = vm.readFile("test/vectors/buckets.json");
        uint256 count = 0;
        for (; json.keyExists(string.concat("[", vm.toString(count), "]")); ++count) {
            string memory at = string.concat("[", vm.toString(count), "]");
            uint64[] memory drawn = drawer.draw(
                json.readBytes32(string.concat(at, ".seed")),
                json.readUint(string.concat(at, ".task")),
                uint64(json.readUint(string.concat(at, ".epoch"))),
                json.readUint(string.concat(at, ".size")),
                _candidates(json, at)
            );
            uint256[] memory expected = json.readUintArray(string.concat(at, ".buckets"));
            assertEq(drawn.length, expected.length);
            for (uint256 b = 0; b < drawn.length; ++b) {
                assertEq(drawn[b], expected[b]);
            }
        }
        assertGt(count, 4);
    }

    function _candidates(string memory json, string memory at)
        private
        pure
        returns (BucketDraw.Candidate[] memory candidates)
    {
        address[] memory members = json.readAddressArray(string.concat(at, ".members"));
        uint256[] memory slots = json.readUintArray(string.concat(at, ".slots"));
        uint256[] memory stakes = json.readUintArray(string.concat(at, ".stakes"));
        bool[] memory keyed = json.readBoolArray(string.concat(at, ".keyed"));
        candidates = new BucketDraw.Candidate[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            candidates[i] = BucketDraw.Candidate(members[i], uint32(slots[i]), uint128(stakes[i]), keyed[i]);
        }
    }
}
