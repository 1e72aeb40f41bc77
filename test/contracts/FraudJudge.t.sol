// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {stdJson} from "forge-std/Test.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {JudgeFixture} from "./support/JudgeFixture.sol";

/// @notice Replays the calls that the TypeScript builders make (scripts/judge-vectors.ts) against the real ledger. Those against a
/// false claim reject it. Those against an honest claim find no fault, whoever signed what, and cost nobody anything but a member
/// that committed to garbage.
contract FraudJudgeTest is JudgeFixture {
    using stdJson for string;

    uint256 private liesRejected;
    uint256 private liesStanding;
    uint256 private proofsRefused;
    uint256 private honestRefused;
    uint256 private honestSlashed;
    uint256 private garbagePaid;

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
        emit log_named_uint("false claims rejected", liesRejected);
        emit log_named_uint("false claims not rejected", liesStanding);
        emit log_named_uint("proofs against honest claims refused", proofsRefused);
        emit log_named_uint("honest claims rejected", honestRefused);
        emit log_named_uint("honest accounts slashed", honestSlashed);
        emit log_named_uint("members that paid for garbage", garbagePaid);
        assertEq(liesStanding + honestRefused + honestSlashed, 0, "see the lines above");
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
        uint256[6] memory counts = this.judgeCase(data);
        vm.revertToStateAndDelete(state);
        liesRejected += counts[0];
        liesStanding += counts[1];
        proofsRefused += counts[2];
        honestRefused += counts[3];
        honestSlashed += counts[4];
        garbagePaid += counts[5];
    }

    /// @return counts in the order of the lines that are shown
    function judgeCase(bytes memory data) external returns (uint256[6] memory counts) {
        Case memory c = decode(data);
        postBoth(c);
        uint256[] memory before = bonds();
        uint256 operatorBond = slashable(op.owner);
        reserve(c.calls);
        reserve(c.hostile);
        vm.roll(block.number + 1);
        if (c.fault) {
            counts[rejects(c) ? 0 : 1] = 1;
            // A lie costs its operator.
            operatorBond = slashable(op.owner);
        } else {
            (counts[2], counts[3]) = refuses(c);
            if (counts[3] == 0) (counts[4], counts[5]) = penalises(c, before);
        }
        for (uint256 i = 0; i < owners.length; ++i) {
            if (slashable(owners[i]) != before[i]) counts[4] += tell(c, "a member paid", owners[i]);
        }
        if (slashable(op.owner) != operatorBond) counts[4] += tell(c, "the operator paid", op.owner);
    }

    function bonds() private view returns (uint256[] memory amounts) {
        amounts = new uint256[](owners.length);
        for (uint256 i = 0; i < owners.length; ++i) {
            amounts[i] = slashable(owners[i]);
        }
    }

    function reserve(bytes[] memory calls) private {
        for (uint256 i = 0; i < calls.length; ++i) {
            IFraudJudge(fraudJudge).reserve(keccak256(calls[i]));
        }
    }

    /// Whether the call against a false claim rejects it and pays its sender.
    function rejects(Case memory c) private returns (bool) {
        (bool done, bytes memory answer) = fraudJudge.call(c.calls[0]);
        bool void = ledger.round(1, c.round).status == IRoundLedger.RoundStatus.Void;
        if (done && void && wealth(watcher) == FALSE_CLAIM / 5) return true;
        emit log_named_bytes(string.concat(c.name, ": not rejected"), answer);
        return false;
    }

    /// Every call against an honest claim, until one rejects it.
    function refuses(Case memory c) private returns (uint256 refused, uint256 lost) {
        bytes32 posted = ledger.round(1, c.round).claimHash;
        for (uint256 i = 0; i < c.calls.length + c.hostile.length; ++i) {
            bool strict = i < c.calls.length;
            (bool done, bytes memory answer) = fraudJudge.call(strict ? c.calls[i] : c.hostile[i - c.calls.length]);
            if (done || ledger.round(1, c.round).claimHash != posted) {
                emit log_named_uint(string.concat(c.name, ": rejected by call"), i);
                return (refused, 1);
            }
            if (strict) {
                bytes memory none = abi.encodePacked(IFraudJudge.NoFault.selector);
                assertEq(vm.toString(answer), vm.toString(none), string.concat(c.name, " call ", vm.toString(i)));
            }
            ++refused;
        }
    }

    /// The calls about the final claim. `before` becomes what the guilty have left.
    function penalises(Case memory c, uint256[] memory before) private returns (uint256 innocent, uint256 paid) {
        if (c.garbage.length == 0) return (0, 0);
        vm.warp(ledger.round(1, c.round).challengeEnd);
        for (uint256 i = 0; i < c.garbage.length; ++i) {
            (bool done, bytes memory answer) = fraudJudge.call(c.garbage[i]);
            if (c.guilty[i] == address(0)) {
                if (done) innocent += tell(c, "slashed by garbage call", address(uint160(i)));
                continue;
            }
            assertTrue(done, string.concat(c.name, " garbage ", vm.toString(answer)));
            ++paid;
            for (uint256 k = 0; k < owners.length; ++k) {
                if (owners[k] == c.guilty[i]) before[k] -= FAULT;
            }
        }
    }

    function tell(Case memory c, string memory what, address who) private returns (uint256) {
        emit log_named_address(string.concat(c.name, ": ", what), who);
        return 1;
    }
}
