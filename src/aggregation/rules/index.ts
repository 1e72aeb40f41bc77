/**
 * Aggregation rules that see updates only through their Gram matrix: `weightedMean` (no filter) and `nnmGm` (the default). `ruleOf(spec.rule)`
 * finds one; `assertSafe` refuses a round that the rule cannot protect. Everything here is a pure function of integers.
 */
import { QuorateError } from '../../core/errors.ts'
import { nnmGm } from './nnm-gm.ts'
import type { GramRule } from './rule.ts'
import { weightedMean } from './weighted-mean.ts'

export { isqrt } from './integer-math.ts'
export type { GramRule, RuleInput, RuleOutput } from './rule.ts'
export { assertSafe, MAX_TOTAL_STAKE } from './safety.ts'
export { weightsHeld } from './reversal.ts'
export { TraceKind } from './trace-kinds.ts'
export { nnmGm, weightedMean }

export const RULES: readonly GramRule[] = [weightedMean, nnmGm]

/** @throws QuorateError SPEC_INVALID for an unknown rule */
export function ruleOf(id: number): GramRule {
  const rule = RULES.find((candidate) => candidate.id === id)
  if (!rule)
    throw new QuorateError(
      'SPEC_INVALID',
      `rule ${id} is not one of ${RULES.map(({ id, name }) => `${id} (${name})`).join(', ')}`,
    )
  return rule
}
