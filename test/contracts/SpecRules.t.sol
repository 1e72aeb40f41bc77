// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test, stdJson} from "forge-std/Test.sol";
import {ITaskRules} from "../../contracts/interfaces/ITaskRules.sol";
import {SpecRules} from "../../contracts/rounds/SpecRules.sol";
import {RuleSpec, TaskSpec, TensorSpec} from "../../contracts/lib/Types.sol";

contract SpecRulesTest is Test {
    using stdJson for string;

    ITaskRules private rules;

    function setUp() public {
        rules = ITaskRules(vm.deployCode("TaskRules.sol", abi.encode(96, 60, 3600, 768)));
    }

    /// @dev test/vectors/spec-rules.json: specifications with one field at, below or above a bound, and what the
    /// TypeScript side says of each.
    function test_vectors() public {
        string memory json = vm.readFile("test/vectors/spec-rules.json");
        uint256 count = json.readUint(".count");
        for (uint256 i = 0; i < count; ++i) {
            string memory at = string.concat(".cases[", vm.toString(i), "]");
            TaskSpec memory spec = abi.decode(json.readBytes(string.concat(at, ".spec")), (TaskSpec));
            string memory refused = json.readString(string.concat(at, ".refused"));
            assertEq(_refusal(spec), refused, json.readString(string.concat(at, ".name")));
            if (!json.readBool(string.concat(at, ".hashed"))) continue;
            bytes32 root = json.readBytes32(string.concat(at, ".referenceRoot"));
            assertEq(this.rootOf(spec), root, json.readString(string.concat(at, ".name")));
        }
    }

    function rootOf(TaskSpec calldata spec) external pure returns (bytes32) {
        return SpecRules.zeroReferenceRoot(spec);
    }

    /// The field for which a specification is refused.
    function _refusal(TaskSpec memory spec) private view returns (string memory) {
        try rules.checkSpec(spec) {
            return "";
        } catch (bytes memory data) {
            assertEq(vm.toString(bytes4(data)), vm.toString(ITaskRules.SpecOutOfBounds.selector));
            uint256 length = 0;
            while (length < 32 && data[4 + length] != 0) ++length;
            bytes memory field = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                field[i] = data[4 + i];
            }
            return string(field);
        }
    }

    function test_mostTensors() public {
        uint32[] memory lengths = new uint32[](SpecRules.MAX_TENSORS + 1);
        for (uint256 i = 0; i < lengths.length; ++i) {
            lengths[i] = 1;
        }
        TaskSpec memory spec = _spec(lengths, 2500, 8);
        vm.expectRevert(
            abi.encodeWithSelector(ITaskRules.SpecOutOfBounds.selector, bytes32("tensors"), lengths.length, 1, SpecRules.MAX_TENSORS)
        );
        rules.checkSpec(spec);
        assembly ("memory-safe") {
            mstore(lengths, sub(mload(lengths), 1))
        }
        rules.checkSpec(_spec(lengths, 2500, 8));
    }

    /// @dev Whatever passes has a vector that the trees, the Gram bound and the trace hold.
    function testFuzz_acceptedFits(uint32[] memory lengths, uint16 byzantineBps, uint8 iterations) public view {
        if (lengths.length == 0 || lengths.length > 400) return;
        TaskSpec memory spec = _spec(lengths, byzantineBps, iterations);
        try rules.checkSpec(spec) {
            uint256 chunks = 0;
            for (uint256 i = 0; i < lengths.length; ++i) {
                chunks += (uint256(lengths[i]) + 255) / 256;
            }
            assertLe((chunks + 31) / 32 * 8192, 1 << 30);
            assertLe(4 * 128 + 2 * uint256(iterations) + 20, 1 << 11);
            assertLe(byzantineBps, spec.toleranceBps);
        } catch {}
    }

    function _spec(uint32[] memory lengths, uint16 byzantineBps, uint8 iterations)
        private
        pure
        returns (TaskSpec memory spec)
    {
        spec.tensors = new TensorSpec[](lengths.length);
        for (uint256 i = 0; i < lengths.length; ++i) {
            spec.tensors[i] = TensorSpec({length: lengths[i], updateExponent: -8, modelExponent: -20, eta: 1, shift: 1});
        }
        spec.rule = RuleSpec({
            rule: 1,
            byzantineBps: byzantineBps,
            iterations: iterations,
            capQ16: 1 << 18,
            rejectBps: 21_500,
            referenceKind: 2,
            referenceDecay: 0,
            referenceGain: 3
        });
        (spec.minNormSq, spec.maxNormSq) = (1, 1 << 40);
        (spec.toleranceBps, spec.minSealedBps) = (2500, 5000);
    }
}
