const U64 = (1n << 64n) - 1n

/** Writes a 32-byte big-endian two's complement word. |value| < 2^255. */
export function putWord(view: DataView, offset: number, value: bigint): void {
  if (value >= 0n && value <= U64) {
    view.setBigUint64(offset, 0n)
    view.setBigUint64(offset + 8, 0n)
    view.setBigUint64(offset + 16, 0n)
  } else {
    view.setBigInt64(offset, BigInt.asIntN(64, value >> 192n))
    view.setBigUint64(offset + 8, BigInt.asUintN(64, value >> 128n))
    view.setBigUint64(offset + 16, BigInt.asUintN(64, value >> 64n))
  }
  view.setBigUint64(offset + 24, BigInt.asUintN(64, value))
}

/** `putWord` of an integer held in a number: without a BigInt as long as it is exact. */
export function putInteger(view: DataView, offset: number, value: number): void {
  if (!Number.isSafeInteger(value)) return putWord(view, offset, BigInt(value))
  const high = Math.floor(value / 2 ** 32)
  const sign = value < 0 ? -1 : 0
  for (let k = 0; k < 24; k += 4) view.setInt32(offset + k, sign)
  view.setInt32(offset + 24, high)
  view.setUint32(offset + 28, value - high * 2 ** 32)
}
