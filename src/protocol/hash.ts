import { fromHex, toHex } from './bytes.ts'
import { hashKernel } from './kernels/index.ts'
import type { HashStream } from './kernels/index.ts'
import type { Hash, Hex } from './types.ts'

/** keccak256 of the bytes, 32 bytes. */
export function keccak(bytes: Uint8Array): Uint8Array {
  return hashKernel().hash(bytes)
}

/** keccak256 of bytes in hexadecimal, as ABI encoders return them. */
export function keccakHex(bytes: Hex): Hash {
  return toHex(keccak(fromHex(bytes)))
}

/** keccak256 of bytes that come in parts. */
export function keccakStream(): HashStream {
  return hashKernel().stream()
}

/** keccak256 of messages of `length` bytes that lie one after the other: 32 bytes each, one after the other. */
export function keccakEach(messages: Uint8Array, length: number): Uint8Array {
  return hashKernel().hashEach(messages, length)
}

/** The hashes of a packed list, 32 bytes each, as views of it. */
export function unpackHashes(packed: Uint8Array): Uint8Array[] {
  return Array.from({ length: packed.length / 32 }, (_, k) => packed.subarray(k * 32, k * 32 + 32))
}
