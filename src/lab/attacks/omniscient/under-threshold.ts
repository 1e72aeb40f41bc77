import { Verdict } from '../../../protocol/types.ts'
import { mean, scaled } from '../vectors.ts'
import { everyone } from './everyone.ts'
import { largestFactor } from './line-search.ts'
import type { OmniscientAttack } from './omniscient-attack.ts'

/** Longest step looked at, in honest means. */
const MOST = 16
/** Share of what passes in rehearsal: the dice of quantisation fall anew when it counts. */
const MARGIN = 0.98

/** As far against the honest mean as the scorer lets pass: every row still `accepted` or `downweighted`. */
export const underThreshold: OmniscientAttack = {
  name: 'under-threshold',
  description: 'the longest step against the honest mean that no verdict rejects',
  paper:
    'Shejwalkar and Houmansadr 2021, Manipulating the Byzantine (attack tailored to a known rule), here through our own verdicts',
  ignoresOwn: true,
  craft(context) {
    const centre = mean(context.honest)
    const at = (factor: number): Float32Array[] => everyone(context, scaled(centre, -factor))
    const passes = (factor: number): boolean =>
      context.judge(at(factor)).verdicts.every((verdict) => verdict === Verdict.accepted || verdict === Verdict.downweighted)
    return at(MARGIN * largestFactor(MOST, passes))
  },
}
