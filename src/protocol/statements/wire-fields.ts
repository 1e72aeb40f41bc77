import { bytesToBigInt, numberToHex } from 'viem'
import { QuorateError } from '../../core/errors.ts'
import { fromHex, toHex } from '../bytes.ts'
import type { Address, Hash, Hex } from '../types.ts'

/** The bytes of a field. @throws QuorateError MESSAGE_MALFORMED when the length is wrong */
function fixed(bytes: Uint8Array, length: number, field: string): Hex {
  if (bytes.length !== length) {
    throw new QuorateError('MESSAGE_MALFORMED', `${field} has ${bytes.length} bytes instead of ${length}`)
  }
  return toHex(bytes)
}

export function addressField(bytes: Uint8Array, field: string): Address {
  return fixed(bytes, 20, field)
}

export function hashField(bytes: Uint8Array, field: string): Hash {
  return fixed(bytes, 32, field)
}

export function signatureField(bytes: Uint8Array): Hex {
  return fixed(bytes, 65, 'signature')
}

/** A bitmap as 32 big-endian bytes. */
export function bitmapField(bytes: Uint8Array, field: string): bigint {
  return bytesToBigInt(fromHex(fixed(bytes, 32, field)))
}

export function bitmapBytes(bits: bigint): Uint8Array {
  return fromHex(numberToHex(bits, { size: 32 }))
}
