import { z } from 'zod'
import { QuorateError } from '../core/errors.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Hash, TaskSpec } from './types.ts'

const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hash)
const integer = z
  .string()
  .regex(/^(0|[1-9][0-9]*)$/)
  .transform((text) => BigInt(text))
const exponent = z.int().min(-128).max(127)

const specSchema = z.strictObject({
  tensors: z
    .array(
      z.strictObject({
        length: z
          .int()
          .min(1)
          .max(2 ** 30),
        updateExponent: exponent,
        modelExponent: exponent,
        eta: z
          .int()
          .min(0)
          .max(2 ** 24 - 1),
        shift: z.int().min(0).max(62),
      }),
    )
    .min(1),
  rule: z.strictObject({
    rule: z.union([z.literal(0), z.literal(1)]),
    byzantineBps: z.int().min(0).max(4999),
    iterations: z.int().min(0).max(64),
    capQ16: z
      .int()
      .min(65_536)
      .max(2 ** 31),
    rejectBps: z.int().min(0).max(65_535),
    reference: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
    referenceDecay: z.int().min(0).max(256),
    referenceGain: z.int().min(0).max(6),
  }),
  minNormSq: integer,
  maxNormSq: integer,
  toleranceBps: z.int().min(2500).max(3332),
  minSealedBps: z.int().min(1).max(10_000),
  rewardPerRound: integer,
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

/** Parses `spec.json`. @throws QuorateError SPEC_INVALID naming the first wrong field */
export function decodeSpec(text: string): TaskSpec {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new QuorateError('SPEC_INVALID', 'the task specification is not JSON', { cause })
  }
  const parsed = specSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new QuorateError('SPEC_INVALID', `the task specification is wrong at ${issue?.path.join('.')}: ${issue?.message}`)
}
