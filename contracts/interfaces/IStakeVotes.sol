// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/// @title StakeVotes
/// @notice The votes of bonded stake (ERC-5805), in the clock of the chain's seconds (ERC-6372, `mode=timestamp`).
///
/// One wei of stake that counts for rounds is one vote: the bond of a member with keys, a slot and at least the
/// minimum. Unbonding stake has no votes. An operator's bond has no votes either. It is the collateral of a service,
/// many times a member's minimum, and would make the operator the largest voter among the members that watch it.
///
/// An account votes with its own stake unless it delegated it, so a member votes without an extra transaction.
/// `delegates(a)` is `a` for those who never delegated. Delegated votes do not travel further: a delegate that delegates
/// gives away its own stake only.
///
/// Assumed of whoever counts votes: it asks for a past timepoint. A bond lent for one transaction has then none.
interface IStakeVotes is IERC5805 {
    /// @notice `owner`'s stake counts for its own delegate only: name yourself to vote yourself.
    error ZeroDelegate();
    /// @notice The signature is for another nonce of its signer.
    error WrongNonce(address owner, uint256 nonce, uint256 expected);

    /// @notice The next nonce of `owner` for `delegateBySig`, which signs the EIP-712 struct
    /// `Delegation(address delegatee,uint256 nonce,uint256 expiry)` in this contract's domain.
    function nonces(address owner) external view returns (uint256);
}
