// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, MemberLeaf} from "../../contracts/lib/Types.sol";
import {GrantsFixture} from "./support/GrantsFixture.sol";

/// @notice Gas of whole transactions of the grants, each on cold storage. docs/grants.md has the table.
/// forge-config: default.isolate = true
contract GrantsGasTest is GrantsFixture {
    function test_grants() public {
        bytes32 dataSet = register(hospital, "scans");
        vm.snapshotGasLastCall("DataGrants", "register");
        bytes32 free = give(dataSet, 1, 0);
        vm.snapshotGasLastCall("DataGrants", "grant");
        vm.prank(hospital);
        grants.revoke(free);
        vm.snapshotGasLastCall("DataGrants", "revoke");
        bytes32 given = give(dataSet, 0, 3 ether);
        pay(given, 10 ether);
        vm.snapshotGasLastCall("DataGrants", "fund, for the first time");
        pay(given, 1 ether);
        vm.snapshotGasLastCall("DataGrants", "fund");
        skip(1);
        play();
        (uint64 round, Claim memory claim) = play();
        grants.note(task, round);
        vm.snapshotGasLastCall("DataGrants", "note");
        (uint64 next, Claim memory later) = play();
        settle(next);
        charge(given, round, claim, 0);
        vm.snapshotGasLastCall("DataGrants", "charge, for the first time");
        charge(given, next, later, 0);
        vm.snapshotGasLastCall("DataGrants", "charge");
        vm.warp(grants.grantOf(given).until + SETTLEMENT);
        grants.refund(given);
        vm.snapshotGasLastCall("DataGrants", "refund");
        grants.collect(hospital);
        vm.snapshotGasLastCall("DataGrants", "collect");
    }
}
