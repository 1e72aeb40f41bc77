import { z } from 'zod'
import { QuorateError } from '../core/errors.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Hash, TaskSpec } from './types.ts'

const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hash)
/** An unsigned integer that the chain stores in so many bits. */
const unsigned = (bits: number) =>
  z
    .int()
    .min(0)
    .max(2 ** bits - 1)
const wide = (bits: bigint) =>
  z
    .string()
    // No more digits than 2^128 has: longer ones take time to convert.
    .regex(/^(0|[1-9][0-9]{0,38})$/)
    .transform((text) => BigInt(text))
    .refine((value) => value < 2n ** bits, `expected less than 2^${bits}`)
const exponent = z.int().min(-128).max(127)

/** What `abi.encode` takes. Which values a task may have, `checkSpec` says. */
const specSchema = z.strictObject({
  tensors: z.array(
    z.strictObject({
      length: unsigned(32),
      updateExponent: exponent,
      modelExponent: exponent,
      eta: unsigned(32),
      shift: unsigned(8),
    }),
  ),
  rule: z.strictObject({
    rule: unsigned(8),
    byzantineBps: unsigned(16),
    iterations: unsigned(8),
    capQ16: unsigned(32),
    rejectBps: unsigned(16),
    reference: unsigned(8),
    referenceDecay: unsigned(16),
    referenceGain: unsigned(8),
  }),
  minNormSq: wide(64n),
  maxNormSq: wide(64n),
  toleranceBps: unsigned(16),
  minSealedBps: unsigned(16),
  rewardPerRound: wide(128n),
  operatorShareBps: unsigned(16),
  committee: unsigned(16),
  genesisModelRoot: hash,
  document: hash,
})

/** The bytes of `spec.json`. */
export function encodeSpec(spec: TaskSpec): string {
  return canonicalJson({
    ...spec,
    tensors: spec.tensors.map((tensor) => ({ ...tensor })),
    rule: { ...spec.rule },
    minNormSq: spec.minNormSq.toString(),
    maxNormSq: spec.maxNormSq.toString(),
    rewardPerRound: spec.rewardPerRound.toString(),
  })
}

/**
 * Parses `spec.json` into what the chain can hold. Whoever acts on a specification calls `checkSpec` too.
 *
 * @throws QuorateError SPEC_INVALID naming the first wrong field
 */
export function decodeSpec(text: string): TaskSpec {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new QuorateError('SPEC_INVALID', 'the task specification is not JSON', { cause })
  }
  const parsed = specSchema.safeParse(json)
  if (parsed.success) return parsed.data as TaskSpec
  const issue = parsed.error.issues[0]
  throw new QuorateError('SPEC_INVALID', `the task specification is wrong at ${issue?.path.join('.')}: ${issue?.message}`)
}
