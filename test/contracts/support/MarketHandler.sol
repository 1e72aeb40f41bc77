// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Claim, LedgerLeaf} from "../../../contracts/lib/Types.sol";
import {IModelMarket} from "../../../contracts/market/IModelMarket.sol";
import {Token} from "./Deployed.sol";

/// @notice Random moves on a market of one model, and what they should have added up to.
contract MarketHandler is Test {
    IModelMarket public immutable market;
    address private immutable _governance;
    address private immutable _founder;
    uint256 private immutable _task;
    uint64 private immutable _round;
    Claim private _claim;
    LedgerLeaf[] private _leaves;
    bytes32[10][] private _proofs;
    address[] private _buyers;

    /// Everything that anybody paid in, and everything that left.
    uint256 public paidIn;
    uint256 public paidOut;

    constructor(
        IModelMarket market_,
        address governance_,
        uint256 task,
        uint64 round,
        Claim memory claim,
        LedgerLeaf[] memory leaves,
        bytes32[10][] memory proofs
    ) {
        (market, _governance, _founder, _task, _round, _claim) = (market_, governance_, msg.sender, task, round, claim);
        for (uint256 i = 0; i < leaves.length; ++i) {
            _leaves.push(leaves[i]);
            _proofs.push(proofs[i]);
        }
        _buyers.push(makeAddr("first"));
        _buyers.push(makeAddr("second"));
    }

    function offer(uint128 price, uint64 supply, uint32 term) external {
        IModelMarket.Terms memory terms =
            IModelMarket.Terms(uint128(bound(price, 0, 1e24)), term, 7, uint64(bound(supply, 1, 20)), 500);
        vm.prank(_founder);
        market.offer(_task, _round, _claim, terms);
    }

    function close(uint256 id) external {
        id = _any(id);
        if (id == 0 || market.offerOf(id).closed) return;
        vm.prank(_governance);
        market.close(id);
    }

    function buy(uint256 id, uint256 who, uint64 amount) external {
        id = _any(id);
        if (id == 0) return;
        IModelMarket.Offer memory made = market.offerOf(id);
        if (made.closed || made.sold == made.terms.supply) return;
        amount = uint64(bound(amount, 1, made.terms.supply - made.sold));
        address buyer = _buyer(who);
        uint256 cost = uint256(made.terms.price) * amount;
        _fund(buyer, cost);
        vm.prank(buyer);
        paidIn += market.buy(id, amount, uint128(cost));
    }

    function resell(uint256 id, uint256 who) external {
        id = _any(id);
        address from = _buyer(who);
        if (id == 0 || market.balanceOf(from, id) == 0) return;
        vm.prank(from);
        market.safeTransferFrom(from, _buyer(who + 1), id, 1, "");
    }

    function activate(uint256 id, uint256 who) external {
        id = _any(id);
        address holder = _buyer(who);
        if (id == 0 || market.balanceOf(holder, id) == 0) return;
        vm.prank(holder);
        market.activate(id, address(0));
    }

    function revoke(uint256 id, uint256 who, uint64 amount) external {
        id = _any(id);
        address holder = _buyer(who);
        if (id == 0 || market.balanceOf(holder, id) == 0) return;
        amount = uint64(bound(amount, 1, market.balanceOf(holder, id)));
        vm.prank(_governance);
        market.revoke(id, holder, amount, "breach");
    }

    function contribute(uint128 amount) external {
        amount = uint128(bound(amount, 1, 1e24));
        _fund(address(this), amount);
        market.contribute(_task, _round, _claim, amount);
        paidIn += amount;
    }

    function claimRevenue(uint256 slot) external {
        slot = bound(slot, 0, _leaves.length - 1);
        if (due(slot) == 0) return;
        paidOut += market.claimRevenue(_task, _round, _claim, _leaves[slot], slot, _proofs[slot]);
    }

    function collect(uint256 who) external {
        (address account,) = market.treasury();
        if (who % 3 != 0) account = _buyer(who);
        if (market.owed(account) == 0) return;
        paidOut += market.collect(account);
    }

    function setTreasury(uint16 bps, bool none) external {
        vm.prank(_governance);
        if (none) market.setTreasury(address(0), 0);
        else market.setTreasury(makeAddr("treasury"), uint16(bound(bps, 0, 2000)));
    }

    function pass(uint24 time) external {
        skip(time);
    }

    /// The share of a leaf that was not paid yet.
    function due(uint256 slot) public view returns (uint256) {
        (uint128 total,) = market.revenueOf(model());
        uint256 share = uint256(total) * _leaves[slot].reward / _claim.ledgerTotal;
        return share - market.revenuePaid(model(), _leaves[slot].member);
    }

    /// What unused licences cost, all together.
    function heldForLicences() external view returns (uint256 sum) {
        for (uint256 id = 1; id <= market.offers(); ++id) {
            uint256 unused = market.balanceOf(_buyers[0], id) + market.balanceOf(_buyers[1], id);
            sum += unused * market.offerOf(id).terms.price;
        }
    }

    function model() public view returns (bytes32) {
        return keccak256(abi.encode(_task, _round, _claim));
    }

    function leaves() external view returns (uint256) {
        return _leaves.length;
    }

    function _any(uint256 id) private view returns (uint256) {
        return market.offers() == 0 ? 0 : bound(id, 1, market.offers());
    }

    function _buyer(uint256 who) private view returns (address) {
        return _buyers[who % 2];
    }

    function _fund(address account, uint256 amount) private {
        Token token = Token(address(market.token()));
        token.mint(account, amount);
        vm.prank(account);
        token.approve(address(market), amount);
    }
}
