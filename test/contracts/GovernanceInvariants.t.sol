// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StdInvariant, Test} from "forge-std/Test.sol";
import {VoterHandler} from "./support/VoterHandler.sol";

/// @notice What governance can never do, whatever voters propose and in whatever order (`VoterHandler`).
contract GovernanceInvariantsTest is StdInvariant, Test {
    VoterHandler private handler;

    function setUp() public {
        handler = new VoterHandler();
        bytes4[] memory moves = new bytes4[](12);
        moves[0] = VoterHandler.proposeAny.selector;
        moves[1] = VoterHandler.castVote.selector;
        moves[2] = VoterHandler.cancelAny.selector;
        moves[3] = VoterHandler.delegateTo.selector;
        moves[4] = VoterHandler.bondMore.selector;
        moves[5] = VoterHandler.leaveOrReturn.selector;
        moves[6] = VoterHandler.pass.selector;
        // Decisions that take effect are what the invariants are about: more of them.
        moves[7] = VoterHandler.decide.selector;
        moves[8] = VoterHandler.carry.selector;
        moves[9] = VoterHandler.decide.selector;
        moves[10] = VoterHandler.executeAny.selector;
        moves[11] = VoterHandler.decide.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: moves}));
    }

    function _noParameterLeavesItsBounds() private view {
        handler.assertWithinBounds();
    }

    function _timelockIsLongerThanUnbonding() private view {
        handler.assertTimelockLongerThanUnbonding();
    }

    function _allVotesTogetherAreAllStake() private view {
        handler.assertVotesAreStake();
    }

    function _bondsOfAnEntityNeverExceedItsCap() private view {
        handler.assertEntitiesWithinCaps();
    }

    /// All of them after every move. The trace of a failure names the function.
    function invariant_everythingHoldsAfterEveryMove() public view {
        _noParameterLeavesItsBounds();
        _timelockIsLongerThanUnbonding();
        _allVotesTogetherAreAllStake();
        _bondsOfAnEntityNeverExceedItsCap();
    }

    function afterInvariant() public {
        emit log_named_uint("executed", handler.executed());
        emit log_named_uint("refused", handler.rejected());
    }
}
