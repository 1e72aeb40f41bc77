import { RuleId } from '../../protocol/types.ts'
import { noveltyOf } from './company.ts'
import { contentRanks, largestRemainder } from './integer-math.ts'
import { memberGram } from './member-gram.ts'
import type { GramRule } from './rule.ts'
import { settle } from './score.ts'
import { TraceKind } from './trace-kinds.ts'

/**
 * The stake-weighted mean (FedAvg by stake). It rejects nothing: one row can move the mean anywhere, as the lab and
 * `quorate demo --rule mean` show.
 */
export const weightedMean: GramRule = {
  id: RuleId.mean,
  name: 'mean',
  weights(input) {
    const { gram, stakes, tieBreak } = input
    const weights = largestRemainder(stakes, contentRanks(tieBreak))
    const settled = settle(
      memberGram(gram, stakes.length),
      stakes,
      weights,
      stakes.map(() => false),
      noveltyOf(input),
    )
    return { weights, ...settled, trace: [{ kind: TraceKind.stakes, index: 0, words: [...stakes] }, ...settled.trace] }
  },
}
