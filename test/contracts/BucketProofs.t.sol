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

    /// Calls of one kind, and the round that each is about.
    struct Calls {
        string[] names;
        uint256[] rounds;
        bytes[] data;
    }

    address[] private proofs;
    Calls private honest;
    Calls private lies;

    function setUp() public {
        _load("test/vectors/bucket-proofs.json");
    }

    function _load(string memory path) private {
        string memory json = vm.readFile(path);
        delete proofs;
        for (uint256 i = 0; json.keyExists(string.concat(".rounds[", vm.toString(i), "]")); ++i) {
            uint256[] memory read = json.readUintArray(string.concat(".rounds[", vm.toString(i), "].buckets"));
            uint64[] memory drawn = new uint64[](read.length);
            for (uint256 b = 0; b < read.length; ++b) {
                drawn[b] = uint64(read[b]);
            }
            proofs.push(vm.deployCode("BucketProofs.sol", abi.encode(new DrawnBuckets(drawn))));
        }
        honest = _read(json, ".honest");
        lies = _read(json, ".lies");
    }

    function _read(string memory json, string memory at) private pure returns (Calls memory) {
        return Calls(
            json.readStringArray(string.concat(at, ".names")),
            json.readUintArray(string.concat(at, ".rounds")),
            json.readBytesArray(string.concat(at, ".data"))
        );
    }

    /// Random rounds of scripts/bucket-proof-fuzz.ts.
    function test_folder() public {
        string memory folder = vm.envOr("BUCKET_VECTORS", string(""));
        if (bytes(folder).length == 0) return;
        uint256 count = 0;
        for (; vm.exists(string.concat(folder, vm.toString(count), ".json")); ++count) {
            this.judgeFile(string.concat(folder, vm.toString(count), ".json"));
        }
        assertGt(count, 0);
    }

    /// In a call of its own, whose memory is free again after it.
    function judgeFile(string calldata path) external {
        _load(path);
        _judgeHonest();
        _judgeLies();
    }

    function test_honestClaimsHaveNoFault() public view {
        assertGt(honest.data.length, 50);
        _judgeHonest();
    }

    function _judgeHonest() private view {
        for (uint256 i = 0; i < honest.data.length; ++i) {
            (bool shown, bytes memory answer) = proofs[honest.rounds[i]].staticcall(honest.data[i]);
            assertFalse(shown, honest.names[i]);
            assertEq(answer, abi.encodePacked(IFraudJudge.NoFault.selector), honest.names[i]);
        }
    }

    function test_liesAreShown() public view {
        assertGt(lies.data.length, 25);
        _judgeLies();
    }

    function _judgeLies() private view {
        for (uint256 i = 0; i < lies.data.length; ++i) {
            (bool shown, bytes memory answer) = proofs[lies.rounds[i]].staticcall(lies.data[i]);
            assertTrue(shown, string.concat(lies.names[i], ": ", vm.toString(answer)));
        }
    }

    /// The largest proof opens seven segments here, eight at most. It fits into a transaction of 128 KiB and into a block.
    function test_aProofOfSumsFitsIntoATransaction() public view {
        uint256 largest = 0;
        for (uint256 i = 0; i < honest.data.length; ++i) {
            bytes memory data = honest.data[i];
            if (data.length <= largest) continue;
            largest = data.length;
            uint256 before = gasleft();
            (bool shown,) = proofs[honest.rounds[i]].staticcall(data);
            assertLt(before - gasleft(), 5_000_000);
            assertFalse(shown);
        }
        assertGt(largest, 7 * 8192);
        assertLt(largest * 8 / 7, 128 * 1024);
    }

    /// Bytes that no member showed are no part of a sum, so they show no fault.
    function test_otherBytesOpenNothing() public view {
        uint256 last = lies.data.length - 1;
        bytes memory data = lies.data[last];
        (bool shown,) = proofs[lies.rounds[last]].staticcall(data);
        assertTrue(shown);
        // Segments are most of the call, so these are in seven of them.
        for (uint256 k = 1; k < 8; ++k) {
            uint256 place = data.length * (2 * k + 1) / 18;
            bytes1 kept = data[place];
            data[place] = ~kept;
            (shown,) = proofs[lies.rounds[last]].staticcall(data);
            assertFalse(shown);
            data[place] = kept;
        }
    }
}
