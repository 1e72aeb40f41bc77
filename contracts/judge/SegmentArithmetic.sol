// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Inner product and root of a segment: 8192 int8, 32 chunks (docs/protocol.md §2, §4).
library SegmentArithmetic {
    uint256 internal constant SEGMENT = 8192;
    uint256 private constant _SIGNS = 0x8080808080808080808080808080808080808080808080808080808080808080;
    uint256 private constant _LANES = 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff;
    uint256 private constant _ODD32 = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
    uint256 private constant _ODD64 = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;

    /// @notice `Σ a_k b_k`, |result| ≤ 8192 · 128².
    /// @dev With `u = a + 128` and `v = b + 128` in 0…255, eight lanes of 32 bits: the top lane of `u · reverse(v)` is
    /// `Σ u_l v_l`. Products add up before the lane is read: `8192 · 255² < 2^30`, and no lower lane exceeds that either,
    /// so none carries. Then `Σ a b = Σ u v − 128 (Σ u + Σ v) + 8192 · 128²`.
    function product(bytes calldata a, bytes calldata b) internal pure returns (int256 result) {
        assembly ("memory-safe") {
            let acc := 0
            let sums := 0
            for { let k := 0 } lt(k, 8192) { k := add(k, 32) } {
                let x := xor(calldataload(add(a.offset, k)), _SIGNS)
                let y := xor(calldataload(add(b.offset, k)), _SIGNS)
                for { let i := 0 } lt(i, 32) { i := add(i, 8) } {
                    sums := add(sums, add(and(shr(i, x), _LANES), and(shr(i, y), _LANES)))
                }
                // Lanes of y in reverse order.
                y := or(shr(128, y), shl(128, y))
                y := or(and(shr(64, y), _ODD64), shl(64, and(y, _ODD64)))
                y := or(and(shr(32, y), _ODD32), shl(32, and(y, _ODD32)))
                acc := add(acc, mul(and(x, _LANES), and(y, _LANES)))
                acc := add(acc, mul(and(shr(8, x), _LANES), and(shr(8, y), _LANES)))
                acc := add(acc, mul(and(shr(16, x), _LANES), and(shr(16, y), _LANES)))
                acc := add(acc, mul(and(shr(24, x), _LANES), and(shr(24, y), _LANES)))
            }
            let total := 0
            for {} sums {} {
                total := add(total, and(sums, 0xffffffff))
                sums := shr(32, sums)
            }
            result := add(sub(shr(224, acc), mul(128, total)), 134217728)
        }
    }

    /// @notice Root of the 32 chunk leaves.
    function root(bytes calldata data) internal pure returns (bytes32 result) {
        uint256[32] memory level;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            for { let c := 0 } lt(c, 32) { c := add(c, 1) } {
                calldatacopy(buffer, add(data.offset, shl(8, c)), 256)
                mstore(add(level, shl(5, c)), keccak256(buffer, 256))
            }
            for { let count := 16 } count { count := shr(1, count) } {
                for { let i := 0 } lt(i, count) { i := add(i, 1) } {
                    mstore(add(level, shl(5, i)), keccak256(add(level, shl(6, i)), 64))
                }
            }
            result := mload(level)
        }
    }
}
