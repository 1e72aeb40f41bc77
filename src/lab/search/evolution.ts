import type { Random } from '../../training/index.ts'

/** A search for the largest value of a function of n numbers, one generation after the other. */
export interface Evolution {
  /** The points of the next generation, n numbers in 0…1 each. */
  ask(): number[][]
  /** @param values of those points, in their order; larger is better. NaN counts as worst. */
  tell(values: readonly number[]): void
}

interface EvolutionOptions {
  /** n numbers in 0…1: where the first generation is centred. */
  start: readonly number[]
  random: Pick<Random, 'normal'>
  /** Standard deviation of the first generation. */
  spread?: number
  /** Points of a generation; 4 + 3 ln n if left out. */
  offspring?: number
}

/**
 * MA-ES: covariance matrix adaptation without a covariance matrix (Beyer and Sendhoff 2017, Simplify Your Covariance Matrix Adaptation Evolution Strategy).
 * The better half of a generation moves the mean, turns and stretches the matrix that new points are drawn with, and sets the length of a step. Points beyond
 * 0 or 1 are mirrored. Written here because no package for JavaScript that does this is maintained.
 *
 * @example
 * const evolution = createEvolution({ start: [0.5, 0.5], random: createRandom(1) })
 * evolution.tell(evolution.ask().map(valueOf))
 */
export function createEvolution({ start, random, spread = 0.25, offspring }: EvolutionOptions): Evolution {
  const n = start.length
  const count = offspring ?? 4 + Math.floor(3 * Math.log(n))
  const { weights, effective } = recombination(Math.floor(count / 2))
  const pathRate = (effective + 2) / (n + effective + 5)
  const rankOne = 2 / ((n + 1.3) ** 2 + effective)
  const rankMany = Math.min(1 - rankOne, (2 * (effective + 1 / effective - 2)) / ((n + 2) ** 2 + effective))
  const damping = 1 + pathRate + 2 * Math.max(0, Math.sqrt((effective - 1) / (n + 1)) - 1)
  /** Mean length of n standard normal numbers. */
  const usual = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))

  let mean = [...start]
  let step = spread
  let path = start.map(() => 0)
  let matrix = start.map((_, row) => start.map((_, column) => Number(row === column)))
  let drawn: { normal: number[]; turned: number[] }[] = []
  return {
    ask() {
      drawn = Array.from({ length: count }, () => {
        const normal = start.map(() => random.normal())
        return { normal, turned: product(matrix, normal) }
      })
      return drawn.map(({ turned }) => mean.map((value, k) => mirrored(value + step * turned[k]!)))
    },
    tell(values) {
      const rank = (i: number): number => (Number.isNaN(values[i]!) ? Number.NEGATIVE_INFINITY : values[i]!)
      const order = [...drawn.keys()].sort((a, b) => rank(b) - rank(a) || a - b)
      const best = weights.map((weight, k) => ({ weight, ...drawn[order[k]!]! }))
      const moved = start.map((_, k) => sum(best, ({ weight, turned }) => weight * turned[k]!))
      const pulled = start.map((_, k) => sum(best, ({ weight, normal }) => weight * normal[k]!))
      mean = mean.map((value, k) => value + step * moved[k]!)
      const keep = Math.sqrt(effective * pathRate * (2 - pathRate))
      path = path.map((value, k) => (1 - pathRate) * value + keep * pulled[k]!)
      const along = product(matrix, path)
      matrix = matrix.map((row, i) =>
        row.map((value, j) => {
          const one = along[i]! * path[j]! - value
          const many = sum(best, ({ weight, turned, normal }) => weight * turned[i]! * normal[j]!) - value
          return value + (rankOne / 2) * one + (rankMany / 2) * many
        }),
      )
      const length = Math.sqrt(sum(path, (value) => value * value))
      step = Math.min(1, step * Math.exp((pathRate / damping) * (length / usual - 1)))
    },
  }
}

/** Weights that fall with the rank, of sum 1, and how many equal ones they are worth. */
function recombination(parents: number): { weights: number[]; effective: number } {
  const raw = Array.from({ length: parents }, (_, k) => Math.log(parents + 0.5) - Math.log(k + 1))
  const total = sum(raw, (value) => value)
  const weights = raw.map((value) => value / total)
  return { weights, effective: 1 / sum(weights, (value) => value * value) }
}

function product(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((total, value, k) => total + value * vector[k]!, 0))
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

/** Folds the line at 0 and 1, so that no bound gathers points. */
function mirrored(value: number): number {
  const within = Math.abs(value) % 2
  return within > 1 ? 2 - within : within
}
