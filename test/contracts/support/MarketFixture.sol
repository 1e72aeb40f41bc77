// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../../../contracts/interfaces/IModelRegistry.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {MerkleTree} from "../../../contracts/lib/MerkleTree.sol";
import {Claim, LedgerLeaf} from "../../../contracts/lib/Types.sol";
import {IModelMarket} from "../../../contracts/market/IModelMarket.sol";
import {Fixture} from "./Fixture.sol";
import {SparseTree} from "./SparseTree.sol";

/// @notice A final, registered model whose ledger pays three members, and a market of it.
abstract contract MarketFixture is Fixture {
    using ClaimLib for Claim;

    IModelRegistry internal registry;
    IModelMarket internal market;
    Node internal op;
    Node[] internal nodes;
    uint256 internal task;
    uint64 internal round;
    Claim internal claim;
    bytes32 internal model;
    bytes32[] internal leaves;
    uint128[] internal rewards;
    address internal treasury = makeAddr("treasury");
    address internal buyer = makeAddr("buyer");

    function setUp() public virtual override {
        super.setUp();
        registry = IModelRegistry(vm.deployCode("ModelRegistry.sol", abi.encode(ledger)));
        market = IModelMarket(vm.deployCode("ModelMarket.sol", abi.encode(registry, token)));
        op = operator("operator");
        nodes.push(member("a", BOND));
        nodes.push(member("b", BOND));
        nodes.push(member("c", BOND));
        skip(1);
        task = createTask(op);
        rewards.push(1 ether);
        rewards.push(2 ether);
        rewards.push(4 ether);
        leaves = ledgerTree(nodes, rewards);
        vm.warp(ledger.current(task).commitEnd);
        claim = nextClaim(task, 0);
        (claim.ledgerRoot, claim.ledgerTotal) = (SparseTree.root(leaves, 10), 7 ether);
        round = postAs(op, task, claim);
        model = claim.hash(task, round);
        vm.warp(ledger.round(task, round).challengeEnd);
        vm.startPrank(governance);
        registry.registerGenesis(task, genesis());
        registry.register(task, round, claim, IModelRegistry.Metadata("datasets", "code", "licence", "weights"));
        vm.stopPrank();
    }

    function genesis() internal pure returns (Claim memory first) {
        first.parent = ClaimLib.hash(plainSpec());
        first.modelRoot = keccak256("model");
        first.ledgerRoot = MerkleTree.EMPTY_10;
    }

    function terms(uint128 price) internal pure returns (IModelMarket.Terms memory) {
        return IModelMarket.Terms({price: price, term: 30 days, uses: 1000, supply: 1_000_000, royaltyBps: 500});
    }

    /// An offer of the founder, which is this contract.
    function offer(uint128 price) internal returns (uint256 id) {
        return market.offer(task, round, claim, terms(price));
    }

    function buy(address account, uint256 id, uint64 amount) internal returns (uint128 cost) {
        uint128 price = market.offerOf(id).terms.price;
        mint(account, uint256(price) * amount);
        vm.startPrank(account);
        token.approve(address(market), uint256(price) * amount);
        cost = market.buy(id, amount, price * amount);
        vm.stopPrank();
    }

    function activate(address account, uint256 id) internal returns (uint256 grant) {
        vm.prank(account);
        return market.activate(id, address(0));
    }

    function leafAt(uint256 slot) internal view returns (LedgerLeaf memory) {
        return leafOf(nodes[slot].owner, rewards[slot]);
    }

    function claimFor(uint256 slot) internal returns (uint128) {
        return market.claimRevenue(task, round, claim, leafAt(slot), slot, proof10(leaves, slot));
    }
}
