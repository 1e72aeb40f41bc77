// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Slashing} from "../../../contracts/vault/Slashing.sol";

/// @notice The books of `StakeVault` and the balance of its token, without keys, votes and time. `scripts/prove.ts` has the
/// compiler's model checker prove, for any number of accounts, tasks, calls and amounts, that the asserts below hold; the
/// invariant suite plays the vault and this model side by side, so the model is the vault's.
///
/// The bond of an account is its free part and what it allocated to tasks: neither can fall below zero, so the allocations
/// are within the bond.
///
/// What a slash takes is computed by the vault's own code (`Slashing`). The bounty may be any part of what was taken, not
/// only the governed share: the proof needs no more.
contract VaultBooks {
    mapping(address owner => uint128) public free;
    mapping(address owner => uint128) public allocated;
    uint128 public allFree;
    uint128 public allAllocated;
    uint256 public balance;

    function bond(address owner, uint128 amount) external {
        balance += amount;
        free[owner] += amount;
        allFree += amount;
    }

    /// The joining fee goes the same way: it is burned.
    function withdraw(address owner, uint128 amount) external {
        free[owner] -= amount;
        allFree -= amount;
        balance -= amount;
    }

    function allocate(address owner, uint128 amount) external {
        free[owner] -= amount;
        allocated[owner] += amount;
        allFree -= amount;
        allAllocated += amount;
    }

    /// The end of a leave.
    function release(address owner, uint128 amount) external {
        allocated[owner] -= amount;
        free[owner] += amount;
        allAllocated -= amount;
        allFree += amount;
    }

    /// @param inTask what the account allocated to the task that slashes
    function slash(address owner, uint128 amount, uint128 inTask, uint128 bounty) external {
        uint128 taken = Slashing.take(amount, inTask);
        allocated[owner] -= taken;
        allAllocated -= taken;
        uint128 burned = Slashing.burned(taken, bounty);
        assert(taken <= amount);
        // INVARIANT: a task takes from what was allocated to it, and from nothing else.
        assert(taken <= inTask);
        // INVARIANT: slashed = bounty + burned.
        assert(taken == bounty + burned);
        balance -= burned;
        balance -= bounty;
    }

    /// INVARIANT: vault balance = bonds.
    function solvent() external view {
        assert(balance == uint256(allFree) + allAllocated);
    }
}
