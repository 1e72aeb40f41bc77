/** How well scores tell records that were trained on from others. */
export interface Separation {
  /** Area under the curve of true against false positives: the chance that a member's score is the higher one. 0.5 is guessing. */
  auc: number
  /** Share of the members that are found when 1 % of the others are taken for members (Carlini et al. 2022, "Membership Inference Attacks From First Principles"). */
  found: number
}

/** False positives at which `found` is measured. */
const FALSE_POSITIVES = 0.01

/**
 * @param members scores of records that were trained on; larger means more likely so
 * @param others scores of records that were not, one at least
 * @example separationOf([3, 2], [1, 2]).auc // 0.875: ties count half
 */
export function separationOf(members: readonly number[], others: readonly number[]): Separation {
  const sorted = others.toSorted((a, b) => a - b)
  const above = members.reduce((sum, score) => sum + (below(sorted, score) + notAbove(sorted, score)) / 2, 0)
  const allowed = Math.floor(FALSE_POSITIVES * others.length)
  const threshold = sorted[sorted.length - 1 - allowed]!
  return {
    auc: above / (members.length * others.length),
    found: members.filter((score) => score > threshold).length / members.length,
  }
}

/** Mean of independent measurements, with the half width of its 95 % interval (Student's t). */
export function meanWithInterval(values: readonly number[]): { mean: number; halfWidth: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (values.length < 2) return { mean, halfWidth: Number.NaN }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, halfWidth: studentQuantile(values.length - 1) * Math.sqrt(variance / values.length) }
}

/** The 97.5 % quantile, by Cornish and Fisher's expansion around the normal one: within 1 % from 4 degrees of freedom on. */
function studentQuantile(freedom: number): number {
  const z = 1.959964
  const exact = [12.706, 4.303, 3.182][freedom - 1]
  if (exact !== undefined) return exact
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  )
}

/** How many of the sorted values are below. */
function below(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (sorted[middle]! < value) from = middle + 1
    else to = middle
  }
  return from
}

/** How many of the sorted values are not above. */
function notAbove(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (sorted[middle]! <= value) from = middle + 1
    else to = middle
  }
  return from
}
