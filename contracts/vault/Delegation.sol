// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {StakeVotes} from "./StakeVotes.sol";

/// @dev Behaviour: see `IStakeVotes`. Moves an account's votes from one delegate to another.
abstract contract Delegation is StakeVotes {
    using Checkpoints for Checkpoints.Trace208;

    bytes32 private constant _DELEGATION = keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)");

    function delegate(address delegatee) external {
        _delegate(msg.sender, delegatee);
    }

    function delegateBySig(address delegatee, uint256 nonce, uint256 expiry, uint8 v, bytes32 r, bytes32 s) external {
        if (block.timestamp > expiry) revert VotesExpiredSignature(expiry);
        address owner_ = ECDSA.recover(_digest(keccak256(abi.encode(_DELEGATION, delegatee, nonce, expiry))), v, r, s);
        VotesStorage storage $ = _votes();
        uint256 expected = $.nonces[owner_];
        if (nonce != expected) revert WrongNonce(owner_, nonce, expected);
        $.nonces[owner_] = expected + 1;
        _delegate(owner_, delegatee);
    }

    function _delegate(address owner_, address to) private {
        if (to == address(0)) revert ZeroDelegate();
        VotesStorage storage $ = _votes();
        address from = _delegateOf($, owner_);
        emit DelegateChanged(owner_, from, to);
        if (from == to) return;

        $.delegatee[owner_] = to;
        _markDelegated(owner_);
        _markDelegated(to);
        uint208 stake = _stakeHistory(owner_).latest();
        // INVARIANT: all votes together are all stake. Stake leaves one delegate and reaches the other in the same
        // second.
        if (from == owner_) {
            $.away[owner_].push(uint48(block.timestamp), _AWAY);
            _noteOwn($, owner_, stake, 0);
        } else {
            _receive($, from, stake, 0);
        }
        if (to == owner_) {
            $.away[owner_].push(uint48(block.timestamp), _HOME);
            _noteOwn($, owner_, 0, stake);
        } else {
            _receive($, to, 0, stake);
        }
    }

    function _noteOwn(VotesStorage storage $, address owner_, uint208 previous, uint208 next) private {
        if (previous == next) return;
        uint208 received = $.received[owner_].latest();
        emit DelegateVotesChanged(owner_, received + previous, received + next);
    }
}
