import { z } from 'zod'
import type { Address, Hash, Hex } from '../protocol/index.ts'

/** Words of signed statements as JSON has them: text, as JSON has no numbers of 64 bits. */
export const hashText = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/, 'expected 32 bytes as lower-case hex')
  .transform((text) => text as Hash)

export const addressText = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address')
  .transform((text) => text.toLowerCase() as Address)

export const signatureText = z
  .string()
  .regex(/^0x[0-9a-f]{130}$/, 'expected 65 bytes as lower-case hex')
  .transform((text) => text as Hex)

/** A whole number below 2^bits. */
export const numberText = (bits: bigint) =>
  z
    .string()
    .regex(/^\d{1,39}$/, 'expected a whole number')
    .transform((text) => BigInt(text))
    .refine((value) => value < 1n << bits, `expected a number of ${bits} bits`)
