// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test, stdJson} from "forge-std/Test.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";

/// @dev Buckets that were drawn before the test begins.
contract DrawnBuckets {
    uint64[] private _drawn;

    constructor(uint64[] memory drawn) {
        _drawn = drawn;
    }

    /// @dev All rounds of the vectors have the number 9, in epochs of eight.
    function buckets(uint256 task, uint64 epoch) external view returns (uint64[] memory) {
        require(task == 1 && epoch == 1, "another epoch");
        return _drawn;
    }
}

/// @notice Replays the calls that TypeScript makes (scripts/bucket-proof-vectors.ts). Those against a false claim show its
/// fault, those against an honest claim show none.
contract BucketProofsTest is Test {
    using stdJson for string;

    string private json;
    address[2] private proofs;

    function setUp() public {
        json = vm.readFile("test/vectors/bucket-proofs.json");
        for (uint256 i = 0; i < 2; ++i) {
            uint256[] memory read = json.readUintArray(string.concat(".rounds[", vm.toString(i), "].buckets"));
            uint64[] memory drawn = new uint64[](read.length);
            for (uint256 b = 0; b < read.length; ++b) {
                drawn[b] = uint64(read[b]);
            }
            proofs[i] = vm.deployCode("BucketProofs.sol", abi.encode(new DrawnBuckets(drawn)));
        }
    }

    function _call(string memory at) private view returns (bool shown, bytes memory answer, string memory name) {
        name = json.readString(string.concat(at, ".name"));
        bytes memory data = json.readBytes(string.concat(at, ".data"));
        (shown, answer) = proofs[json.readUint(string.concat(at, ".round"))].staticcall(data);
    }

    function test_honestClaimsHaveNoFault() public view {
        uint256 count = 0;
        for (; json.keyExists(_at(".honest", count)); ++count) {
            (bool shown, bytes memory answer, string memory name) = _call(_at(".honest", count));
            assertFalse(shown, name);
            assertEq(answer, abi.encodePacked(IFraudJudge.NoFault.selector), name);
        }
        assertGt(count, 20);
    }

    function test_liesAreShown() public view {
        uint256 count = 0;
        for (; json.keyExists(_at(".lies", count)); ++count) {
            (bool shown, bytes memory answer, string memory name) = _call(_at(".lies", count));
            assertTrue(shown, string.concat(name, ": ", vm.toString(answer)));
        }
        assertGt(count, 10);
    }

    /// The largest proof opens seven segments here, eight at most. It fits into a transaction of 128 KiB and into a block.
    function test_aProofOfSumsFitsIntoATransaction() public view {
        uint256 largest = 0;
        for (uint256 i = 0; json.keyExists(_at(".honest", i)); ++i) {
            bytes memory data = json.readBytes(string.concat(_at(".honest", i), ".data"));
            address where = proofs[json.readUint(string.concat(_at(".honest", i), ".round"))];
            uint256 before = gasleft();
            (bool shown,) = where.staticcall(data);
            uint256 used = before - gasleft();
            assertFalse(shown);
            if (data.length > largest) {
                largest = data.length;
                assertLt(used, 5_000_000);
            }
        }
        assertGt(largest, 7 * 8192);
        assertLt(largest * 8 / 7, 128 * 1024);
    }

    /// Bytes that no member showed are no part of a sum, so they show no fault.
    function test_otherBytesOpenNothing() public {
        bytes memory data = json.readBytes(string.concat(_last(".lies"), ".data"));
        (bool shown,) = proofs[0].staticcall(data);
        assertTrue(shown);
        // Segments are most of the call, so these are in seven of them.
        for (uint256 k = 1; k < 8; ++k) {
            uint256 place = data.length * (2 * k + 1) / 18;
            bytes1 kept = data[place];
            data[place] = ~kept;
            (shown,) = proofs[0].staticcall(data);
            assertFalse(shown);
            data[place] = kept;
        }
    }

    function _last(string memory list) private view returns (string memory) {
        uint256 count = 0;
        while (json.keyExists(_at(list, count + 1))) ++count;
        return _at(list, count);
    }

    function _at(string memory list, uint256 i) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(i), "]");
    }
}
