import { distance, mean, scaled } from '../vectors.ts'
import { everyone } from './everyone.ts'
import { searchedFactor } from './line-search.ts'
import type { OmniscientAttack } from './omniscient-attack.ts'

/** Inner product manipulation with a fixed factor. */
function ipmOf(epsilon: number, name: string): OmniscientAttack {
  return {
    name,
    description: `sends the honest mean times −${epsilon}`,
    paper: 'Xie, Koyejo, Gupta 2020, Fall of Empires: Breaking Byzantine-tolerant SGD by Inner Product Manipulation',
    ignoresOwn: true,
    craft: (context) => everyone(context, scaled(mean(context.honest), -epsilon)),
  }
}

/**
 * A small step backwards: close to all honest updates, and enough to flip the sign of the inner product between the
 * aggregate and the honest mean if the rule ignores norms.
 */
export const ipm = ipmOf(0.1, 'ipm')

/** A long step backwards. */
export const ipmLong = ipmOf(2, 'ipm-long')

/** IPM with the factor found by a line search through the rule of the round. */
export const optimisedIpm: OmniscientAttack = {
  name: 'optimised-ipm',
  description: 'sends the honest mean times the negative factor that moves the aggregate farthest from it',
  paper: 'Xie et al. 2020; line search as in Allouah et al. 2023, Fixing by Mixing',
  ignoresOwn: true,
  craft(context) {
    const centre = mean(context.honest)
    const at = (epsilon: number): Float32Array[] => everyone(context, scaled(centre, -epsilon))
    return at(searchedFactor(context, this.name, (epsilon) => distance(context.judge(at(epsilon)).step, centre)))
  },
}
