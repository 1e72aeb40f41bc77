import { pairIndex } from '../aggregation/gram.ts'
import { ruleOf } from '../aggregation/rules/index.ts'
import type { RuleOutput } from '../aggregation/rules/index.ts'
import { traceLeafHash } from '../aggregation/trace.ts'
import { updateLedger } from '../aggregation/update-ledger.ts'
import { equalBytes } from '../protocol/bytes.ts'
import { ledgerLeafHash } from '../protocol/claim.ts'
import { coordinatesOf } from '../protocol/spec.ts'
import { isAdmitted, Verdict } from '../protocol/types.ts'
import type { LedgerLeaf } from '../protocol/types.ts'
import type { OpenedSlot, RoundLeaves } from './round-leaves.ts'

/** The rule run again over the inner products that the claim commits to. */
export interface ReplayedRule {
  output: RuleOutput | undefined
  /** Places of the admitted rows among all rows: row k of the rule is row `admitted[k]` of the claim. */
  admitted: number[]
  /** What the claim has otherwise than the rule gives, in words; empty for a true claim. */
  differences: string[]
}

/**
 * Runs the rule of the specification over the committed inner products and stakes, and compares all that it gives with the leaves: trace,
 * verdicts, weights, scores, and the member's own ledger leaf.
 *
 * @param leaves that `checkLeaves` accepted
 * @param operatorSlot where the slot is that of the operator that posted
 */
export function replayRule(leaves: RoundLeaves, { operatorSlot }: { operatorSlot?: number } = {}): ReplayedRule {
  const { rows, trace, spec } = leaves
  const differences: string[] = []
  const admitted = rows.flatMap((row, index) => (isAdmitted(row.verdict) ? [index] : []))
  const gram = squareGram(leaves, admitted.length)
  if (!gram) return { output: undefined, admitted, differences: ['the inner products are not those of the admitted rows'] }
  const output =
    admitted.length === 0
      ? undefined
      : ruleOf(spec.rule.rule).weights({
          gram,
          stakes: admitted.map((index) => rows[index]!.weight),
          quarantined: rows.reduce((sum, row) => (row.verdict === Verdict.quarantined ? sum + row.weight : sum), 0n),
          tieBreak: admitted.map((index) => rows[index]!.updateRoot),
          hasReference: gram.size > admitted.length,
          spec: spec.rule,
          coordinates: coordinatesOf(spec),
        })
  const expected = output?.trace ?? []
  if (expected.length !== trace.length)
    differences.push(`the trace has ${trace.length} leaves, the rule writes ${expected.length}`)
  for (const [place, leaf] of expected.entries()) {
    const posted = trace[place]
    if (posted && !equalBytes(traceLeafHash(leaf), traceLeafHash(posted)))
      differences.push(`leaf ${place} of the trace (kind ${leaf.kind}) is not what the rule gives`)
  }
  for (const [k, index] of admitted.entries()) {
    const row = rows[index]!
    if (row.verdict !== output!.verdicts[k]) differences.push(`the verdict of row ${index} is not that of the rule`)
    if (row.beta !== output!.weights[k]) differences.push(`the weight of row ${index} is not that of the rule`)
    if (row.score !== output!.scores[k]) differences.push(`the score of row ${index} is not that of the rule`)
  }
  const { ledgerBefore, ledgerAfter } = leaves
  if (ledgerBefore && ledgerAfter) {
    const after = followingLeaf(leaves, ledgerBefore, operatorSlot)
    if ((after && ledgerLeafHash(after)) !== (ledgerAfter.leaf && ledgerLeafHash(ledgerAfter.leaf)))
      differences.push('the ledger leaf after the round does not follow from the leaf before')
  }
  return { output, admitted, differences }
}

/** The member's ledger leaf after the round as it follows from the rows and the leaf before. */
function followingLeaf(
  { rows, round, spec, member }: RoundLeaves,
  { slot, leaf }: OpenedSlot,
  operatorSlot: number | undefined,
): LedgerLeaf | null {
  const operator = operatorSlot === slot ? { member, slot } : undefined
  const { ledger } = updateLedger(leaf ? new Map([[slot, leaf]]) : new Map(), rows, { spec, round, operator })
  return ledger.get(slot) ?? null
}

/** The matrix of the committed inner products; undefined when their number fits no matrix of these rows. */
function squareGram({ gram, spec }: RoundLeaves, rows: number): { size: number; matrix: Float64Array } | undefined {
  const size = rows > 0 && spec.rule.reference !== 0 ? rows + 1 : rows
  if (gram.length !== pairIndex(size, 0)) return undefined
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = gram[pairIndex(i, j)]!.product
  return { size, matrix }
}
