// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";

/// @notice Block headers of the shape that a chain of today makes (21 fields), for tests that put them under a block hash.
library Headers {
    using RLP for RLP.Encoder;

    /// @param mix the RANDAO mix, the only field that anybody reads
    function encode(bytes32 mix) internal pure returns (bytes memory) {
        RLP.Encoder memory fields = RLP.encoder();
        for (uint256 i = 0; i < 21; ++i) {
            if (i == 2) fields = fields.push(address(0x1234));
            else if (i == 6) fields = fields.push(new bytes(256));
            else if (i == 13) fields = fields.push(mix);
            else if (i == 14) fields = fields.push(abi.encodePacked(bytes8(0)));
            else if (i > 6 && i < 13) fields = fields.push(i == 12 ? 0 : 1000 + i);
            else fields = fields.push(keccak256(abi.encode(i)));
        }
        return fields.encode();
    }
}
