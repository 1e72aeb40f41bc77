/** ln Σ e^log without overflow: the largest term is taken out of the sum. −∞ for an empty sum. */
export function logSum(logs: readonly number[] | Float64Array): number {
  let largest = -Infinity
  for (const log of logs) largest = Math.max(largest, log)
  if (!Number.isFinite(largest)) return largest
  let sum = 0
  for (const log of logs) sum += Math.exp(log - largest)
  return largest + Math.log(sum)
}
