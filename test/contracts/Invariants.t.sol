// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StdInvariant, Test} from "forge-std/Test.sol";
import {RoundHandler} from "./support/RoundHandler.sol";

/// @notice The invariants of the protocol that these contracts hold, one function each, under every order of moves that
/// `RoundHandler` can make: rejections by proof and by silence, penalties, the court, time jumps and a token that re-enters.
/// One campaign looks at all of them; the trace of a failure names the function.
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

    function _vaultBalanceIsBondsAndAllocationsAreWithinThem() private view {
        handler.assertSolvent();
    }

    function _taskReachesItsAllocationsAndNothingElse() private {
        uint256 state = vm.snapshotState();
        handler.assertAllSlashable();
        vm.revertToState(state);
    }

    function _exposedMemberCannotLeaveBeforeTheChallengeEnds() private view {
        handler.assertExposedStakeIsThere();
    }

    function _claimedIsWithinLedgerTotalIsWithinFunded() private view {
        handler.assertPaidWithinTotals();
    }

    function _rejectedClaimNeverPays() private {
        handler.assertRejectedNeverPays();
    }

    function _finalClaimIsNeverRejected() private view {
        handler.assertFinalStays();
    }

    function _slashedIsBountyPlusBurned() private view {
        assertEq(handler.slashed(), handler.bounties() + handler.burned());
        assertLe(handler.bounties(), handler.burned());
    }

    function _noParameterLeavesItsBounds() private view {
        handler.assertWithinBounds();
    }

    function _provedModelIsTheVaults() private view {
        handler.assertBooksAgree();
    }

    function _courtBalanceIsTheBondsOfOpenRequests() private view {
        handler.assertCourtHoldsOpenBonds();
    }

    function _headIsTheLastClaimThatStands() private view {
        handler.assertChainOfClaims();
    }

    function _tokenCannotReenter() private view {
        assertEq(handler.reentered(), 0);
    }

    /// All of them after every move; what takes a snapshot or many calls is looked at on every eighth.
    function invariant_everythingHoldsAfterEveryMove() public {
        _vaultBalanceIsBondsAndAllocationsAreWithinThem();
        _exposedMemberCannotLeaveBeforeTheChallengeEnds();
        _claimedIsWithinLedgerTotalIsWithinFunded();
        _slashedIsBountyPlusBurned();
        _noParameterLeavesItsBounds();
        _provedModelIsTheVaults();
        _courtBalanceIsTheBondsOfOpenRequests();
        _headIsTheLastClaimThatStands();
        _tokenCannotReenter();
        if (block.timestamp % 8 != 0) return;
        _finalClaimIsNeverRejected();
        _rejectedClaimNeverPays();
        _taskReachesItsAllocationsAndNothingElse();
    }
}
