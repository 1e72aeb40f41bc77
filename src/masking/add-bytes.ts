/** The upper bit of each of four bytes, and the lower seven. */
const HIGH = 0x80808080 | 0
const LOW = 0x7f7f7f7f

/**
 * target ← target ± other, byte by byte modulo 2^8. Four bytes at once in one 32-bit word: the lower seven bits of each byte are added without a carry into the
 * next byte, and the upper bit is their sum without carry (Warren, Hacker's Delight, §2-18).
 *
 * @param target of the same length as `other`
 */
export function addBytes(target: Uint8Array, other: Uint8Array, sign: 1 | -1): void {
  const aligned = target.byteOffset % 4 === 0 && other.byteOffset % 4 === 0
  const words = aligned ? target.length >> 2 : 0
  const [a, b] = aligned ? [wordsOf(target, words), wordsOf(other, words)] : [NONE, NONE]
  if (sign === 1) for (let k = 0; k < words; k++) a[k] = ((a[k]! & LOW) + (b[k]! & LOW)) ^ ((a[k]! ^ b[k]!) & HIGH)
  else for (let k = 0; k < words; k++) a[k] = ((a[k]! | HIGH) - (b[k]! & LOW)) ^ ((a[k]! ^ ~b[k]!) & HIGH)
  for (let k = words * 4; k < target.length; k++) target[k]! += sign * other[k]!
}

const NONE = new Int32Array(0)
const wordsOf = (bytes: Uint8Array, words: number): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, words)
