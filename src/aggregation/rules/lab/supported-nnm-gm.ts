import { TraceKind } from '../trace-kinds.ts'
import { contentRanks, largestRemainder } from '../integer-math.ts'
import { memberGram } from '../member-gram.ts'
import { residualGram } from '../novelty.ts'
import { settle } from '../score.ts'
import { noveltyNnmGm } from './equalised-nnm-gm.ts'
import type { LabRule } from './lab-rule.ts'
import { supportOf } from './support.ts'

/**
 * `novelty-nnm-gm` that rejects an odd row only if the others do not support it (`support.ts`), so that members with F of the stake can have nobody
 * rejected whose row their own rows alone oppose. docs/robustness.md §4.10 has figures, and why it is not the default yet.
 */
export const supportedNnmGm: LabRule = {
  ...noveltyNnmGm,
  name: 'supported-nnm-gm',
  provable: false,
  decide(input) {
    const decided = noveltyNnmGm.decide(input)
    const { gram, stakes, tieBreak, hasReference, spec } = input
    const leaves = (kind: number): bigint[][] => decided.trace.filter((leaf) => leaf.kind === kind).map(({ words }) => words)
    const [raw] = leaves(TraceKind.rawWeights)
    if (!raw) return decided
    const support = supportOf(leaves(TraceKind.equalised), leaves(TraceKind.norms)[0]!, stakes, spec.byzantineBps)
    const rejected = leaves(TraceKind.rejected)[0]!.map((flag, i) => flag === 1n && support.rows[i]! < support.least)
    const weights = largestRemainder(
      raw.map((weight, i) => (rejected[i] ? 0n : weight)),
      contentRanks(tieBreak),
    )
    const residual = hasReference ? residualGram(gram) : undefined
    const { scores, verdicts } = settle(memberGram(gram, stakes.length), stakes, weights, rejected, residual)
    return { weights, scores, verdicts, trace: [] }
  },
}
