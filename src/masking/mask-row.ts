import { createCipheriv } from 'node:crypto'
import { addBytes } from './add-bytes.ts'

/** One mask of a member's row. */
export interface PairMask {
  /** `roundKey`, 32 bytes. */
  key: Uint8Array
  /** +1 for the member of the pair with the lower slot, −1 for the other, so that the two masks cancel. */
  sign: 1 | -1
}

/** Bytes of a mask that are made at once. */
const PIECE = 1 << 18
const ZEROS = new Uint8Array(PIECE)
/** ChaCha20 with block counter 0 and nonce 0 (RFC 8439): each key makes one mask only. */
const START = new Uint8Array(16)

/**
 * A row under the masks of all pairs of its member, modulo 2^8. Without all of the keys it is uniformly random, as far as ChaCha20 is.
 *
 * @param row int8[D]
 * @param masks one for each other member of the bucket
 * @returns uint8[D], one byte a coordinate on the wire as well
 * @example const masked = maskRow(update, others.map(({ slot, secret }) => ({ key: roundKey(secret, round), sign: own < slot ? 1 : -1 })))
 */
export function maskRow(row: Int8Array, masks: readonly PairMask[]): Uint8Array {
  const masked = new Uint8Array(row.length)
  masked.set(new Uint8Array(row.buffer, row.byteOffset, row.length))
  for (const { key, sign } of masks) addMask(masked, key, sign)
  return masked
}

function addMask(target: Uint8Array, key: Uint8Array, sign: 1 | -1): void {
  const stream = createCipheriv('chacha20', key, START)
  for (let from = 0; from < target.length; from += PIECE) {
    const part = target.subarray(from, from + PIECE)
    addBytes(part, stream.update(ZEROS.subarray(0, part.length)), sign)
  }
}
