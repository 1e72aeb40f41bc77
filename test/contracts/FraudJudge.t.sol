// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {stdJson} from "forge-std/Test.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {JudgeFixture} from "./support/JudgeFixture.sol";

/// @notice Replays the calls that the TypeScript builders make (scripts/judge-vectors.ts) against the real ledger: those
/// against a mutated claim reject it, those against an honest one revert with `NoFault`.
contract FraudJudgeTest is JudgeFixture {
    using stdJson for string;

    uint256 private faults;
    uint256 private honest;

    function test_vectors() public {
        string memory folder = vm.envOr("JUDGE_VECTORS", string(""));
        if (bytes(folder).length == 0) {
            bytes[] memory cases = vm.readFile("test/vectors/judge.json").readBytesArray(".cases");
            assertGt(cases.length, 0);
            for (uint256 i = 0; i < cases.length; ++i) {
                replay(cases[i]);
            }
        } else {
            for (uint256 i = 0; vm.exists(file(folder, i)); ++i) {
                this.replayFile(file(folder, i));
            }
        }
        emit log_named_uint("mutated claims rejected", faults);
        emit log_named_uint("proofs against honest claims refused", honest);
    }

    function file(string memory folder, uint256 i) private pure returns (string memory) {
        return string.concat(folder, vm.toString(i), ".bin");
    }

    /// In a call of its own, whose memory is free again after it.
    function replayFile(string calldata path) external {
        replay(vm.readFileBinary(path));
    }

    function replay(bytes memory data) private {
        uint256 state = vm.snapshotState();
        (bool fault, uint256 calls) = judgeCase(data);
        vm.revertToStateAndDelete(state);
        if (fault) ++faults;
        else honest += calls;
    }

    function judgeCase(bytes memory data) private returns (bool, uint256) {
        Case memory c = decode(data);
        (string memory name, bool fault, bytes[] memory calls) = (c.name, c.fault, c.calls);
        postBoth(c);
        bytes32 posted = ledger.round(1, 2).claimHash;
        for (uint256 i = 0; i < calls.length; ++i) {
            IFraudJudge(fraudJudge).reserve(keccak256(calls[i]));
        }
        vm.roll(block.number + 1);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool done, bytes memory answer) = fraudJudge.call(calls[i]);
            if (fault) {
                assertTrue(done, string.concat(name, " ", vm.toString(answer)));
                assertEq(uint256(ledger.round(1, 2).status), uint256(IRoundLedger.RoundStatus.Void), name);
                assertEq(wealth(watcher), FALSE_CLAIM / 5, name);
            } else {
                string memory which = string.concat(name, " call ", vm.toString(i), " ", vm.toString(bytes4(calls[i])));
                assertFalse(done, which);
                assertEq(vm.toString(answer), vm.toString(abi.encodePacked(IFraudJudge.NoFault.selector)), which);
                assertEq(ledger.round(1, 2).claimHash, posted, which);
            }
        }
        return (fault, calls.length);
    }
}
