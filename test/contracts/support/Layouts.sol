// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../../contracts/RewardDistributor.sol";
import {RoundLedgerState} from "../../../contracts/RoundLedgerState.sol";
import {StakeVault} from "../../../contracts/StakeVault.sol";

// The contracts keep their state in ERC-7201 namespaces, which no compiler output shows. Here each namespace is an ordinary
// state variable, so that `forge inspect … storage-layout` lays it out and the snapshot can hold it.

contract StakeVaultLayout {
    StakeVault.VaultStorage private state;
    StakeVault.AccountState private account;
}

contract RoundLedgerLayout {
    RoundLedgerState.LedgerStorage private state;
    RoundLedgerState.TaskState private task;
}

contract RewardDistributorLayout {
    RewardDistributor.DistributorStorage private state;
}
