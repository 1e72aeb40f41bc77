// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";

/// @notice The randomness of a block that is already mined: the RANDAO mix in its header (EIP-4399). The header is
/// checked against the block hash, which the chain keeps for 256 blocks, and for 8,191 blocks where EIP-2935 is active.
/// The block is fixed beforehand, so whoever brings the header chooses nothing.
library Randomness {
    /// @param current the block of the call
    error BlockNotMined(uint256 number, uint256 current);
    /// @param number the block whose hash the chain no longer has
    error BlockForgotten(uint256 number);
    /// @param given hash of the header that was brought
    error WrongHeader(bytes32 given, bytes32 expected);

    /// @notice Whether the chain no longer has the hash of a block that is mined.
    function forgotten(uint256 number) internal view returns (bool) {
        return number < block.number && Blockhash.blockHash(number) == 0;
    }

    function ofBlock(uint256 number, bytes memory header) internal view returns (bytes32) {
        if (number >= block.number) revert BlockNotMined(number, block.number);
        bytes32 expected = Blockhash.blockHash(number);
        if (expected == 0) revert BlockForgotten(number);
        bytes32 given = keccak256(header);
        if (given != expected) revert WrongHeader(given, expected);
        return BlockHeader.getPrevRandao(header);
    }
}
