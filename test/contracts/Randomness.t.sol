// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Randomness} from "../../contracts/rounds/Randomness.sol";
import {Headers} from "./support/Headers.sol";

contract Reader {
    function read(uint256 number, bytes calldata header) external view returns (bytes32) {
        return Randomness.ofBlock(number, header);
    }
}

/// @notice Headers are put under the block hash by a cheat code; a test in TypeScript reads a header of a real chain.
contract RandomnessTest is Test {
    bytes32 private constant _MIX = keccak256("mix");
    uint256 private constant _BLOCK = 1000;
    Reader private reader;

    function setUp() public {
        reader = new Reader();
        vm.roll(_BLOCK + 5);
    }

    function test_readsTheMix() public {
        bytes memory header = Headers.encode(_MIX);
        vm.setBlockhash(_BLOCK, keccak256(header));
        assertEq(reader.read(_BLOCK, header), _MIX);
    }

    function test_refusesAnotherHeader() public {
        bytes memory header = Headers.encode(_MIX);
        bytes memory other = Headers.encode(keccak256("other"));
        vm.setBlockhash(_BLOCK, keccak256(header));
        vm.expectRevert(abi.encodeWithSelector(Randomness.WrongHeader.selector, keccak256(other), keccak256(header)));
        reader.read(_BLOCK, other);
    }

    function test_refusesABlockThatIsNotMined() public {
        bytes memory header = Headers.encode(_MIX);
        vm.expectRevert(abi.encodeWithSelector(Randomness.BlockNotMined.selector, _BLOCK + 5, _BLOCK + 5));
        reader.read(_BLOCK + 5, header);
    }

    function test_refusesABlockThatTheChainForgot() public {
        bytes memory header = Headers.encode(_MIX);
        vm.roll(_BLOCK + 20_000);
        vm.expectRevert(abi.encodeWithSelector(Randomness.BlockForgotten.selector, _BLOCK));
        reader.read(_BLOCK, header);
    }
}
