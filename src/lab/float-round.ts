import { updateLedger } from '../aggregation/index.ts'
import type { AggregatedRow, AggregateRow, LabOutput, LabRule } from '../aggregation/index.ts'
import { coordinatesOf, paddedLength, Reason, WEIGHT_ONE, ZERO_HASH } from '../protocol/index.ts'
import type { Ledger, TaskSpec } from '../protocol/index.ts'

/** Largest inner product for the rule: as large as in the protocol, so that rounding to whole numbers loses nothing relevant. */
const LARGEST = 2 ** 43

export interface FloatRoundInput {
  spec: TaskSpec
  round: bigint
  rule: Pick<LabRule, 'decide'>
  model: Int32Array
  ledger: Ledger
  /** Rows of the round; their `update` is not looked at. */
  rows: readonly AggregateRow[]
  /** float32[D] of each row. */
  updates: readonly Float32Array[]
}

/**
 * A round without quantisation, to measure the cost of int8: inner products in float64, the rule's weights for them, S
 * = Σ β_i u_i / 65536 in float64 and w' = w + S, rounded to the exponent of the model only. Nobody is refused
 * admission.
 */
export function floatRound({ spec, round, rule, model, ledger, rows, updates }: FloatRoundInput): {
  rows: AggregatedRow[]
  model: Int32Array
  ledger: Ledger
} {
  const { weights, verdicts, scores } = decideInFloats({ spec, rule, rows, updates })
  const judged = rows.map((_, i) => ({
    verdict: verdicts[i]!,
    reason: Reason.none,
    reasonArg: ZERO_HASH,
    beta: weights[i]!,
    score: scores[i]!,
  }))
  return {
    rows: judged,
    model: step(spec, model, updates, weights),
    ledger: updateLedger(
      ledger,
      rows.map((row, i) => ({ ...row, ...judged[i]! })),
      { spec, round },
    ).ledger,
  }
}

/**
 * What a Gram rule makes of updates that were not quantised. Nobody is refused admission.
 *
 * @param quarantined stake of the members that earlier rounds keep out; none if left out
 */
export function decideInFloats({
  spec,
  rule,
  rows,
  updates,
  quarantined = 0n,
}: Pick<FloatRoundInput, 'spec' | 'rule' | 'updates'> & {
  rows: readonly Pick<AggregateRow, 'weight' | 'updateRoot'>[]
  quarantined?: bigint
}): LabOutput {
  return rule.decide({
    gram: wholeGram(updates),
    stakes: rows.map(({ weight }) => weight),
    quarantined,
    tieBreak: rows.map(({ updateRoot }) => updateRoot!),
    hasReference: false,
    spec: spec.rule,
    coordinates: coordinatesOf(spec),
    updates: [],
  })
}

/** Inner products, all scaled by one factor and rounded to whole numbers: rules do not depend on the unit. */
function wholeGram(updates: readonly Float32Array[]): { size: number; matrix: Float64Array } {
  const size = updates.length
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = dot(updates[i]!, updates[j]!)
  }
  const most = matrix.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
  return { size, matrix: most > 0 ? matrix.map((value) => Math.round((value / most) * LARGEST)) : matrix }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}

function step(spec: TaskSpec, model: Int32Array, updates: readonly Float32Array[], weights: readonly number[]): Int32Array {
  const sum = new Float64Array(paddedLength(spec))
  updates.forEach((update, i) => {
    const share = weights[i]! / WEIGHT_ONE
    if (share > 0) update.forEach((value, k) => (sum[k]! += share * value))
  })
  const unit = 2 ** -spec.tensors[0]!.modelExponent
  return model.map((value, k) => value + Math.round(sum[k]! * unit))
}
