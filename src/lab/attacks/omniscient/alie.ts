import { deviation, distance, mean, plus } from '../vectors.ts'
import { everyone } from './everyone.ts'
import { searchedFactor } from './line-search.ts'
import type { OmniscientAttack } from './omniscient-attack.ts'

/** Least factor: the paper's formula gives 0 for few attackers. */
const LEAST = 1

/** A little is enough: every coordinate moved by z standard deviations, which hides inside the honest spread. */
export const alie: OmniscientAttack = {
  name: 'alie',
  description: 'sends the honest mean minus z standard deviations, z from n and f',
  paper: 'Baruch, Baruch, Goldberg 2019, A Little Is Enough: Circumventing Defenses For Distributed Learning',
  ignoresOwn: true,
  craft(context) {
    const centre = mean(context.honest)
    const z = Math.max(LEAST, zMax(context.honest.length + context.own.length, context.own.length))
    return everyone(context, plus(centre, deviation(context.honest, centre), -z))
  },
}

/** ALIE with z found by a line search through the rule of the round. */
export const optimisedAlie: OmniscientAttack = {
  name: 'optimised-alie',
  description: 'ALIE with the z that moves the aggregate farthest from the honest mean',
  paper: 'Baruch et al. 2019; line search as in Allouah et al. 2023, Fixing by Mixing',
  ignoresOwn: true,
  craft(context) {
    const centre = mean(context.honest)
    const spread = deviation(context.honest, centre)
    const at = (z: number): Float32Array[] => everyone(context, plus(centre, spread, -z))
    return at(searchedFactor(context, this.name, (z) => distance(context.judge(at(z)).step, centre)))
  },
}

/** z_max of the paper: Φ⁻¹((n − f − s) / (n − f)) with s = floor(n/2 + 1) − f supporters needed. */
export function zMax(n: number, f: number): number {
  const supporters = Math.floor(n / 2 + 1) - f
  const share = (n - f - supporters) / (n - f)
  return share <= 0.5 ? 0 : inverseNormal(Math.min(share, 0.9999))
}

/** Φ⁻¹ for 1/2 < p < 1 by bisection on Abramowitz and Stegun 7.1.26 (error below 10⁻⁶). */
function inverseNormal(p: number): number {
  let low = 0
  let high = 6
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (cumulative(middle) < p) low = middle
    else high = middle
  }
  return low
}

function cumulative(x: number): number {
  const t = 1 / (1 + 0.3275911 * (x / Math.SQRT2))
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return 1 - (series * Math.exp((-x * x) / 2)) / 2
}
