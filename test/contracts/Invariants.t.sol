// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StdInvariant, Test} from "forge-std/Test.sol";
import {RoundHandler} from "./support/RoundHandler.sol";

/// @notice The invariants of the protocol that these contracts hold, one test each, under every order of moves that
/// `RoundHandler` can make.
contract InvariantsTest is StdInvariant, Test {
    RoundHandler private handler;

    function setUp() public {
        handler = new RoundHandler();
        bytes4[] memory moves = new bytes4[](14);
        moves[0] = RoundHandler.bondMore.selector;
        moves[1] = RoundHandler.requestUnbond.selector;
        moves[2] = RoundHandler.withdraw.selector;
        moves[3] = RoundHandler.pass.selector;
        moves[4] = RoundHandler.rotateKeys.selector;
        moves[5] = RoundHandler.voidRound.selector;
        moves[6] = RoundHandler.finalize.selector;
        moves[7] = RoundHandler.reject.selector;
        moves[8] = RoundHandler.slashAny.selector;
        moves[9] = RoundHandler.addFunds.selector;
        moves[10] = RoundHandler.collect.selector;
        moves[11] = RoundHandler.govern.selector;
        // Rounds are what drives the rest: more of them.
        moves[12] = RoundHandler.post.selector;
        moves[13] = RoundHandler.post.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: moves}));
    }

    function invariant_vaultBalanceIsBondsPlusUnbonding() public view {
        handler.assertSolvent();
    }

    function invariant_unbondingStakeStaysSlashableUntilItLeaves() public {
        uint256 state = vm.snapshotState();
        handler.assertAllSlashable();
        vm.revertToState(state);
    }

    function invariant_exposedMemberCannotLeaveBeforeTheChallengeEnds() public view {
        handler.assertExposedStakeIsThere();
    }

    function invariant_claimedIsWithinLedgerTotalIsWithinFunded() public view {
        handler.assertPaidWithinTotals();
    }

    function invariant_rejectedClaimNeverPays() public {
        handler.assertRejectedNeverPays();
    }

    function invariant_finalClaimIsNeverRejected() public view {
        handler.assertFinalStays();
    }

    function invariant_slashedIsBountyPlusBurned() public view {
        assertEq(handler.slashed(), handler.bounties() + handler.burned());
        assertLe(handler.bounties(), handler.burned());
    }

    function invariant_noParameterLeavesItsBounds() public view {
        handler.assertWithinBounds();
    }

    function invariant_headIsTheLastClaimThatStands() public view {
        handler.assertChainOfClaims();
    }

    function invariant_tokenCannotReenter() public view {
        assertEq(handler.reentered(), 0);
    }
}
