import { Verdict } from '../../../protocol/types.ts'
import { mean, scaled } from '../vectors.ts'
import { everyone } from './everyone.ts'
import { largestFactor } from './line-search.ts'
import type { OmniscientAttack } from './omniscient-attack.ts'

/** Longest step looked at, in honest means. */
const MOST = 16
/** Share of the longest accepted step in the rehearsal, because the final quantisation rounds with other random numbers. */
const MARGIN = 0.98

/** As far against the honest mean as the scorer lets pass: every row still `accepted` or `downweighted`. */
export const underThreshold: OmniscientAttack = {
  name: 'under-threshold',
  description: 'sends the longest step against the honest mean that the rule does not reject',
  paper:
    'Shejwalkar and Houmansadr 2021, Manipulating the Byzantine (attack tailored to a known rule), here with the verdicts of the rule',
  ignoresOwn: true,
  craft(context) {
    const centre = mean(context.honest)
    const at = (factor: number): Float32Array[] => everyone(context, scaled(centre, -factor))
    const passes = (factor: number): boolean =>
      context.judge(at(factor)).verdicts.every((verdict) => verdict === Verdict.accepted || verdict === Verdict.downweighted)
    return at(MARGIN * largestFactor(MOST, passes))
  },
}
