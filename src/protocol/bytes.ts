import { bytesToHex, hexToBytes } from 'viem'
import type { Address, Hash, Hex } from './types.ts'

export const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`

export function toHex(bytes: Uint8Array): Hex {
  return bytesToHex(bytes)
}

export function fromHex(hex: Hex): Uint8Array {
  return hexToBytes(hex)
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Addresses compare without regard to checksum case. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** The form used as a map key and in canonical JSON. */
export function lowerHex<T extends Hex>(hex: T): T {
  return hex.toLowerCase() as T
}

/** A 32-byte big-endian two's complement word. */
export function word(value: bigint): Uint8Array {
  const out = new Uint8Array(32)
  let rest = BigInt.asUintN(256, value)
  for (let i = 31; i >= 0; i--) {
    out[i] = Number(rest & 255n)
    rest >>= 8n
  }
  return out
}
