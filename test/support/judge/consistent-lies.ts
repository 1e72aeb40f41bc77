import { applyStep, createWasmKernels, quarantinedWeight, updateLedger } from '../../../src/aggregation/index.ts'
import type { RuleInput, RuleOutput } from '../../../src/aggregation/index.ts'
import { noveltyOf } from '../../../src/aggregation/rules/company.ts'
import { settle } from '../../../src/aggregation/rules/score.ts'
import { claimParts } from '../../../src/judge/index.ts'
import { coordinatesOf, isAdmitted, Verdict } from '../../../src/protocol/index.ts'
import type { Posted } from './mutations.ts'
import { operatorOf } from './signed-round.ts'

const kernels = createWasmKernels()

/**
 * The rest of a claim, recomputed honestly from the inner products it has, with a rule of the operator's choice. If the
 * rule's weights differ from its trace, the trace gets the weights and the values that follow from them.
 */
export function recomputeFrom(posted: Posted, rule: (input: RuleInput) => RuleOutput): boolean {
  const { parts } = posted
  const admitted = parts.rows.flatMap(({ verdict }, i) => (isAdmitted(verdict) ? [i] : []))
  if (admitted.length === 0) return false
  const n = admitted.length
  const size = parts.spec.rule.reference === 0 ? n : n + 1
  const matrix = new Float64Array(size * size)
  for (let i = 0, pair = 0; i < size; i++) {
    for (let j = 0; j <= i; j++, pair++) matrix[i * size + j] = matrix[j * size + i] = parts.gram[pair]!.at(-1)![0]!
  }
  const stakes = admitted.map((i) => parts.rows[i]!.weight)
  const input: RuleInput = {
    gram: { size, matrix },
    stakes,
    quarantined: quarantinedWeight(parts.rows),
    tieBreak: admitted.map((i) => parts.rows[i]!.updateRoot),
    hasReference: size > n,
    spec: parts.spec.rule,
    coordinates: coordinatesOf(parts.spec),
  }
  const output = rule(input)
  const raw = stakes.map((_, i) => stakes.map((__, j) => BigInt(matrix[i * size + j]!)))
  const settled = settle(
    raw,
    stakes,
    output.weights,
    output.verdicts.map((verdict) => verdict === Verdict.rejected),
    noveltyOf(input),
  )
  const rows = parts.rows.map((row, i) => {
    const k = admitted.indexOf(i)
    return k < 0 ? row : { ...row, verdict: settled.verdicts[k]!, beta: output.weights[k]!, score: settled.scores[k]! }
  })
  const carrying = rows.filter(({ beta }) => beta > 0)
  const next = applyStep(kernels, {
    spec: parts.spec,
    ...parts.previous,
    rows: carrying.map(({ updateRoot }) => parts.updates.get(updateRoot)!),
    betas: carrying.map(({ beta }) => beta),
  })
  const { ledger, total } = updateLedger(parts.previous.ledger, rows, { ...parts, operator: operatorOf(posted.known) })
  const { gram } = parts
  posted.parts = {
    ...claimParts({
      ...parts,
      rows,
      result: {
        rows,
        gram: { size: 0, matrix: new Float64Array(), segments: 0, partials: new Int32Array() },
        gramRoot: `0x`,
        trace: [...output.trace.slice(0, -settled.trace.length), ...settled.trace],
        traceRoot: `0x`,
        ...next,
        ledger,
        ledgerTotal: total,
      },
    }),
    gram,
    norms: parts.norms,
  }
  return true
}
