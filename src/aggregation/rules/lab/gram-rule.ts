import { contentRanks, largestRemainder } from '../integer-math.ts'
import { memberGram } from '../member-gram.ts'
import { settle } from '../score.ts'
import type { GramCase, GramDecision, LabRule } from './lab-rule.ts'
import { presentRows, spread } from './present-rows.ts'

/**
 * A lab rule from its core `(G, stakes) → raw weights`: rows without stake never reach the core, β is the largest
 * remainder of the raw weights, and all rules share verdicts and scores (docs/aggregation.md §5).
 */
export function gramRule(about: Omit<LabRule, 'kind' | 'decide' | 'provable'>, core: (given: GramCase) => GramDecision): LabRule {
  return {
    ...about,
    kind: 'gram',
    provable: false,
    decide(all) {
      const { input, from } = presentRows(all)
      const n = all.stakes.length
      const { gram, stakes, tieBreak, hasReference, spec } = input
      const ranks = contentRanks(tieBreak)
      const given = { gram: memberGram(gram, stakes.length), stakes: [...stakes], ranks, tieBreak: [...tieBreak] }
      const { raw, rejected = raw.map(() => false) } =
        stakes.length === 0 ? { raw: [] } : core({ ...given, whole: gram, hasReference, spec })
      const weights = spread(largestRemainder(raw, ranks), from, n, 0)
      const { scores, verdicts } = settle(memberGram(all.gram, n), all.stakes, weights, spread(rejected, from, n, false))
      return { weights, scores, verdicts, trace: [] }
    },
  }
}
