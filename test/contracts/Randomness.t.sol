// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {Randomness} from "../../contracts/rounds/Randomness.sol";

contract Reader {
    function read(uint256 number, bytes calldata header) external view returns (bytes32) {
        return Randomness.ofBlock(number, header);
    }
}

/// @notice Headers of the shape that a chain of today makes (21 fields), put under the block hash by a cheat code; a test
/// in TypeScript reads a header of a real chain.
contract RandomnessTest is Test {
    using RLP for RLP.Encoder;

    bytes32 private constant _MIX = keccak256("mix");
    uint256 private constant _BLOCK = 1000;
    Reader private reader;

    function setUp() public {
        reader = new Reader();
        vm.roll(_BLOCK + 5);
    }

    function test_readsTheMix() public {
        bytes memory header = _header(_MIX);
        vm.setBlockhash(_BLOCK, keccak256(header));
        assertEq(reader.read(_BLOCK, header), _MIX);
    }

    function test_refusesAnotherHeader() public {
        bytes memory header = _header(_MIX);
        bytes memory other = _header(keccak256("other"));
        vm.setBlockhash(_BLOCK, keccak256(header));
        vm.expectRevert(abi.encodeWithSelector(Randomness.WrongHeader.selector, keccak256(other), keccak256(header)));
        reader.read(_BLOCK, other);
    }

    function test_refusesABlockThatIsNotMined() public {
        bytes memory header = _header(_MIX);
        vm.expectRevert(abi.encodeWithSelector(Randomness.BlockNotMined.selector, _BLOCK + 5, _BLOCK + 5));
        reader.read(_BLOCK + 5, header);
    }

    function test_refusesABlockThatTheChainForgot() public {
        bytes memory header = _header(_MIX);
        vm.roll(_BLOCK + 20_000);
        vm.expectRevert(abi.encodeWithSelector(Randomness.BlockForgotten.selector, _BLOCK));
        reader.read(_BLOCK, header);
    }

    function _header(bytes32 mix) private pure returns (bytes memory) {
        RLP.Encoder memory fields = RLP.encoder();
        for (uint256 i = 0; i < 21; ++i) {
            if (i == 2) fields = fields.push(address(0x1234));
            else if (i == 6) fields = fields.push(new bytes(256));
            else if (i == 13) fields = fields.push(mix);
            else if (i == 14) fields = fields.push(abi.encodePacked(bytes8(0)));
            else if (i > 6 && i < 13) fields = fields.push(i == 12 ? 0 : _BLOCK + i);
            else fields = fields.push(keccak256(abi.encode(i)));
        }
        return fields.encode();
    }
}
