// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Slashing} from "../../../contracts/vault/Slashing.sol";

/// @notice The books of `StakeVault` and the balance of its token, without keys, votes and time. `scripts/prove.ts` has the
/// compiler's model checker prove, for any number of accounts, calls and amounts, that the asserts below hold; the
/// invariant suite plays the vault and this model side by side, so the model is the vault's.
///
/// What a slash takes is computed by the vault's own code (`Slashing`). The bounty may be any part of what was taken, not
/// only the governed share: the proof needs no more.
contract VaultBooks {
    mapping(address owner => uint128) public bonded;
    mapping(address owner => uint128) public unbonding;
    uint128 public allBonded;
    uint128 public allUnbonding;
    uint256 public balance;

    function bond(address owner, uint128 amount) external {
        balance += amount;
        bonded[owner] += amount;
        allBonded += amount;
    }

    function requestUnbond(address owner, uint128 amount) external {
        bonded[owner] -= amount;
        unbonding[owner] += amount;
        allBonded -= amount;
        allUnbonding += amount;
    }

    function withdraw(address owner) external {
        uint128 amount = unbonding[owner];
        unbonding[owner] = 0;
        allUnbonding -= amount;
        balance -= amount;
    }

    function slash(address owner, uint128 amount, uint128 bounty) external {
        (uint128 fromBonded, uint128 fromUnbonding) = Slashing.take(amount, bonded[owner], unbonding[owner]);
        bonded[owner] -= fromBonded;
        unbonding[owner] -= fromUnbonding;
        allBonded -= fromBonded;
        allUnbonding -= fromUnbonding;
        uint128 taken = fromBonded + fromUnbonding;
        uint128 burned = Slashing.burned(taken, bounty);
        assert(taken <= amount);
        // INVARIANT: slashed = bounty + burned.
        assert(taken == bounty + burned);
        balance -= burned;
        balance -= bounty;
    }

    /// INVARIANT: vault balance = bonds + unbonding.
    function solvent() external view {
        assert(balance == uint256(allBonded) + allUnbonding);
    }
}
