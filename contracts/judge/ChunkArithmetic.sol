// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The transition of one chunk of 256 coordinates (docs/protocol.md §6), eight 32-bit lanes to a word.
///
/// An int8 `q` becomes the byte `u = q + 128`. Lane products stay below 2^32: `Σ β u ≤ 2^16 · 255 < 2^24`, so lanes never
/// carry into each other, and `Σ β q = Σ β u − 128 · Σ β`.
library ChunkArithmetic {
    uint256 internal constant CHUNK = 256;
    uint256 private constant _SIGNS = 0x8080808080808080808080808080808080808080808080808080808080808080;
    uint256 private constant _LANES = 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff;
    int256 private constant _BIAS = 128 * 65536;

    /// @notice Weighted sums in lanes: word `4 w + b` has in lane `l` (from the left) the biased sum of coordinate
    /// `32 w + 4 l + b`.
    /// @param rows `betas.length` chunks of 256 bytes
    /// @param betas all positive, together 65536
    function weightedSum(bytes calldata rows, uint256[] memory betas) internal pure returns (uint256[32] memory sums) {
        assembly ("memory-safe") {
            let count := mload(betas)
            for { let w := 0 } lt(w, 8) { w := add(w, 1) } {
                let at := add(rows.offset, shl(5, w))
                let s0 := 0
                let s1 := 0
                let s2 := 0
                let s3 := 0
                let beta := add(betas, 32)
                for { let end := add(beta, shl(5, count)) } lt(beta, end) { beta := add(beta, 32) } {
                    let b := mload(beta)
                    let x := xor(calldataload(at), _SIGNS)
                    s0 := add(s0, mul(b, and(shr(24, x), _LANES)))
                    s1 := add(s1, mul(b, and(shr(16, x), _LANES)))
                    s2 := add(s2, mul(b, and(shr(8, x), _LANES)))
                    s3 := add(s3, mul(b, and(x, _LANES)))
                    at := add(at, 256)
                }
                let out := add(sums, shl(7, w))
                mstore(out, s0)
                mstore(add(out, 32), s1)
                mstore(add(out, 64), s2)
                mstore(add(out, 96), s3)
            }
        }
    }

    /// @notice Hash of the stepped chunk: `w' = sat32(w + floorHalfUp(S · eta / 2^shift))`.
    /// @param model 256 big-endian int32
    function stepHash(bytes calldata model, uint256[32] memory sums, uint256 eta, uint256 shift)
        internal
        pure
        returns (bytes32)
    {
        uint256[32] memory out;
        assembly ("memory-safe") {
            let half := 0
            if shift { half := shl(sub(shift, 1), 1) }
            for { let k := 0 } lt(k, 256) { k := add(k, 1) } {
                // Coordinate k: word 4 (k >> 5) + (k & 3), lane (k & 31) >> 2.
                let lanes := mload(add(sums, shl(5, or(shl(2, shr(5, k)), and(k, 3)))))
                let s := sub(and(shr(sub(224, shl(5, shr(2, and(k, 31)))), lanes), 0xffffffff), 8388608)
                let w := signextend(3, shr(224, calldataload(add(model.offset, shl(2, k)))))
                w := add(w, sar(shift, add(mul(s, eta), half)))
                if sgt(w, 2147483647) { w := 2147483647 }
                if slt(w, sub(0, 2147483648)) { w := sub(0, 2147483648) }
                let slot := add(out, shl(5, shr(3, k)))
                mstore(slot, or(mload(slot), shl(sub(224, shl(5, and(k, 7))), and(w, 0xffffffff))))
            }
        }
        return _hash(out, 1024);
    }

    /// @notice Hash of the next reference chunk:
    /// `ρ' = sat127(floorHalfUp((λ · ρ · 2^16 + (256 − λ) · S · 2^g) / 2^24))`.
    function referenceHash(bytes calldata ref, uint256[32] memory sums, uint256 decay, uint256 gain)
        internal
        pure
        returns (bytes32)
    {
        uint256[32] memory out;
        assembly ("memory-safe") {
            let fresh := shl(gain, sub(256, decay))
            let kept := shl(16, decay)
            for { let k := 0 } lt(k, 256) { k := add(k, 1) } {
                let lanes := mload(add(sums, shl(5, or(shl(2, shr(5, k)), and(k, 3)))))
                let s := sub(and(shr(sub(224, shl(5, shr(2, and(k, 31)))), lanes), 0xffffffff), 8388608)
                let r := signextend(0, byte(0, calldataload(add(ref.offset, k))))
                r := sar(24, add(add(mul(kept, r), mul(fresh, s)), 8388608))
                if sgt(r, 127) { r := 127 }
                if slt(r, sub(0, 127)) { r := sub(0, 127) }
                mstore8(add(out, k), and(r, 0xff))
            }
        }
        return _hash(out, CHUNK);
    }

    function _hash(uint256[32] memory out, uint256 length) private pure returns (bytes32 result) {
        assembly ("memory-safe") {
            result := keccak256(out, length)
        }
    }
}
