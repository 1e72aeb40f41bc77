// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBucketProofs} from "../interfaces/IBucketProofs.sol";
import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {Claim} from "../lib/Types.sol";
import {Openings} from "./Openings.sol";
import {SegmentArithmetic} from "./SegmentArithmetic.sol";

/// @notice Sums of masked rows modulo 2^8, and the words of the trace leaf that say what is summed:
/// `count · 2^40 + absent · 2^32 + Σ row_k · 2^(8 k)`, with `absent` the place of the member without a row, or 4.
library BucketSums {
    /// Place of the absent member where nobody is absent.
    uint256 internal constant NOBODY = 4;
    uint256 private constant _HIGH = 0x8080808080808080808080808080808080808080808080808080808080808080;
    uint256 private constant _LOW = 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f;

    /// @param size members of a bucket as it was drawn
    /// @param word of trace leaf 34
    /// @param depth levels from the part to the root of one version
    /// @param index of the part in a version
    /// @param length bytes of the part: a segment or a chunk
    /// @return sum of the parts
    function sumOf(
        Claim calldata claim,
        uint256 size,
        uint256 word,
        IBucketProofs.Part[] calldata parts,
        uint256 depth,
        uint256 index,
        uint256 length
    ) internal pure returns (bytes memory sum) {
        if (parts.length != word >> 40) revert IFraudJudge.WrongLength(parts.length, word >> 40);
        sum = new bytes(length);
        for (uint256 k = 0; k < parts.length; ++k) {
            IBucketProofs.Part calldata part = parts[k];
            uint256 row = (word >> (8 * k)) & 0xff;
            if (part.member.row != row) revert IFraudJudge.WrongRow(part.member.row, row);
            Openings.requireMember(claim, part.member);
            if (part.data.length != length) revert IFraudJudge.WrongLength(part.data.length, length);
            // A bucket of four has four versions of each row, two levels above each of them.
            uint256 above = size == 4 ? 2 : 0;
            if (part.path.length != depth + above) revert IFraudJudge.WrongLength(part.path.length, depth + above);
            bytes32 leaf =
                length == SegmentArithmetic.SEGMENT ? SegmentArithmetic.root(part.data) : keccak256(part.data);
            uint256 version = size == 4 ? _version(word, k) : 0;
            Openings.requireLeaf(part.member.leaf.updateRoot, leaf, version << depth | index, part.path);
            _add(sum, part.data);
        }
    }

    /// @dev That at the member's own place is the one with all members, that at another place the one without the member
    /// there.
    function _version(uint256 word, uint256 k) private pure returns (uint256) {
        uint256 absent = (word >> 32) & 0xff;
        return absent == NOBODY ? k : absent;
    }

    /// @dev Byte by byte: the lower seven bits without a carry into the next byte, the upper bit as their sum without carry.
    function _add(bytes memory sum, bytes calldata data) private pure {
        assembly ("memory-safe") {
            let from := data.offset
            let into := add(sum, 32)
            for { let end := add(into, data.length) } lt(into, end) { into := add(into, 32) } {
                let a := mload(into)
                let b := calldataload(from)
                mstore(into, xor(add(and(a, _LOW), and(b, _LOW)), and(xor(a, b), _HIGH)))
                from := add(from, 32)
            }
        }
    }
}
