/** Φ(z), to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const tail =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x)
  return z < 0 ? tail / 2 : 1 - tail / 2
}

/**
 * The value that a chi-square variable exceeds with a chance of 1e-8 (Wilson and Hilferty 1931: its cube root is nearly normal, and a normal value exceeds 5.612
 * with that chance).
 */
export function chiSquareBound(degrees: number): number {
  const variance = 2 / (9 * degrees)
  return degrees * (1 - variance + 5.612 * Math.sqrt(variance)) ** 3
}

/** Pearson's statistic of counts against what is expected. */
export function chiSquare(counts: ArrayLike<number>, expected: (index: number) => number): number {
  let sum = 0
  for (let index = 0; index < counts.length; index++) sum += (counts[index]! - expected(index)) ** 2 / expected(index)
  return sum
}
