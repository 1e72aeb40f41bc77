import { QuorateError } from '../core/errors.ts'
import { paddedLength } from './spec.ts'
import type { TaskSpec } from './types.ts'

/**
 * Bounds of a task specification, the same as `contracts/rounds/SpecRules.sol`. Inside them every specification has true claims, and
 * every lie about them has a proof: the judge's arithmetic is exact, and no proof is too large to send.
 */
export const SpecBounds = {
  /** The largest proof brings all of them beside 128 rows, and has to fit into a transaction of 128 KiB. */
  tensors: { least: 1, most: 320 },
  /** Coordinates, of one tensor and of the padded vector. */
  length: { least: 1, most: 2 ** 30 },
  eta: { least: 0, most: 2 ** 24 - 1 },
  shift: { least: 0, most: 62 },
  rule: { least: 0, most: 1 },
  byzantineBps: { least: 0, most: 3332 },
  iterations: { least: 0, most: 64 },
  capQ16: { least: 2 ** 16, most: 2 ** 31 },
  reference: { least: 0, most: 3 },
  referenceDecay: { least: 0, most: 256 },
  referenceGain: { least: 0, most: 6 },
  toleranceBps: { least: 2500, most: 3332 },
  minSealedBps: { least: 3000, most: 10_000 },
  /** Token wei. */
  rewardPerRound: { least: 0n, most: 2n ** 96n },
  operatorShareBps: { least: 0, most: 3000 },
  /** Three rounds in ten million then draw more members than a claim has rows. */
  committee: { least: 0, most: 80 },
} as const

/**
 * Refuses a specification under which a lie might have no proof, or no claim would be true (docs/protocol.md §7).
 *
 * @throws QuorateError SPEC_OUT_OF_BOUNDS naming the field and its bounds
 * @example checkSpec(spec) // returns if every bound holds
 */
export function checkSpec(spec: TaskSpec): void {
  const { rule, tensors } = spec
  within('tensors', tensors.length, SpecBounds.tensors)
  for (const [index, { length, eta, shift }] of tensors.entries()) {
    within(`tensors.${index}.length`, length, SpecBounds.length)
    within(`tensors.${index}.eta`, eta, SpecBounds.eta)
    within(`tensors.${index}.shift`, shift, SpecBounds.shift)
  }
  within('length', paddedLength(spec), SpecBounds.length)
  within('rule.rule', rule.rule, SpecBounds.rule)
  // The weighted mean withstands no Byzantine member.
  within('rule.byzantineBps', rule.byzantineBps, rule.rule === 0 ? { least: 0, most: 0 } : SpecBounds.byzantineBps)
  within('rule.iterations', rule.iterations, SpecBounds.iterations)
  within('rule.capQ16', rule.capQ16, SpecBounds.capQ16)
  within('rule.reference', rule.reference, SpecBounds.reference)
  within('rule.referenceDecay', rule.referenceDecay, SpecBounds.referenceDecay)
  within('rule.referenceGain', rule.referenceGain, SpecBounds.referenceGain)
  within('minNormSq', spec.minNormSq, { least: 1n, most: spec.maxNormSq })
  // The share that the rule withstands is within the share that the thresholds assume.
  const least = Math.max(rule.byzantineBps, SpecBounds.toleranceBps.least)
  within('toleranceBps', spec.toleranceBps, { least, most: SpecBounds.toleranceBps.most })
  within('minSealedBps', spec.minSealedBps, SpecBounds.minSealedBps)
  within('rewardPerRound', spec.rewardPerRound, SpecBounds.rewardPerRound)
  within('operatorShareBps', spec.operatorShareBps, SpecBounds.operatorShareBps)
  within('committee', spec.committee, SpecBounds.committee)
}

function within<N extends number | bigint>(field: string, value: N, { least, most }: { least: N; most: N }): void {
  if (value >= least && value <= most) return
  const bounds = least > most ? `at least ${least}, and at most ${most}: no value fits` : `${least} to ${most}`
  throw new QuorateError('SPEC_OUT_OF_BOUNDS', `${field} of the task specification is ${value}; it has to be ${bounds}`, {
    details: { field, value, least, most },
  })
}
