// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StdInvariant, Test} from "forge-std/Test.sol";
import {RoundHandler} from "./support/RoundHandler.sol";

/// @notice The invariants of the protocol that these contracts hold, one test each, under every order of moves that
/// `RoundHandler` can make: rejections by proof and by silence, penalties, the court, time jumps and a token that re-enters.
/// Each has a short campaign of its own, which tells what broke; all of them share the long one at the end.
contract InvariantsTest is StdInvariant, Test {
    RoundHandler private handler;

    function setUp() public {
        handler = new RoundHandler();
        bytes4[] memory moves = new bytes4[](27);
        moves[0] = RoundHandler.bondMore.selector;
        moves[1] = RoundHandler.leaveTask.selector;
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
        moves[14] = RoundHandler.penalise.selector;
        moves[15] = RoundHandler.ask.selector;
        moves[16] = RoundHandler.ask.selector;
        moves[17] = RoundHandler.answer.selector;
        moves[18] = RoundHandler.close.selector;
        moves[19] = RoundHandler.takeSeat.selector;
        moves[20] = RoundHandler.sealRound.selector;
        moves[21] = RoundHandler.sealRound.selector;
        moves[22] = RoundHandler.failRound.selector;
        moves[23] = RoundHandler.openWaiting.selector;
        moves[24] = RoundHandler.allocate.selector;
        moves[25] = RoundHandler.allocate.selector;
        moves[26] = RoundHandler.release.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: moves}));
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_vaultBalanceIsBondsAndAllocationsAreWithinThem() public view {
        handler.assertSolvent();
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_taskReachesItsAllocationsAndNothingElse() public {
        uint256 state = vm.snapshotState();
        handler.assertAllSlashable();
        vm.revertToState(state);
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_exposedMemberCannotLeaveBeforeTheChallengeEnds() public view {
        handler.assertExposedStakeIsThere();
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_claimedIsWithinLedgerTotalIsWithinFunded() public view {
        handler.assertPaidWithinTotals();
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_rejectedClaimNeverPays() public {
        handler.assertRejectedNeverPays();
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_finalClaimIsNeverRejected() public view {
        handler.assertFinalStays();
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_slashedIsBountyPlusBurned() public view {
        assertEq(handler.slashed(), handler.bounties() + handler.burned());
        assertLe(handler.bounties(), handler.burned());
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_noParameterLeavesItsBounds() public view {
        handler.assertWithinBounds();
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_provedModelIsTheVaults() public view {
        handler.assertBooksAgree();
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_courtBalanceIsTheBondsOfOpenRequests() public view {
        handler.assertCourtHoldsOpenBonds();
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_headIsTheLastClaimThatStands() public view {
        handler.assertChainOfClaims();
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 64
    function invariant_tokenCannotReenter() public view {
        assertEq(handler.reentered(), 0);
    }

    /// All of them after every move, in the full number of runs: what takes a snapshot or many calls is looked at on every
    /// eighth.
    function invariant_everythingHoldsAfterEveryMove() public {
        invariant_vaultBalanceIsBondsAndAllocationsAreWithinThem();
        invariant_exposedMemberCannotLeaveBeforeTheChallengeEnds();
        invariant_claimedIsWithinLedgerTotalIsWithinFunded();
        invariant_slashedIsBountyPlusBurned();
        invariant_noParameterLeavesItsBounds();
        invariant_provedModelIsTheVaults();
        invariant_courtBalanceIsTheBondsOfOpenRequests();
        invariant_headIsTheLastClaimThatStands();
        invariant_tokenCannotReenter();
        if (block.timestamp % 8 != 0) return;
        invariant_finalClaimIsNeverRejected();
        invariant_rejectedClaimNeverPays();
        invariant_taskReachesItsAllocationsAndNothingElse();
    }
}
