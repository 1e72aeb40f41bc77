// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "../../contracts/interfaces/IBurnableERC20.sol";
import {LedgerLeaf} from "../../contracts/lib/Types.sol";
import {HookToken} from "./support/HookToken.sol";
import {MarketFixture} from "./support/MarketFixture.sol";
import {MarketHandler} from "./support/MarketHandler.sol";

/// @notice Money of the market under random sales, activations, resales, revocations and payments.
contract MarketInvariantsTest is MarketFixture {
    MarketHandler private handler;

    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new HookToken()));
    }

    function setUp() public override {
        super.setUp();
        LedgerLeaf[] memory rows = new LedgerLeaf[](3);
        bytes32[10][] memory proofs = new bytes32[10][](3);
        for (uint256 i = 0; i < 3; ++i) {
            (rows[i], proofs[i]) = (leafAt(i), proof10(leaves, i));
        }
        handler = new MarketHandler(market, governance, task, round, claim, rows, proofs);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](11);
        selectors[0] = MarketHandler.offer.selector;
        selectors[1] = MarketHandler.close.selector;
        selectors[2] = MarketHandler.buy.selector;
        selectors[3] = MarketHandler.resell.selector;
        selectors[4] = MarketHandler.activate.selector;
        selectors[5] = MarketHandler.revoke.selector;
        selectors[6] = MarketHandler.contribute.selector;
        selectors[7] = MarketHandler.claimRevenue.selector;
        selectors[8] = MarketHandler.collect.selector;
        selectors[9] = MarketHandler.setTreasury.selector;
        selectors[10] = MarketHandler.pass.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// Prices of unused licences, unpaid revenue and debts are all there, and nothing else is.
    function _solvency() private view {
        (uint128 total, uint128 paid) = market.revenueOf(model);
        assertEq(
            token.balanceOf(address(market)), handler.heldForLicences() + total - paid + market.owedTotal()
        );
    }

    function _conservation() private view {
        assertEq(token.balanceOf(address(market)), handler.paidIn() - handler.paidOut());
    }

    /// If everybody claims, less than one wei for each leaf is left of the revenue.
    function _shares() private view {
        (uint128 total, uint128 paid) = market.revenueOf(model);
        uint256 due;
        for (uint256 i = 0; i < handler.leaves(); ++i) {
            due += handler.due(i);
        }
        assertLe(paid + due, total);
        assertLt(total - paid - due, handler.leaves());
    }

    /// All of them after every move. The trace of a failure names the function.
    function invariant_everythingHoldsAfterEveryMove() public view {
        _solvency();
        _conservation();
        _shares();
    }

    function afterInvariant() public {
        emit log_named_uint("paid in", handler.paidIn());
        emit log_named_uint("paid out", handler.paidOut());
    }
}
