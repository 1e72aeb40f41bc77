// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../../../contracts/interfaces/IModelRegistry.sol";
import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {Claim, MemberLeaf} from "../../../contracts/lib/Types.sol";
import {IDataGrants} from "../../../contracts/market/IDataGrants.sol";
import {Fixture} from "./Fixture.sol";
import {SparseTree} from "./SparseTree.sol";

/// @notice A task of three members whose rounds have a row of each, and grants of data sets for it.
abstract contract GrantsFixture is Fixture {
    using ClaimLib for Claim;

    uint40 internal constant SETTLEMENT = 1 days;

    IModelRegistry internal registry;
    IDataGrants internal grants;
    Node internal op;
    Node[] internal nodes;
    uint256 internal task;
    address internal hospital = makeAddr("hospital");
    address internal clinic = makeAddr("clinic");
    /// Rows of every round: the update of the third member is unavailable.
    bytes32[] internal rows;

    function setUp() public virtual override {
        super.setUp();
        registry = IModelRegistry(vm.deployCode("ModelRegistry.sol", abi.encode(ledger)));
        grants = IDataGrants(vm.deployCode("DataGrants.sol", abi.encode(registry, token, SETTLEMENT)));
        op = operator("operator");
        nodes.push(member("a", BOND));
        nodes.push(member("b", BOND));
        nodes.push(member("c", BOND));
        skip(1);
        task = createTask(op);
        for (uint256 i = 0; i < 3; ++i) {
            rows.push(ClaimLib.hash(rowOf(i)));
        }
    }

    function rowOf(uint256 i) internal view returns (MemberLeaf memory leaf) {
        leaf.member = nodes[i].owner;
        leaf.slot = uint32(i);
        leaf.weight = BOND;
        if (i != 2) leaf.updateRoot = keccak256(abi.encode("update", i));
    }

    function proof7(uint256 row) internal view returns (bytes32[7] memory proof) {
        bytes32[] memory path = SparseTree.proof(rows, row, 7);
        for (uint256 i = 0; i < 7; ++i) {
            proof[i] = path[i];
        }
    }

    /// Posts the next round, with a row of every member. A round whose time is over fails first.
    function play() internal virtual returns (uint64 round, Claim memory claim) {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        if (open.state != IRoundLedger.SeatState.Empty && block.timestamp >= endOf(task)) ledger.fail(task, open.round);
        if (ledger.current(task).state == IRoundLedger.SeatState.Empty) {
            (, uint256 from) = ledger.seatFrom(task, op.owner);
            if (block.timestamp < from) vm.warp(from);
            takeSeat(op, task);
        }
        uint256 end = ledger.current(task).commitEnd;
        if (block.timestamp < end) vm.warp(end);
        claim = nextClaim(task, 3);
        claim.membersRoot = SparseTree.root(rows, 7);
        round = postAs(op, task, claim);
    }

    function settle(uint64 round) internal {
        uint256 end = ledger.round(task, round).challengeEnd;
        if (block.timestamp < end) vm.warp(end);
    }

    function register(address owner, bytes32 root) internal returns (bytes32) {
        vm.prank(owner);
        return grants.register(root, "research only");
    }

    /// For an hour.
    function give(bytes32 dataSet, uint256 member_, uint128 price) internal returns (bytes32) {
        vm.prank(grants.dataSetOf(dataSet).owner);
        return grants.grant(dataSet, task, nodes[member_].owner, uint40(block.timestamp + 1 hours), price);
    }

    function pay(bytes32 grant_, uint128 amount) internal {
        mint(address(this), amount);
        token.approve(address(grants), amount);
        grants.fund(grant_, amount);
    }

    function charge(bytes32 grant_, uint64 round, Claim memory claim, uint256 row) internal {
        grants.charge(grant_, round, claim, rowOf(row), row, proof7(row));
    }

    /// Whether the first member was granted by the hospital.
    function ran(uint256 time) internal view returns (bool) {
        address[] memory owners = new address[](1);
        owners[0] = hospital;
        return grants.grantedAt(owners, task, members(), uint40(time)) & 1 == 1;
    }

    function members() internal view returns (address[] memory all) {
        all = new address[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            all[i] = nodes[i].owner;
        }
    }
}
