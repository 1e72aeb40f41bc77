// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "../interfaces/IBurnableERC20.sol";

/// @notice Destroys tokens of this contract. Many tokens let only their issuer burn, and some have no `burn` at all.
library TokenBurn {
    /// @notice Nobody knows a key of this address. Tokens that cannot be burned go here.
    address internal constant DEAD = 0x000000000000000000000000000000000000dEaD;

    /// @notice Burns `amount` if the token can. Never reverts for a token with code.
    /// @return left what the token did not destroy; it has to be sent to `DEAD`
    function tryBurn(IBurnableERC20 token, uint128 amount) internal returns (uint128 left) {
        uint256 before = token.balanceOf(address(this));
        try token.burn(amount) {
            // A fallback function may accept the call and burn nothing.
            uint256 gone = before - token.balanceOf(address(this));
            return gone < amount ? uint128(amount - gone) : 0;
        } catch {
            return amount;
        }
    }
}
