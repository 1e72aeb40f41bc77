import type { OmniscientContext } from './omniscient-attack.ts'

/**
 * The factor with the largest value, from a geometric grid and two refinements around its best point: an attacker's
 * line search through a pipeline that is neither smooth nor unimodal. 16 evaluations.
 */
export function bestFactor(value: (factor: number) => number): number {
  const tried = [0.1, 0.2, 0.4, 0.7, 1, 1.5, 2, 3, 5, 8, 12, 20].map((factor) => ({ factor, value: value(factor) }))
  for (let refine = 0; refine < 2; refine++) {
    const best = tried.reduce((a, b) => (b.value > a.value ? b : a)).factor
    const order = tried.map(({ factor }) => factor).sort((a, b) => a - b)
    const at = order.indexOf(best)
    for (const near of [order[at - 1], order[at + 1]]) {
      if (near !== undefined) tried.push({ factor: (near + best) / 2, value: value((near + best) / 2) })
    }
  }
  return tried.reduce((a, b) => (b.value > a.value ? b : a)).factor
}

/**
 * `bestFactor` in rounds that search; its last outcome in the others.
 *
 * @param name under which the outcome is kept
 */
export function searchedFactor(
  { memory, searches }: Pick<OmniscientContext, 'memory' | 'searches'>,
  name: string,
  value: (factor: number) => number,
): number {
  const known = memory.get(name) as number | undefined
  if (!searches && known !== undefined) return known
  const factor = bestFactor(value)
  memory.set(name, factor)
  return factor
}

/** The largest factor up to `most` that `passes`, by bisection to a thousandth; 0 when none does. Assumes that what passes passes scaled down. */
export function largestFactor(most: number, passes: (factor: number) => boolean): number {
  if (passes(most)) return most
  let low = 0
  let high = most
  while (high - low > most / 1000) {
    const middle = (low + high) / 2
    if (passes(middle)) low = middle
    else high = middle
  }
  return low
}
