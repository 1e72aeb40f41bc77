// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {JudgeFixture} from "./support/JudgeFixture.sol";

/// @notice Gas of whole proof transactions, rejection and bounty included, for scripts/judge-gas.ts, which writes the cases and
/// reads the log. `forge test` alone only shows that they can be measured.
/// forge-config: default.isolate = true
contract FraudJudgeGasTest is JudgeFixture {
    function test_gas_proofs() public {
        string memory folder = vm.envOr("JUDGE_GAS", string(""));
        if (bytes(folder).length == 0) return;
        for (uint256 i = 0;; ++i) {
            string memory path = string.concat(folder, vm.toString(i), ".bin");
            if (!vm.exists(path)) break;
            Case memory c = decode(vm.readFileBinary(path));
            uint256 state = vm.snapshotState();
            if (i == 0) {
                measureSettlement(c, "settlement, nobody was owed anything", false);
                vm.revertToState(state);
                measureSettlement(c, "settlement", true);
                vm.revertToState(state);
            }
            uint256 used = measure(c);
            vm.revertToStateAndDelete(state);
            emit log_named_uint(c.name, used);
        }
    }

    /// The vault owes the watcher the bounty of another slash: a debt that grows costs less than a new one.
    function owe() private {
        slash(operator("slashed before").owner, 10, watcher, 2000);
        assertGt(vault.owed(watcher), 0);
    }

    /// What every rejection costs whatever its proof: the ledger gives the round back, the vault slashes and owes the bounty.
    function measureSettlement(Case memory c, string memory name, bool owed) private {
        postBoth(c);
        if (owed) owe();
        vm.roll(block.number + 1);
        IFraudJudge(fraudJudge).rejectWithheld(1, 2, watcher);
        emit log_named_uint(name, vm.lastCallGas().gasTotalUsed);
    }

    function measure(Case memory c) private returns (uint256 used) {
        postBoth(c);
        owe();
        IFraudJudge(fraudJudge).reserve(keccak256(c.calls[0]));
        vm.roll(block.number + 1);
        vm.prank(watcher);
        (bool done, bytes memory answer) = fraudJudge.call(c.calls[0]);
        used = vm.lastCallGas().gasTotalUsed;
        assertTrue(done, string.concat(c.name, " ", vm.toString(answer)));
        assertEq(uint256(ledger.round(1, 2).status), uint256(IRoundLedger.RoundStatus.Void), c.name);
    }
}
