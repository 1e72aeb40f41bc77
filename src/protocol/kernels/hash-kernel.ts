/**
 * keccak256 over many messages at once. Two implementations give the same bytes for every input: `wasmHashKernel()` (two states side by
 * side in SIMD lanes) and `twinHashKernel` (one message after the other).
 */
export interface HashKernel {
  readonly name: string
  /** keccak256 of one message of any length, 32 bytes. */
  hash(message: Uint8Array): Uint8Array
  /** keccak256 of a message that comes in parts. */
  stream(): HashStream
  /**
   * keccak256 of messages of one length that lie one after the other.
   *
   * @param length bytes of one message, at least 1; `messages` is a whole number of them
   * @returns the hashes one after the other, 32 bytes each
   * @throws RangeError when `messages` is not whole
   */
  hashEach(messages: Uint8Array, length: number): Uint8Array
  /** `hashEach` over int32 values taken as big-endian words, `count` values a message, a multiple of 4. */
  hashInts(values: Int32Array, count: number): Uint8Array
  /**
   * Leaves of the pairs `from … to - 1` in the tree under `gramRoot`: `H(pairHash ‖ i256 G ‖ i256 p)` over the Merkle-sum tree of the pair
   * (docs/protocol.md §4).
   *
   * @param partials inner products by segment: pair p of segment g at `g * pairs + p`; 1 … 2^17 segments
   * @returns the leaves one after the other, 32 bytes each
   */
  pairLeaves(partials: Int32Array, pairs: number, from: number, to: number): Uint8Array
}

/** A message that is hashed part by part. Nothing of a part is kept, so its bytes may be changed afterwards. */
export interface HashStream {
  update(part: Uint8Array): void
  /** The hash of all parts, 32 bytes. Called once, at the end. */
  digest(): Uint8Array
}

/** Most segments of a vector: D <= 2^30 (docs/protocol.md §1). */
export const MAX_SEGMENTS = 2 ** 17

/** How many messages of `length` bytes, or the error that says why they are not whole. */
export function countOf(bytes: number, length: number): number {
  const count = bytes / length
  if (!Number.isInteger(count) || length < 1) throw new RangeError(`${bytes} bytes are not messages of ${length}`)
  return count
}
