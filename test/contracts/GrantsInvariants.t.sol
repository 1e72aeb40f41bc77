// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IBurnableERC20} from "../../contracts/interfaces/IBurnableERC20.sol";
import {IDataGrants} from "../../contracts/market/IDataGrants.sol";
import {GrantsHandler} from "./support/GrantsHandler.sol";

/// @notice Money and memory of the grants under random grants, payments, rounds, revocations and jumps of time.
contract GrantsInvariantsTest is Test {
    GrantsHandler private handler;
    IDataGrants private grants;
    IBurnableERC20 private token;

    function setUp() public {
        handler = new GrantsHandler();
        handler.setUp();
        (grants, token) = handler.contracts();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](9);
        selectors[0] = GrantsHandler.grant.selector;
        selectors[1] = GrantsHandler.payIn.selector;
        selectors[2] = GrantsHandler.revoke.selector;
        selectors[3] = GrantsHandler.playRound.selector;
        selectors[4] = GrantsHandler.chargeAll.selector;
        selectors[5] = GrantsHandler.refund.selector;
        selectors[6] = GrantsHandler.collect.selector;
        selectors[7] = GrantsHandler.ask.selector;
        selectors[8] = GrantsHandler.pass.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// What is left of grants and what is owed are all there, and nothing else is.
    function _solvency() private view {
        assertEq(token.balanceOf(address(grants)), handler.left() + grants.owedTotal());
    }

    function _conservation() private view {
        assertEq(token.balanceOf(address(grants)), handler.paidIn() - handler.paidOut());
    }

    /// All of them after every move; the handler checks that no round is paid twice or refused when it is due.
    function invariant_everythingHoldsAfterEveryMove() public view {
        _solvency();
        _conservation();
        handler.requirePastUnchanged();
    }

    function afterInvariant() public {
        emit log_named_uint("charges", handler.charges());
        emit log_named_uint("earned", handler.earned());
    }
}
