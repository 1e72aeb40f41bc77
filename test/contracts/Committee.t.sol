// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test, stdJson} from "forge-std/Test.sol";
import {Committee} from "../../contracts/rounds/Committee.sol";

/// @notice The Solidity side of test/vectors/committee.json.
contract CommitteeTest is Test {
    using stdJson for string;

    struct Draw {
        bytes32 seed;
        uint256 task;
        uint64 round;
        uint256 size;
        uint256 total;
    }

    function test_vectors() public view {
        string memory json = vm.readFile("test/vectors/committee.json");
        for (uint256 i = 0; json.keyExists(string.concat("[", vm.toString(i), "]")); ++i) {
            _checkDraw(json, string.concat("[", vm.toString(i), "]"));
        }
    }

    function _checkDraw(string memory json, string memory at) private view {
        Draw memory draw = Draw({
            seed: json.readBytes32(string.concat(at, ".seed")),
            task: json.readUint(string.concat(at, ".task")),
            round: uint64(json.readUint(string.concat(at, ".round"))),
            size: json.readUint(string.concat(at, ".size")),
            total: json.readUint(string.concat(at, ".total"))
        });
        for (uint256 k = 0; json.keyExists(string.concat(at, ".rows[", vm.toString(k), "]")); ++k) {
            _checkRow(json, string.concat(at, ".rows[", vm.toString(k), "]"), draw);
        }
    }

    function _checkRow(string memory json, string memory at, Draw memory draw) private pure {
        uint256 stake = json.readUint(string.concat(at, ".stake"));
        address member = json.readAddress(string.concat(at, ".member"));
        uint256 lot = Committee.lot(draw.seed, draw.task, draw.round, member);
        assertEq(lot, json.readUint(string.concat(at, ".lot")));
        bool drawn = Committee.drawn(lot, stake, draw.total, draw.size);
        assertEq(drawn, json.readBool(string.concat(at, ".drawn")));
        assertEq(Committee.weight(stake, draw.total, draw.size), json.readUint(string.concat(at, ".weight")));
        assertEq(Committee.ticket(lot, stake), json.readUint(string.concat(at, ".ticket")));
    }

    /// @dev No stake is drawn for nothing, and more stake never takes a member out.
    function testFuzz_monotone(uint256 lot, uint128 stake, uint128 more, uint128 rest, uint8 size) public pure {
        uint256 total = uint256(stake) + more + rest;
        uint256 size_ = uint256(size) % 80 + 1;
        assertFalse(Committee.drawn(lot, 0, total, size_));
        if (Committee.drawn(lot, stake, total, size_)) {
            assertTrue(Committee.drawn(lot, uint256(stake) + more, total, size_));
        }
    }
}
