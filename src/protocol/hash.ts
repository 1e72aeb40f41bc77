import { keccak_256 } from '@noble/hashes/sha3.js'

/** keccak256 of the bytes, 32 bytes. */
export function keccak(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes)
}
