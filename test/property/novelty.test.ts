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
    coordinates: DIMENSIONS,
  })
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0)

/** `y` of each pair of rows without their part along the public row: squared cosine above chance, nothing for twins; times the share of the first that is new. */
function confirmations(vectors: readonly number[][], reference: readonly number[]): number[][] {
  const fresh = vectors.map((u) => {
    const factor = dot(u, reference) / (dot(reference, reference) || 1)
    return u.map((value, k) => value - factor * reference[k]!)
  })
  return fresh.map((row, i) =>
    fresh.map((other) => {
      const x = Math.min(1, dot(row, other) ** 2 / (dot(row, row) * dot(other, other) || Infinity))
      return (Math.max(0, x - 16 / DIMENSIONS) * (1 - x) * dot(row, row)) / dot(vectors[i]!, vectors[i]!)
    }),
  )
}

/** What stays of the others without F of all stake of the largest. */
function companyOf(said: readonly number[], stakes: readonly number[], row: number, total: number): number {
  let out = total / 4
  return said
    .map((value, j) => ({ value, stake: stakes[j]! }))
    .filter((_, j) => j !== row)
    .sort((a, b) => b.value - a.value)
    .reduce((sum, { value, stake }) => {
      const part = Math.max(0, stake - out)
      out -= stake - part
      return sum + part * value
    }, 0)
}

/** The scores, from the vectors themselves. */
function twin({ vectors, stakes, reference }: Round): number[] {
  const weights = stakes.map(Number)
  const all = weights.reduce((a, b) => a + b, 0)
  const company = confirmations(vectors, reference).map((said, i) => companyOf(said, weights, i, all))
  const order = company.map((_, i) => i).sort((a, b) => company[a]! - company[b]!)
  let left = all / 2
  const median = company[order.find((i) => (left -= weights[i]!) <= 0)!]!
  return company.map((own, i) => Math.min(1, median > 0 ? (16 * own) / median : 1) * weights[i]!)
}

const total = (scores: readonly bigint[]): number => scores.reduce((sum, score) => sum + Number(score), 0)

describe.each([
  ['mean', weightedMean],
  ['nnm-gm', nnmGm],
])('novelty scores of %s', (_, rule) => {
  it('are those of the vectors without their part along the public row', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const { scores } = judged(rule, round)
        const right = twin(round)
        scores.forEach((score, i) => {
          expect(Math.abs(Number(score) / 65_536 / right[i]! - 1)).toBeLessThan(0.005)
        })
      }),
      { numRuns: fc.runs(25) },
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
          coordinates: DIMENSIONS,
        })
        const { weights, verdicts } = judged(rule, round)
        expect({ weights, verdicts }).toEqual({ weights: plain.weights, verdicts: plain.verdicts })
      }),
      { numRuns: fc.runs(20) },
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
        // In 2000 dimensions noise has squared cosines of 1/2000, one in sixteen thousand above 16/2000. Updates have 1/50 and more.
        expect(Number(scores.at(-1)) / honest).toBeLessThan(0.02)
      }),
      { numRuns: fc.runs(25) },
    )
  })

  it('pay a coalition of F nothing for agreeing with itself, and nobody less for it than others at their side would leave', () => {
    fc.assert(
      fc.property(
        rounds,
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0.3, max: 0.95, noNaN: true }),
        (round, size, share) => {
          const next = seeded(size + round.vectors.length)
          const vector = (): number[] => Array.from({ length: DIMENSIONS }, () => next())
          const common = vector()
          const coalition = Array.from({ length: size }, () => {
            const own = vector()
            return common.map((value, k) => Math.round(80 * (Math.sqrt(share) * value + Math.sqrt(1 - share) * own[k]!)))
          })
          const honest = round.stakes.reduce((a, b) => a + b, 0n)
          const stakes = [...round.stakes, ...coalition.map(() => honest / 3n / BigInt(size))]
          const { scores, trace } = judged(rule, { ...round, vectors: [...round.vectors, ...coalition], stakes })
          const company = trace
            .find(({ kind }) => kind === TraceKind.company)!
            .words.map((word) => Number(word) / 2 ** 64 / 10_000)
          const said = confirmations([...round.vectors, ...coalition], round.reference)
          const total = Number((4n * honest) / 3n)
          const weights = round.stakes.map(Number)
          const n = weights.length
          said.forEach((row, i) => {
            const most = weights.reduce((sum, stake, j) => sum + (j === i ? 0 : stake * row[j]!), 0)
            expect(company[i]!).toBeLessThanOrEqual(most + 1e-6 * total)
            if (i < n) expect(company[i]!).toBeGreaterThanOrEqual(companyOf(row.slice(0, n), weights, i, total) - 1e-6 * total)
          })
          const worth = Number(scores.at(-1)) / Number(stakes.at(-1)) / 65_536
          expect(worth).toBeLessThan(0.02)
        },
      ),
      { numRuns: fc.runs(25) },
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
      { numRuns: fc.runs(25) },
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
      { numRuns: fc.runs(10) },
    )
  })
})
