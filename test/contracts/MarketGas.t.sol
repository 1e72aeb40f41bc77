// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MarketFixture} from "./support/MarketFixture.sol";

/// @notice Gas of whole transactions of the market, each on cold storage. docs/market.md has the table.
/// forge-config: default.isolate = true
contract MarketGasTest is MarketFixture {
    function test_market() public {
        vm.prank(governance);
        market.setTreasury(treasury, 1000);
        uint256 id = offer(7 ether);
        vm.snapshotGasLastCall("ModelMarket", "offer");
        buy(watcher, id, 1);
        mint(buyer, 14 ether);
        vm.startPrank(buyer);
        token.approve(address(market), 14 ether);
        market.buy(id, 2, 14 ether);
        vm.snapshotGasLastCall("ModelMarket", "buy");
        market.activate(id, address(0));
        vm.snapshotGasLastCall("ModelMarket", "activate, the first of the model");
        market.activate(id, address(0));
        vm.snapshotGasLastCall("ModelMarket", "activate");
        vm.stopPrank();
        claimFor(0);
        vm.snapshotGasLastCall("ModelMarket", "claimRevenue, for the first time");
        activate(watcher, id);
        claimFor(0);
        vm.snapshotGasLastCall("ModelMarket", "claimRevenue");
        market.collect(treasury);
        vm.snapshotGasLastCall("ModelMarket", "collect");
    }
}
