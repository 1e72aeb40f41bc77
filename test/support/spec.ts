import { checkSpec } from '../../src/protocol/spec-rules.ts'
import { QuorateError } from '../../src/core/errors.ts'
import type { RuleSpec, TaskSpec, TensorSpec } from '../../src/protocol/index.ts'

const HASH = `0x${'11'.repeat(32)}` as const

export const SPEC_TENSOR: TensorSpec = { length: 784, updateExponent: -8, modelExponent: -20, eta: 4096, shift: 12 }

const RULE: RuleSpec = {
  rule: 1,
  byzantineBps: 2500,
  iterations: 8,
  capQ16: 4 * 65_536,
  rejectBps: 21_500,
  reference: 2,
  referenceDecay: 0,
  referenceGain: 3,
}

/** An ordinary task, inside every bound. */
export const SPEC: TaskSpec = {
  tensors: [SPEC_TENSOR, { ...SPEC_TENSOR, length: 10 }],
  rule: RULE,
  minNormSq: 100n,
  maxNormSq: 1n << 40n,
  toleranceBps: 2500,
  minSealedBps: 5000,
  rewardPerRound: 10n ** 20n,
  operatorShareBps: 1000,
  committee: 0,
  genesisModelRoot: HASH,
  document: HASH,
}

/** The field for which a specification is refused, by the contract's name for it; empty for one that is accepted. */
export function refusal(spec: TaskSpec): string {
  try {
    checkSpec(spec)
    return ''
  } catch (error) {
    if (!(error instanceof QuorateError) || error.code !== 'SPEC_OUT_OF_BOUNDS') throw error
    return String(error.details['field']).split('.').at(-1)!
  }
}
