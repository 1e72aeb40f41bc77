/**
 * An example of a rule, for `quorate lab --rule examples/shortest-half-rule.ts`: the stake-weighted mean of the shorter
 * half of the updates. The rule uses only norms, so it accepts attacks of small norm; run it with `--attack ipm`.
 */
import { gramRule } from '../src/aggregation/index.ts'

export default gramRule(
  {
    name: 'shortest-half',
    paper: 'example, 2026',
    breakdown: 'long attackers below one half; none against short ones',
    weighting: 'rows in ascending norm until half of the stake is taken, the last one whole',
    publicRow: 'none',
    translates: false,
    splits: false,
    unsafe: () => undefined,
  },
  ({ gram, stakes, ranks }) => {
    const total = stakes.reduce((a, b) => a + b, 0n)
    const order = stakes.map((_, i) => i).sort((a, b) => Number(gram[a]![a]! - gram[b]![b]!) || ranks[a]! - ranks[b]!)
    const raw = stakes.map(() => 0n)
    let taken = 0n
    for (const i of order) {
      if (2n * taken >= total) break
      raw[i] = stakes[i]!
      taken += stakes[i]!
    }
    return { raw, rejected: raw.map((value) => value === 0n) }
  },
)
