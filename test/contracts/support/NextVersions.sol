// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../../contracts/RewardDistributor.sol";
import {ITaskRules} from "../../../contracts/interfaces/ITaskRules.sol";
import {RoundLedger} from "../../../contracts/RoundLedger.sol";
import {StakeVault} from "../../../contracts/StakeVault.sol";

// What a later version of each contract looks like: the same state with one field appended to its namespace, set once by a
// second initialiser.

/// One more slot right behind a namespace's struct.
function appendedTo(bytes memory id, uint256 slots) pure returns (bytes32) {
    bytes32 base = keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~bytes32(uint256(0xff));
    return bytes32(uint256(base) + slots);
}

contract RoundLedgerNext is RoundLedger {
    constructor(ITaskRules rules) RoundLedger(rules) {}

    function initializeNext(uint256 value) external reinitializer(2) {
        bytes32 slot = appendedTo("quorate.storage.RoundLedger", 3);
        assembly ("memory-safe") {
            sstore(slot, value)
        }
    }

    function appended() external view returns (uint256 value) {
        bytes32 slot = appendedTo("quorate.storage.RoundLedger", 3);
        assembly ("memory-safe") {
            value := sload(slot)
        }
    }
}

contract StakeVaultNext is StakeVault {
    constructor(Bounds memory limits) StakeVault(limits) {}

    function initializeNext(uint256 value) external reinitializer(2) {
        bytes32 slot = appendedTo("quorate.storage.StakeVault", 9);
        assembly ("memory-safe") {
            sstore(slot, value)
        }
    }

    function appended() external view returns (uint256 value) {
        bytes32 slot = appendedTo("quorate.storage.StakeVault", 9);
        assembly ("memory-safe") {
            value := sload(slot)
        }
    }
}

contract RewardDistributorNext is RewardDistributor {
    function initializeNext(uint256 value) external reinitializer(2) {
        bytes32 slot = appendedTo("quorate.storage.RewardDistributor", 4);
        assembly ("memory-safe") {
            sstore(slot, value)
        }
    }

    function appended() external view returns (uint256 value) {
        bytes32 slot = appendedTo("quorate.storage.RewardDistributor", 4);
        assembly ("memory-safe") {
            value := sload(slot)
        }
    }
}
