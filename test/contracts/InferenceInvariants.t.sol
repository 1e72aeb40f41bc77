// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StdInvariant, Test} from "forge-std/Test.sol";
import {InferenceHandler} from "./support/InferenceHandler.sol";

/// @notice Deposits, bonds and channels under random moves of honest and lying servers.
contract InferenceInvariantsTest is StdInvariant, Test {
    InferenceHandler private handler;

    function setUp() public {
        handler = new InferenceHandler();
        targetContract(address(handler));
        bytes4[] memory moves = new bytes4[](16);
        moves[0] = InferenceHandler.put.selector;
        moves[1] = InferenceHandler.leave.selector;
        moves[2] = InferenceHandler.withdraw.selector;
        moves[3] = InferenceHandler.serve.selector;
        moves[4] = InferenceHandler.askHonest.selector;
        moves[5] = InferenceHandler.askLiar.selector;
        moves[6] = InferenceHandler.proveDouble.selector;
        moves[7] = InferenceHandler.pass.selector;
        moves[8] = InferenceHandler.expire.selector;
        moves[9] = InferenceHandler.open_.selector;
        moves[10] = InferenceHandler.topUp.selector;
        moves[11] = InferenceHandler.requestClose.selector;
        moves[12] = InferenceHandler.raise.selector;
        moves[13] = InferenceHandler.close.selector;
        moves[14] = InferenceHandler.finish.selector;
        moves[15] = InferenceHandler.collect.selector;
        targetSelector(FuzzSelector({addr: address(handler), selectors: moves}));
    }

    /// Deposits, bonds of open questions and debts are all there, and nothing else is.
    function _solvency() private view {
        (uint256 ofBook, uint256 ofChannels) = handler.balances();
        uint256 bonds = handler.questions() * handler.bookAddress().BOND();
        assertEq(ofBook, handler.deposits() + bonds + handler.bookAddress().owedTotal());
        assertEq(ofChannels, handler.inChannels() + handler.channelsAddress().owedTotal());
    }

    /// A server that posts what it signs and answers in time loses nothing, whatever others do.
    function _honestServersLoseNothing() private view {
        assertEq(handler.bookAddress().standing(handler.honest()).deposit, handler.honestDeposit());
    }

    /// All of them after every move. The trace of a failure names the function.
    function invariant_everythingHoldsAfterEveryMove() public view {
        _solvency();
        _honestServersLoseNothing();
    }
}
