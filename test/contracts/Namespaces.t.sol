// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "./support/Fixture.sol";

/// @notice Each contract's state starts where ERC-7201 says; test/contracts/snapshots/*.layout.txt holds what follows.
contract NamespacesTest is Fixture {
    function test_vault() public view {
        assertEq(_first(address(vault), "quorate.storage.StakeVault") << 96 >> 96, uint160(address(token)));
    }

    function test_ledger() public view {
        assertEq(_first(address(ledger), "quorate.storage.RoundLedger") << 96 >> 96, uint160(address(vault)));
    }

    function test_distributor() public view {
        assertEq(_first(address(distributor), "quorate.storage.RewardDistributor"), uint160(address(token)));
    }

    function test_votes() public {
        vm.prank(watcher);
        vault.delegate(judge);
        bytes32 entry = keccak256(abi.encode(watcher, _slot("quorate.storage.StakeVotes")));
        assertEq(uint256(vm.load(address(vault), entry)), uint160(judge));
    }

    function test_payouts() public {
        quietTask();
        Node memory n = member("a", BOND);
        slash(n.owner, BOND, watcher, 2000);
        assertEq(uint256(vm.load(address(vault), _slot("quorate.storage.Payouts"))), BOND / 5);
    }

    function test_entities() public {
        vm.prank(governance);
        vault.setEntity("e", BOND);
        bytes32 entry = keccak256(abi.encode(bytes32("e"), _slot("quorate.storage.EntityRegistry")));
        assertEq(uint256(vm.load(address(vault), entry)), BOND);
    }

    function _first(address proxied, bytes memory id) private view returns (uint256) {
        return uint256(vm.load(proxied, _slot(id)));
    }

    function _slot(bytes memory id) private pure returns (bytes32) {
        return keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~bytes32(uint256(0xff));
    }
}
