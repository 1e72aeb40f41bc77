import type { Random } from '../random.ts'
import { shuffle } from '../random.ts'

export interface DirichletSplitOptions {
  labels: Uint8Array
  classes: number
  members: number
  alpha: number
  /** Samples below which a share is topped up from the largest one. */
  minimum: number
  random: Random
}

/**
 * Label skew of Hsu et al. 2019: the samples of each class are dealt to the members in proportions drawn from Dirichlet(α).
 * Small α gives each member few classes, large α an even mix.
 */
export function dirichletSplit({ labels, classes, members, alpha, minimum, random }: DirichletSplitOptions): number[][] {
  const shares: number[][] = Array.from({ length: members }, () => [])
  for (let label = 0; label < classes; label++) {
    const indices: number[] = []
    for (let index = 0; index < labels.length; index++) if (labels[index] === label) indices.push(index)
    shuffle(indices, random)
    const proportions = dirichlet(alpha, members, random)
    let cumulative = 0
    let from = 0
    for (let member = 0; member < members; member++) {
      cumulative += proportions[member]!
      const to = member === members - 1 ? indices.length : Math.round(Math.min(1, cumulative) * indices.length)
      shares[member]!.push(...indices.slice(from, to))
      from = to
    }
  }
  for (const share of shares) {
    while (share.length < minimum) {
      const largest = shares.reduce((a, b) => (b.length > a.length ? b : a))
      share.push(largest.splice(random.below(largest.length), 1)[0]!)
    }
  }
  return shares
}

/** One draw from the symmetric Dirichlet distribution: normalised Gamma(α) variables. */
function dirichlet(alpha: number, size: number, random: Random): number[] {
  const draws = Array.from({ length: size }, () => gamma(alpha, random))
  const sum = draws.reduce((a, b) => a + b, 0)
  // With a tiny α every draw may underflow; the limit of the distribution is all mass on one member.
  if (sum === 0) draws[random.below(size)] = 1
  return draws.map((draw) => draw / (sum || 1))
}

/** Gamma(shape, 1) by Marsaglia and Tsang 2000; below shape 1 by their boost, Gamma(shape + 1) · U^(1/shape). */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.unit()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.unit()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
