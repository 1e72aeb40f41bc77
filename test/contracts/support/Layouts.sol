// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../../contracts/RewardDistributor.sol";
import {RoundLedgerState} from "../../../contracts/RoundLedgerState.sol";
import {StakeVaultState} from "../../../contracts/StakeVaultState.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {Payouts} from "../../../contracts/lib/Payouts.sol";
import {PauseClock} from "../../../contracts/pause/PauseClock.sol";
import {EntityRegistry} from "../../../contracts/vault/EntityRegistry.sol";
import {StakeVotes} from "../../../contracts/vault/StakeVotes.sol";

// The contracts keep their state in ERC-7201 namespaces, which no compiler output shows. Here each namespace is an ordinary
// state variable, so that `forge inspect … storage-layout` lays it out and the snapshot can hold it.

contract StakeVaultLayout {
    StakeVaultState.VaultStorage private state;
    StakeVaultState.AccountState private account;
}

contract StakeVotesLayout {
    StakeVotes.VotesStorage private state;
}

contract EntityRegistryLayout {
    EntityRegistry.RegistryStorage private state;
    IEntityRegistry.Entity private entity;
}

contract PauseClockLayout {
    PauseClock.PauseStorage private state;
}

contract PayoutsLayout {
    Payouts.PayoutStorage private state;
}

contract RoundLedgerLayout {
    RoundLedgerState.LedgerStorage private state;
    RoundLedgerState.TaskState private task;
}

contract RewardDistributorLayout {
    RewardDistributor.DistributorStorage private state;
}
