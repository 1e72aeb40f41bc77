// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../../contracts/interfaces/IModelRegistry.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {MerkleTree} from "../../contracts/lib/MerkleTree.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";

/// register
/// ├── claim not the round's, not final, rejected → reverts
/// ├── parent not registered, metadata missing, registered before → reverts
/// ├── caller neither the round's operator nor governance → reverts
/// └── stores what the claim says, and the caller's metadata
/// registerGenesis
/// ├── not this task's genesis, registered before → reverts
/// └── by anyone
/// witness
/// ├── claim not final → reverts
/// └── a final claim makes the one before it registrable when the ring has forgotten it
/// lineage
/// ├── unknown model, page of none or too many → reverts
/// └── leads to genesis, page by page
contract ModelRegistryTest is Fixture {
    using ClaimLib for Claim;

    IModelRegistry private registry;
    Node private op;
    Node private rival;
    uint256 private task;
    // Claims and their numbers in order; the first is genesis.
    Claim[] private claims;
    uint64[] private rounds;
    IModelRegistry.Metadata private metadata = IModelRegistry.Metadata("datasets", "code", "licence", "weights");

    function setUp() public override {
        super.setUp();
        registry = IModelRegistry(vm.deployCode("ModelRegistry.sol", abi.encode(ledger)));
        op = operator("operator");
        rival = operator("rival");
        skip(1);
        task = createTask(op);
        Claim memory genesis;
        genesis.parent = ClaimLib.hash(plainSpec());
        genesis.modelRoot = keccak256("model");
        genesis.ledgerRoot = MerkleTree.EMPTY_10;
        claims.push(genesis);
        rounds.push(0);
    }

    function _post(Node memory by) private returns (bytes32 id) {
        if (ledger.current(task).state != IRoundLedger.SeatState.Empty) vm.warp(ledger.current(task).commitEnd);
        Claim memory claim = nextClaim(task, 0);
        uint64 round = postAs(by, task, claim);
        claims.push(claim);
        rounds.push(round);
        return claim.hash(task, round);
    }

    function _finalize() private {
        vm.warp(ledger.round(task, rounds[rounds.length - 1]).challengeEnd);
    }

    function _id(uint256 i) private view returns (bytes32) {
        return claims[i].hash(task, rounds[i]);
    }

    function _register(uint256 i) private returns (bytes32) {
        if (i == 0) return registry.registerGenesis(task, claims[0]);
        vm.prank(governance);
        return registry.register(task, rounds[i], claims[i], metadata);
    }

    function _refuses(uint256 i, bytes memory reason) private {
        vm.expectRevert(reason);
        _register(i);
    }

    function test_register() public {
        bytes32 id = _post(op);
        _finalize();
        _register(0);
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelRegistered(
            id, task, claims[1].modelRoot, 1, claims[1].parent, claims[1].evidence, metadata, op.key
        );
        vm.prank(op.key);
        assertEq(registry.register(task, 1, claims[1], metadata), id);
        IModelRegistry.Model memory model = registry.model(id);
        assertEq(model.task, task);
        assertEq(model.round, 1);
        assertEq(model.registeredAt, block.timestamp);
        assertEq(model.parent, _id(0));
        assertEq(model.modelRoot, claims[1].modelRoot);
        assertEq(model.evidence, claims[1].evidence);
        assertEq(abi.encode(model.metadata), abi.encode(metadata));
        assertEq(registry.idOf(task, 1), id);
        assertEq(registry.model(_id(0)).modelRoot, keccak256("model"));
    }

    function test_register_byWhom() public {
        bytes32 id = _post(op);
        _finalize();
        _register(0);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotRegistrar.selector, rival.key, op.owner));
        vm.prank(rival.key);
        registry.register(task, 1, claims[1], metadata);
        vm.prank(op.owner);
        assertEq(registry.register(task, 1, claims[1], metadata), id);
    }

    function test_register_once() public {
        _post(op);
        _finalize();
        _register(0);
        _register(1);
        _refuses(0, abi.encodeWithSelector(IModelRegistry.AlreadyRegistered.selector, _id(0)));
        _refuses(1, abi.encodeWithSelector(IModelRegistry.AlreadyRegistered.selector, _id(1)));
    }

    function test_register_parentFirst() public {
        _post(op);
        _finalize();
        _refuses(1, abi.encodeWithSelector(IModelRegistry.ParentMissing.selector, _id(0)));
    }

    function test_register_metadata() public {
        _post(op);
        _finalize();
        _register(0);
        metadata.licence = 0;
        _refuses(1, abi.encodeWithSelector(IModelRegistry.MetadataMissing.selector));
    }

    function test_register_notFinal() public {
        _register(0);
        bytes32 id = _post(op);
        _refuses(1, abi.encodeWithSelector(IModelRegistry.NotFinal.selector, task, 1, id));
        vm.prank(judge);
        ledger.reject(task, 1, watcher);
        skip(1000);
        _refuses(1, abi.encodeWithSelector(IModelRegistry.NotFinal.selector, task, 1, id));
    }

    /// Whatever one field of the claim is changed to, it is another claim.
    function testFuzz_register_onlyTheClaim(uint256 field, bytes32 value) public {
        _post(op);
        _finalize();
        _register(0);
        Claim memory claim = claims[1];
        bytes32 id = claim.hash(task, 1);
        field = bound(field, 0, 10);
        if (field == 9) value &= bytes32(uint256(type(uint128).max));
        if (field == 10) value &= bytes32(uint256(type(uint32).max));
        assembly ("memory-safe") {
            mstore(add(claim, mul(field, 32)), value)
        }
        bytes32 changed = claim.hash(task, 1);
        vm.assume(changed != id);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotFinal.selector, task, 1, changed));
        vm.prank(governance);
        registry.register(task, 1, claim, metadata);
    }

    function test_genesis_onlyThisTasks() public {
        claims[0].modelRoot = keccak256("another");
        _refuses(0, abi.encodeWithSelector(IModelRegistry.NotFinal.selector, task, 0, _id(0)));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotFinal.selector, task, 0, claims[0].parent));
        claims[0].modelRoot = keccak256("model");
        registry.witness(task, 0, claims[0]);
    }

    function test_lineage_bounds() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, bytes32("x")));
        registry.lineage("x", 1);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.PageOutOfBounds.selector, 0, 128));
        registry.lineage("x", 0);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.PageOutOfBounds.selector, 129, 128));
        registry.lineage("x", 129);
    }

    /// Rounds that the ring forgot are registered from the newest final one back, by governance.
    function test_witness_beyondTheRing() public {
        for (uint256 i = 0; i < 70; ++i) {
            _post(op);
        }
        _finalize();
        _refuses(0, abi.encodeWithSelector(IModelRegistry.NotFinal.selector, task, 0, _id(0)));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotFinal.selector, task, rounds[3], _id(3)));
        registry.witness(task, rounds[3], claims[3]);
        for (uint256 i = 8; i > 0; --i) {
            registry.witness(task, rounds[i], claims[i]);
            assertTrue(registry.witnessed(_id(i - 1)));
        }
        _register(0);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotRegistrar.selector, op.key, address(0)));
        vm.prank(op.key);
        registry.register(task, rounds[1], claims[1], metadata);
        for (uint256 i = 1; i < claims.length; ++i) {
            _register(i);
        }
        _walk(70, 128);
    }

    /// With failures, rejections and other operators, every model that was registered leads to genesis, whatever the page.
    function testFuzz_lineage(uint256 seed, uint256 limit) public {
        limit = bound(limit, 1, 128);
        for (uint256 i = 0; i < 8; ++i) {
            uint256 chance = uint256(keccak256(abi.encode(seed, i))) % 4;
            bond(op, 2 * FALSE_CLAIM);
            if (chance == 0) {
                if (ledger.current(task).state != IRoundLedger.SeatState.Empty) failRound(task);
            } else if (chance == 1 && claims.length > 2) {
                // The newest claim goes, and another operator posts its round.
                vm.prank(judge);
                ledger.reject(task, rounds[rounds.length - 1], watcher);
                claims.pop();
                rounds.pop();
                bond(rival, 2 * FALSE_CLAIM);
            }
            _post(_next());
        }
        _finalize();
        for (uint256 i = 0; i < claims.length; ++i) {
            _register(i);
        }
        _walk(claims.length - 1, limit);
    }

    /// Who has the seat, or whoever may take it first.
    function _next() private returns (Node memory) {
        address holder = ledger.current(task).operator;
        if (holder != address(0)) return holder == op.owner ? op : rival;
        (, uint256 mine) = ledger.seatFrom(task, op.owner);
        (, uint256 others) = ledger.seatFrom(task, rival.owner);
        if (block.timestamp < (mine < others ? mine : others)) vm.warp(mine < others ? mine : others);
        return mine < others ? op : rival;
    }

    function _walk(uint256 from, uint256 limit) private view {
        bytes32 next = _id(from);
        uint256 expected = from + 1;
        while (next != 0) {
            bytes32[] memory ids;
            IModelRegistry.Model[] memory models;
            (ids, models, next) = registry.lineage(next, limit);
            assertEq(ids.length, models.length);
            assertLe(ids.length, limit);
            for (uint256 i = 0; i < ids.length; ++i) {
                --expected;
                assertEq(ids[i], _id(expected));
                assertEq(models[i].round, rounds[expected]);
                assertEq(models[i].modelRoot, claims[expected].modelRoot);
                assertEq(models[i].parent, expected == 0 ? ClaimLib.hash(plainSpec()) : _id(expected - 1));
            }
        }
        assertEq(expected, 0);
    }
}
