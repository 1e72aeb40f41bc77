// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IntegerMath} from "../../contracts/judge/IntegerMath.sol";

/// @notice The order of rows beside its obvious twin: a row's place is the number of rows that come before it.
contract IntegerMathTest is Test {
    function before(uint256[] memory keys, bytes32[] memory roots, uint256 a, uint256 b) private pure returns (bool) {
        if (keys[a] != keys[b]) return keys[a] < keys[b];
        return roots.length == 0 ? a < b : roots[a] < roots[b];
    }

    function assertOrder(uint256[] memory keys, bytes32[] memory roots) private pure {
        uint256[] memory rows = IntegerMath.order(keys, roots);
        assertEq(rows.length, keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            uint256 place = 0;
            for (uint256 j = 0; j < keys.length; ++j) {
                if (j != i && before(keys, roots, j, i)) ++place;
            }
            assertEq(rows[place], i);
        }
    }

    function testFuzz_order(uint256 seed, uint8 count, uint8 distinct, bool ranked) public pure {
        uint256[] memory keys = new uint256[](count % 40);
        bytes32[] memory roots = new bytes32[](ranked ? keys.length : 0);
        for (uint256 i = 0; i < keys.length; ++i) {
            uint256 key = uint256(keccak256(abi.encode(seed, i)));
            // Few different keys, so that there are ties; or any.
            keys[i] = distinct == 0 ? key : key % (uint256(distinct) % 8 + 1);
            if (ranked) roots[i] = keccak256(abi.encode(seed, i, "root"));
        }
        assertOrder(keys, roots);
    }

    function test_order_ofADescendingList() public pure {
        uint256[] memory keys = new uint256[](128);
        for (uint256 i = 0; i < 128; ++i) {
            keys[i] = type(uint256).max - i;
        }
        assertOrder(keys, new bytes32[](0));
    }

    function test_order_needsARootForEachKeyOrNone() public {
        vm.expectRevert();
        this.order(new uint256[](3), new bytes32[](2));
    }

    function order(uint256[] calldata keys, bytes32[] calldata roots) external pure returns (uint256[] memory) {
        return IntegerMath.order(keys, roots);
    }
}
