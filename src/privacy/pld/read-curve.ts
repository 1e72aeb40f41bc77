import type { LossGrid } from './loss-grid.ts'

/** δ at an ε: the probability of a loss beyond ε, each weighed by 1 − exp(ε − loss). */
export function deltaAt({ width, first, masses, infinite }: LossGrid, epsilon: number): number {
  let delta = infinite
  for (const [index, mass] of masses.entries()) {
    const loss = (first + index) * width
    if (loss > epsilon) delta -= mass * Math.expm1(epsilon - loss)
  }
  return delta
}

/**
 * The smallest ε ≥ 0 whose δ is at most `delta`.
 *
 * Between two losses of the grid δ is a − b·e^ε, where a is the probability of all losses above and b the same weighed by exp(−loss). The
 * search goes down from the largest loss to the cell in which δ passes the wanted value.
 */
export function epsilonAt({ width, first, masses, infinite }: LossGrid, delta: number): number {
  if (infinite > delta) return Infinity
  const decay = Math.exp(-width)
  let above = infinite
  // b·e^loss at the loss that the search has reached: exp(−loss) alone would vanish for a loss above 700.
  let weighed = 0
  let loss = 0
  for (let index = masses.length - 1; index >= 0; index--) {
    loss = (first + index) * width
    weighed *= decay
    if (loss <= 0 || above - weighed > delta) break
    above += masses[index]!
    weighed += masses[index]!
  }
  return above <= delta ? 0 : Math.max(0, loss + Math.log((above - delta) / weighed))
}
