import * as fc from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { nnmGm, TraceKind, weightedMean } from '../../src/aggregation/index.ts'
import type { GramRule, RuleOutput } from '../../src/aggregation/index.ts'
import { gramOf, hashOf, RULE, seeded } from '../unit/aggregation/fixtures.ts'

const DIMENSIONS = 2000

interface Round {
  vectors: number[][]
  stakes: bigint[]
  reference: number[]
}

/** Members that share a direction to a degree, and a public row that they lie along to another. */
const rounds: fc.Arbitrary<Round> = fc
  .record({ n: fc.integer({ min: 5, max: 9 }), seed: fc.nat(10 ** 6), common: fc.double({ min: 0.5, max: 1.5, noNaN: true }) })
  .map(({ n, seed, common }) => {
    const next = seeded(seed + 1)
    const vector = (size: number): number[] => Array.from({ length: DIMENSIONS }, () => Math.round(size * next()))
    const [shared, reference] = [vector(40 * common), vector(60)]
    const vectors = Array.from({ length: n }, () =>
      vector(50).map((value, k) => Math.max(-127, Math.min(127, value + shared[k]! + (reference[k]! >> 2)))),
    )
    return { vectors, stakes: vectors.map((_, i) => 10n ** 18n * BigInt(100 + 37 * (i % 3))), reference }
  })

function judged(rule: GramRule, { vectors, stakes, reference }: Round): RuleOutput {
  return rule.weights({
    gram: gramOf([...vectors, reference]),
    stakes,
    tieBreak: vectors.map((_, i) => hashOf(i)),
    hasReference: true,
    spec: { ...RULE, rejectBps: 0, reference: 2 },
  })
}

/** The same, from the vectors themselves. */
function twin({ vectors, stakes, reference }: Round, weights: readonly number[]): number[] {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0)
  const along = (u: readonly number[]): number[] => {
    const factor = dot(u, reference) / (dot(reference, reference) || 1)
    return u.map((value, k) => value - factor * reference[k]!)
  }
  const fresh = vectors.map(along)
  const centre = fresh[0]!.map((_, k) => fresh.reduce((sum, row, i) => sum + (weights[i]! / 65_536) * row[k]!, 0))
  const size = (u: readonly number[]): number => Math.sqrt(dot(u, u))
  const cosines = fresh.map((row, i) => dot(row, centre) / (size(vectors[i]!) * size(centre)))
  const company = fresh.map((row) =>
    fresh.reduce((sum, other, j) => {
      const x = (dot(row, other) / (size(row) * size(other))) ** 2
      return sum + (weights[j]! / 65_536) * x * (1 - x)
    }, 0),
  )
  const median = (values: readonly number[]): number => {
    const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!)
    let left = Number(stakes.reduce((a, b) => a + b, 0n)) / 2
    return values[order.find((i) => (left -= Number(stakes[i])) <= 0)!]!
  }
  return cosines.map((cosine, i) => {
    const c = Math.min(cosine, median(cosines))
    return ((c + Math.sqrt(c * c + 1 / 64)) / 2) * Math.min(1, (4 * company[i]!) / median(company)) * Number(stakes[i])
  })
}

const total = (scores: readonly bigint[]): number => scores.reduce((sum, score) => sum + Number(score), 0)

describe.each([
  ['mean', weightedMean],
  ['nnm-gm', nnmGm],
])('novelty scores of %s', (_, rule) => {
  it('are those of the vectors without their part along the public row', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const { weights, scores } = judged(rule, round)
        const right = twin(round, weights)
        scores.forEach((score, i) => {
          expect(Math.abs(Number(score) / 65_536 / right[i]! - 1)).toBeLessThan(0.005)
        })
      }),
      { numRuns: 25 },
    )
  })

  it('leave weights and verdicts alone', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const { vectors, stakes } = round
        const plain = rule.weights({
          gram: gramOf(vectors),
          stakes,
          tieBreak: vectors.map((_, i) => hashOf(i)),
          hasReference: false,
          spec: { ...RULE, rejectBps: 0 },
        })
        const { weights, verdicts } = judged(rule, round)
        expect({ weights, verdicts }).toEqual({ weights: plain.weights, verdicts: plain.verdicts })
      }),
      { numRuns: 20 },
    )
  })

  it('pay nothing for the public row and next to nothing for noise', () => {
    fc.assert(
      fc.property(rounds, fc.nat(10 ** 6), (round, seed) => {
        const next = seeded(seed + 2 * 10 ** 6) // no stream that a round is made of
        const noise = Array.from({ length: DIMENSIONS }, () => Math.round(60 * next()))
        const vectors = [...round.vectors, round.reference, noise]
        const { scores } = judged(rule, { ...round, vectors, stakes: [...round.stakes, 10n ** 20n, 10n ** 20n] })
        const honest = total(scores.slice(0, -2)) / (vectors.length - 2)
        expect(scores.at(-2)).toBe(0n)
        // In 2000 dimensions noise has squared cosines of 1/2000, updates of 1/50 and more. The fewer dimensions the more noise looks like company.
        expect(Number(scores.at(-1)) / honest).toBeLessThan(0.3)
      }),
      { numRuns: 25 },
    )
  })

  it('pay a bond split over rows of one vector what they pay it whole', () => {
    fc.assert(
      fc.property(rounds, fc.nat(), fc.integer({ min: 2, max: 5 }), (round, pick, parts) => {
        const row = pick % round.vectors.length
        const whole = BigInt(parts) * 10n ** 20n
        const stakes = round.stakes.with(row, whole)
        const before = judged(rule, { ...round, stakes })
        const after = judged(rule, {
          ...round,
          vectors: [...round.vectors, ...Array.from({ length: parts - 1 }, () => round.vectors[row]!)],
          stakes: [...stakes.with(row, 10n ** 20n), ...Array.from({ length: parts - 1 }, () => 10n ** 20n)],
        })
        const together = Number(after.scores[row]) + total(after.scores.slice(round.vectors.length))
        expect(Math.abs(together / Number(before.scores[row]) - 1)).toBeLessThan(0.005)
        expect(Math.abs(total(after.scores) / total(before.scores) - 1)).toBeLessThan(0.005)
      }),
      { numRuns: 25 },
    )
  })

  it('project nothing out while the public row is zero', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const { trace, weights } = judged(rule, { ...round, reference: round.reference.map(() => 0) })
        const { matrix, size } = gramOf(round.vectors)
        const squares = trace.find(({ kind }) => kind === TraceKind.residualSquares)!.words
        expect(squares).toEqual(round.vectors.map((__, i) => BigInt(matrix[i * size + i]!)))
        const products = trace.find(({ kind }) => kind === TraceKind.products)!.words
        expect(products[0]).toBe(BigInt(weights.reduce((sum, weight, j) => sum + weight * matrix[j]!, 0)))
      }),
      { numRuns: 10 },
    )
  })
})
