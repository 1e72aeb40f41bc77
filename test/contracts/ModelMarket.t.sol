// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IBurnableERC20} from "../../contracts/interfaces/IBurnableERC20.sol";
import {IModelRegistry} from "../../contracts/interfaces/IModelRegistry.sol";
import {IPayouts} from "../../contracts/interfaces/IPayouts.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Claim, LedgerLeaf} from "../../contracts/lib/Types.sol";
import {IModelMarket} from "../../contracts/market/IModelMarket.sol";
import {HookToken, ITransferHook} from "./support/HookToken.sol";
import {MarketFixture} from "./support/MarketFixture.sol";
import {UnitToken} from "./support/UnitToken.sol";

/// offer
/// ├── model not registered, nobody earned in it, no supply, royalty too large → reverts
/// ├── caller neither founder nor governance → reverts
/// └── fixes terms and the treasury's share
/// buy
/// ├── unknown, closed, sold out, dearer than agreed, fee on transfer → reverts
/// └── holds the price
/// activate
/// ├── without a licence → reverts
/// └── makes the price revenue, and a grant that nobody can take
/// revoke
/// ├── not governance, nothing, more than the holder has → reverts
/// └── owes the holder the price
/// claimRevenue
/// ├── wrong claim, leaf, slot → reverts
/// ├── nothing new → reverts
/// ├── leaves add up to more than the total → pays no more than the revenue
/// └── pays the share of all revenue, once
contract ModelMarketTest is MarketFixture, ITransferHook {
    using ClaimLib for Claim;

    bytes private attack;
    bytes private refusal;

    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new HookToken()));
    }

    function onTransfer(address, address, uint256) external {
        if (attack.length == 0) return;
        (bool done, bytes memory answer) = address(market).call(attack);
        assertFalse(done, "re-entered");
        refusal = answer;
    }

    function _refuses(bytes memory reason, IModelMarket.Terms memory terms_) private {
        vm.expectRevert(reason);
        market.offer(task, round, claim, terms_);
    }

    function test_offer_refusals() public {
        IModelMarket.Terms memory bad = terms(1 ether);
        bad.supply = 0;
        _refuses(abi.encodeWithSelector(IModelMarket.ZeroAmount.selector), bad);
        bad = terms(1 ether);
        bad.royaltyBps = 1001;
        _refuses(abi.encodeWithSelector(IModelMarket.ShareTooLarge.selector, 1001, 1000), bad);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotSeller.selector, op.owner, address(this)));
        vm.prank(op.owner);
        market.offer(task, round, claim, terms(1 ether));
        bytes32 genesisId = genesis().hash(task, 0);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NobodyEarned.selector, genesisId));
        market.offer(task, 0, genesis(), terms(1 ether));
        Claim memory other = claim;
        other.ledgerTotal = 1;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, other.hash(task, round)));
        market.offer(task, round, other, terms(1 ether));
    }

    function test_offer_fixesTheTerms() public {
        vm.prank(governance);
        market.setTreasury(treasury, 1000);
        vm.expectEmit(address(market));
        emit IModelMarket.Offered(1, model, address(this), 1000, terms(1 ether));
        uint256 id = offer(1 ether);
        vm.prank(governance);
        market.setTreasury(treasury, 2000);
        IModelMarket.Offer memory made = market.offerOf(id);
        assertEq(made.treasuryBps, 1000);
        assertEq(made.model, model);
        assertEq(abi.encode(made.terms), abi.encode(terms(1 ether)));
        vm.prank(governance);
        assertEq(market.offer(task, round, claim, terms(2 ether)), 2);
        assertEq(market.offerOf(2).treasuryBps, 2000);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.UnknownOffer.selector, 3, 2));
        market.offerOf(3);
    }

    function test_setTreasury() public {
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotGovernance.selector, address(this), governance));
        market.setTreasury(treasury, 1);
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.ShareTooLarge.selector, 2001, 2000));
        market.setTreasury(treasury, 2001);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.ShareTooLarge.selector, 1, 0));
        market.setTreasury(address(0), 1);
        market.setTreasury(treasury, 2000);
        (address account, uint16 bps) = market.treasury();
        assertEq(account, treasury);
        assertEq(bps, 2000);
    }

    function test_buy_holdsThePrice() public {
        uint256 id = offer(3 ether);
        assertEq(buy(buyer, id, 2), 6 ether);
        assertEq(token.balanceOf(address(market)), 6 ether);
        assertEq(market.balanceOf(buyer, id), 2);
        (uint128 total,) = market.revenueOf(model);
        assertEq(total, 0);
        assertEq(market.owedTotal(), 0);
        assertFalse(market.isLicensed(1, buyer, model));
    }

    function test_buy_refusals() public {
        uint256 id = offer(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.ZeroAmount.selector));
        market.buy(id, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.UnknownOffer.selector, 0, 1));
        market.buy(0, 1, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.TooDear.selector, 1 ether, 1 ether - 1));
        market.buy(id, 1, 1 ether - 1);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.SoldOut.selector, 1_000_001, 1_000_000));
        market.buy(id, 1_000_001, type(uint128).max);
        mint(address(this), 100 ether);
        token.approve(address(market), 100 ether);
        HookToken(address(token)).setFee(100);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.ShortTransfer.selector, 0.99 ether, 1 ether));
        market.buy(id, 1, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.ShortTransfer.selector, 0.99 ether, 1 ether));
        market.contribute(task, round, claim, 1 ether);
        HookToken(address(token)).setFee(0);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotSeller.selector, buyer, address(this)));
        vm.prank(buyer);
        market.close(id);
        market.close(id);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.OfferClosed.selector, id));
        market.buy(id, 1, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.OfferClosed.selector, id));
        market.close(id);
    }

    function test_activate_makesThePriceRevenue() public {
        vm.prank(governance);
        market.setTreasury(treasury, 1000);
        uint256 id = offer(10 ether);
        buy(buyer, id, 1);
        vm.expectEmit(address(market));
        emit IModelMarket.Earned(model, 9 ether, 1 ether);
        vm.expectEmit(address(market));
        emit IModelMarket.Activated(1, id, buyer, watcher, uint40(block.timestamp + 30 days), 1000);
        vm.prank(buyer);
        uint256 grant = market.activate(id, watcher);
        assertEq(market.balanceOf(buyer, id), 0);
        assertEq(market.owed(treasury), 1 ether);
        IModelMarket.Grant memory given = market.grantOf(grant);
        assertEq(given.model, model);
        assertEq(given.server, watcher);
        assertEq(given.uses, 1000);
        assertTrue(market.isLicensed(grant, buyer, model));
        assertFalse(market.isLicensed(grant, watcher, model));
        assertFalse(market.isLicensed(grant, buyer, "another"));
        skip(30 days - 1);
        assertTrue(market.isLicensed(grant, buyer, model));
        skip(1);
        assertFalse(market.isLicensed(grant, buyer, model));
        assertFalse(market.isLicensed(7, address(0), 0));
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.UnknownGrant.selector, 2, 1));
        market.grantOf(2);
    }

    function test_activate_withoutALicence() public {
        uint256 id = offer(1 ether);
        buy(buyer, id, 1);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InsufficientBalance.selector, watcher, 0, 1, id));
        vm.prank(watcher);
        market.activate(id, address(0));
    }

    function test_activate_withoutEnd() public {
        IModelMarket.Terms memory forever = terms(1 ether);
        forever.term = 0;
        uint256 id = market.offer(task, round, claim, forever);
        buy(buyer, id, 1);
        uint256 grant = activate(buyer, id);
        skip(10_000 days);
        assertTrue(market.isLicensed(grant, buyer, model));
    }

    /// Governance cannot gain by a revocation, and cannot revoke what is in use.
    function test_revoke_onlyBeforeUse() public {
        uint256 id = offer(2 ether);
        buy(buyer, id, 3);
        uint256 grant = activate(buyer, id);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotGovernance.selector, address(this), governance));
        market.revoke(id, buyer, 1, "breach");
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.ZeroAmount.selector));
        market.revoke(id, buyer, 0, "breach");
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InsufficientBalance.selector, buyer, 2, 3, id));
        market.revoke(id, buyer, 3, "breach");
        vm.expectEmit(address(market));
        emit IModelMarket.Revoked(id, buyer, 2, 4 ether, "breach");
        market.revoke(id, buyer, 2, "breach");
        vm.stopPrank();
        assertTrue(market.isLicensed(grant, buyer, model));
        assertEq(market.collect(buyer), 4 ether);
        assertEq(token.balanceOf(buyer), 4 ether);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingOwed.selector, buyer));
        market.collect(buyer);
        assertEq(token.balanceOf(address(market)), 2 ether);
    }

    function test_claimRevenue_sharesByTheLedger() public {
        uint256 id = offer(7 ether);
        buy(buyer, id, 2);
        activate(buyer, id);
        vm.expectEmit(address(market));
        emit IModelMarket.RevenueClaimed(model, nodes[1].owner, 2 ether, 2 ether);
        assertEq(claimFor(1), 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NothingToClaim.selector, 2 ether, 2 ether));
        claimFor(1);
        activate(buyer, id);
        assertEq(claimFor(1), 2 ether);
        assertEq(claimFor(0), 2 ether);
        assertEq(claimFor(2), 8 ether);
        assertEq(token.balanceOf(nodes[2].owner), 8 ether);
        assertEq(token.balanceOf(address(market)), 0);
    }

    function test_contribute() public {
        mint(address(this), 7 ether);
        token.approve(address(market), 7 ether);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.ZeroAmount.selector));
        market.contribute(task, round, claim, 0);
        market.contribute(task, round, claim, 7 ether);
        (uint128 total, uint128 paid) = market.revenueOf(model);
        assertEq(total, 7 ether);
        assertEq(paid, 0);
        assertEq(claimFor(2), 4 ether);
    }

    function test_claimRevenue_refusals() public {
        uint256 id = offer(7 ether);
        buy(buyer, id, 1);
        activate(buyer, id);
        LedgerLeaf memory leaf = leafAt(1);
        bytes32[10] memory proof = proof10(leaves, 1);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.SlotOutOfRange.selector, 1025, 1024));
        market.claimRevenue(task, round, claim, leaf, 1025, proof);
        leaf.reward += 1;
        vm.expectPartialRevert(IModelMarket.WrongProof.selector);
        market.claimRevenue(task, round, claim, leaf, 1, proof);
        // A claim of one's own making has its own, empty revenue.
        Claim memory forged = claim;
        leaf.reward = 7 ether;
        bytes32[] memory mine = new bytes32[](2);
        mine[1] = ClaimLib.hash(leaf);
        forged.ledgerRoot = _rootOf(mine);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NothingToClaim.selector, 0, 0));
        market.claimRevenue(task, round, forged, leaf, 1, proof10(mine, 1));
    }

    /// Leaves of a false ledger add up to more than its total: the market never pays more than the revenue.
    function test_claimRevenue_neverMoreThanTheRevenue() public {
        rewards[0] = 100 ether;
        rewards[1] = 6 ether;
        leaves = ledgerTree(nodes, rewards);
        vm.warp(ledger.current(task).commitEnd);
        Claim memory next = nextClaim(task, 0);
        (next.ledgerRoot, next.ledgerTotal) = (_rootOf(leaves), 7 ether);
        round = postAs(op, task, next);
        claim = next;
        vm.warp(ledger.round(task, round).challengeEnd);
        vm.prank(governance);
        registry.register(task, round, claim, IModelRegistry.Metadata("datasets", "code", "licence", 0));
        uint256 id = offer(7 ether);
        buy(buyer, id, 2);
        activate(buyer, id);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.ExceedsRevenue.selector, 100 ether, 7 ether));
        claimFor(0);
        assertEq(claimFor(1), 6 ether);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.ExceedsRevenue.selector, 10 ether, 7 ether));
        claimFor(2);
        // The price of the licence that nobody uses yet is still there.
        assertGe(token.balanceOf(address(market)), 7 ether);
    }

    function test_reentrancy() public {
        uint256 id = offer(7 ether);
        buy(buyer, id, 3);
        activate(buyer, id);
        HookToken(address(token)).setHook(this);
        attack = abi.encodeCall(
            IModelMarket.claimRevenue, (task, round, claim, leafAt(1), 1, proof10(leaves, 1))
        );
        claimFor(1);
        assertEq(bytes4(refusal), bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        attack = abi.encodeCall(IModelMarket.buy, (id, 1, 7 ether));
        buy(buyer, id, 1);
        assertEq(bytes4(refusal), bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        vm.prank(governance);
        market.revoke(id, buyer, 1, "breach");
        attack = abi.encodeCall(IPayouts.collect, (buyer));
        market.collect(buyer);
        assertEq(bytes4(refusal), bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        assertEq(token.balanceOf(nodes[1].owner), 2 ether);
    }

    function test_royalty() public {
        uint256 id = offer(1 ether);
        (address receiver, uint256 royalty) = market.royaltyInfo(id, 3 ether);
        assertEq(royalty, 0);
        vm.prank(governance);
        market.setTreasury(treasury, 0);
        (receiver, royalty) = market.royaltyInfo(id, 3 ether);
        assertEq(receiver, treasury);
        assertEq(royalty, 0.15 ether);
        market.royaltyInfo(id, type(uint256).max);
        assertTrue(market.supportsInterface(type(IERC2981).interfaceId));
        assertTrue(market.supportsInterface(type(IERC1155).interfaceId));
    }

    /// Whatever the prices are, shares are in proportion to rewards, rounded down, and the treasury's share is too.
    function testFuzz_shares(uint128 price, uint16 bps, uint8 uses) public {
        price = uint128(bound(price, 0, 1e30));
        uses = uint8(bound(uses, 1, 20));
        vm.prank(governance);
        market.setTreasury(treasury, uint16(bps = uint16(bound(bps, 0, 2000))));
        uint256 id = offer(price);
        buy(buyer, id, uses);
        for (uint256 i = 0; i < uses; ++i) {
            activate(buyer, id);
        }
        uint256 toTreasury = uint256(price) * bps / 10_000 * uses;
        assertEq(market.owed(treasury), toTreasury);
        uint256 shared = uint256(price) * uses - toTreasury;
        uint256 paid;
        for (uint256 i = 0; i < 3; ++i) {
            uint256 share = shared * rewards[i] / 7 ether;
            if (share > 0) assertEq(claimFor(i), share);
            paid += share;
        }
        assertLt(shared - paid, 3);
        assertEq(token.balanceOf(address(market)), toTreasury + shared - paid);
    }

    function _rootOf(bytes32[] memory tree) private pure returns (bytes32 root) {
        bytes32[10] memory proof = proof10(tree, 0);
        root = tree[0];
        for (uint256 i = 0; i < 10; ++i) {
            root = keccak256(abi.encodePacked(root, proof[i]));
        }
    }
}

/// A token of 6 decimals: prices of millionths are shared to the last unit.
contract ModelMarketUnitsTest is MarketFixture {
    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new UnitToken(6, "USD")));
    }

    function test_shares_ofSixDecimals() public {
        vm.prank(governance);
        market.setTreasury(treasury, 333);
        uint256 id = offer(1_000_003);
        buy(buyer, id, 1);
        activate(buyer, id);
        // 33,300.0999 rounds down; 966,703 are shared 1 : 2 : 4, each rounded down.
        assertEq(market.owed(treasury), 33_300);
        assertEq(claimFor(0), 138_100);
        assertEq(claimFor(1), 276_200);
        assertEq(claimFor(2), 552_401);
        assertEq(token.balanceOf(address(market)), 33_300 + 2);
    }
}
