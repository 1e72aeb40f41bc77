/** Chance that a count may lie outside of its range, on each side. */
const MISSED = 1e-8

/**
 * The counts that `draws` independent throws with a chance keep to, but for a chance of 1e-8 on each side. Sums of the exact chances, so that it holds for rare events,
 * whose counts are far from normal.
 *
 * @returns least and largest count
 * @example binomialRange(1_000_000, 3.17e-5) // about [4, 68]
 */
export function binomialRange(draws: number, chance: number): [least: number, most: number] {
  const middle = Math.floor(draws * chance)
  const centre = logChance(draws, chance, middle)
  const upwards = (count: number): number => Math.log((draws - count) / (count + 1)) + Math.log(chance) - Math.log1p(-chance)
  // Chances of all counts that matter, each from its neighbour.
  const above = [centre]
  for (let count = middle; count < draws && above.at(-1)! > -60; count++) above.push(above.at(-1)! + upwards(count))
  const below: number[] = []
  for (let count = middle - 1, log = centre; count >= 0 && log > -60; count--) below.push((log -= upwards(count)))
  const within = (logs: readonly number[]): number => {
    let tail = 0
    for (let index = logs.length - 1; index >= 0; index--) if ((tail += Math.exp(logs[index]!)) > MISSED) return index
    return -1
  }
  return [Math.max(0, middle - 1 - within(below)), middle + within(above)]
}

function logChance(draws: number, chance: number, count: number): number {
  let log = (draws - count) * Math.log1p(-chance)
  for (let k = 1; k <= count; k++) log += Math.log((draws - count + k) / k) + Math.log(chance)
  return log
}
