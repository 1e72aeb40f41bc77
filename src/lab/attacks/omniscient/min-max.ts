import { deviation, dot, mean, plus, scaled } from '../vectors.ts'
import { everyone } from './everyone.ts'
import { largestFactor } from './line-search.ts'
import type { OmniscientAttack, OmniscientContext } from './omniscient-attack.ts'

const PAPER = 'Shejwalkar and Houmansadr 2021, Manipulating the Byzantine'

/** The longest step along −σ that stays no farther from any honest update than two honest updates are from each other. */
export const minMax: OmniscientAttack = {
  name: 'min-max',
  description: 'goes against the spread as far as the most distant pair of honest updates allows',
  paper: PAPER,
  ignoresOwn: true,
  craft: (context) => farthest(context, (distances) => Math.max(...distances)),
}

/** The same with the sum of squared distances to all honest updates. */
export const minSum: OmniscientAttack = {
  name: 'min-sum',
  description: 'goes against the spread as far as the largest sum of squared distances among honest updates allows',
  paper: PAPER,
  ignoresOwn: true,
  craft: (context) => farthest(context, (distances) => distances.reduce((sum, value) => sum + value, 0)),
}

/** @param measure of the squared distances from one update to all honest ones */
function farthest(context: OmniscientContext, measure: (distances: number[]) => number): Float32Array[] {
  const { honest } = context
  const centre = mean(honest)
  const direction = scaled(deviation(honest, centre), -1)
  const squares = honest.map((row) => dot(row, row))
  const limit = Math.max(
    ...honest.map((row, i) => measure(honest.map((other, j) => squares[i]! + squares[j]! - 2 * dot(row, other)))),
  )
  // ‖μ + γp − u‖² = ‖μ − u‖² + 2γ⟨p, μ − u⟩ + γ²‖p‖²: three numbers an update, no vector work in the search.
  const parts = honest.map((row) => {
    const away = plus(centre, row, -1)
    return { square: dot(away, away), slope: 2 * dot(direction, away) }
  })
  const length = dot(direction, direction)
  const gamma = largestFactor(
    100,
    (factor) => measure(parts.map(({ square, slope }) => square + factor * slope + factor * factor * length)) <= limit,
  )
  return everyone(context, plus(centre, direction, gamma))
}
