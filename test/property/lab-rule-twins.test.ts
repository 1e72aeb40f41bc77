import * as fc from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { ruleByName } from '../../src/aggregation/index.ts'
import { arcScales } from '../../src/aggregation/rules/lab/arc-nnm-gm.ts'
import { leadingProjections } from '../../src/aggregation/rules/lab/dnc.ts'
import { log2, similarityFactors } from '../../src/aggregation/rules/lab/fools-gold.ts'
import { krumScores } from '../../src/aggregation/rules/lab/krum.ts'
import { isqrt } from '../../src/aggregation/rules/integer-math.ts'
import { labInput, sumOf } from '../support/rules/cases.ts'
import { RULE } from '../unit/aggregation/fixtures.ts'
import * as twins from '../support/rules/twins.ts'

// Stakes of a few units that together make a multiple of ten, so that F of it is whole for F = 10 %, 20 %, 30 %.
const rounds = fc.integer({ min: 3, max: 7 }).chain((n) =>
  fc.record({
    vectors: fc.array(fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 4, maxLength: 4 }), {
      minLength: n,
      maxLength: n,
    }),
    stakes: fc
      .array(fc.bigInt({ min: 1n, max: 4n }), { minLength: n, maxLength: n })
      .map((stakes) => [stakes[0]! + ((20n - (stakes.reduce((a, b) => a + b, 0n) % 10n)) % 10n), ...stakes.slice(1)]),
    byzantineBps: fc.constantFrom(0, 1000, 2000, 3000),
    iterations: fc.integer({ min: 0, max: 8 }),
    reference: fc.constant<number[]>([1, 1, 1, 1]),
  }),
)
type Round = typeof rounds extends fc.Arbitrary<infer T> ? T : never

const unitsOf = ({ vectors, stakes }: Round): number[][] => twins.unitRows(vectors, stakes)
const fOf = (round: Round): number => (unitsOf(round).length * round.byzantineBps) / 10_000
const bigGram = (vectors: number[][]): bigint[][] =>
  vectors.map((a) => vectors.map((b) => BigInt(a.reduce((sum, value, k) => sum + value * b[k]!, 0))))
const ranksOf = ({ vectors }: Round): number[] => vectors.map((_, i) => i)

function close(found: readonly number[], expected: readonly number[], tolerance: number): void {
  expected.forEach((value, k) => expect(Math.abs(found[k]! / 65_536 - value)).toBeLessThanOrEqual(tolerance))
}

describe('rules and their slow twins on unit stakes', () => {
  it('krum scores, exactly', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const spec = { ...RULE, byzantineBps: round.byzantineBps }
        const scores = krumScores({ gram: bigGram(round.vectors), stakes: round.stakes, ranks: ranksOf(round), spec })
        const slow = twins.krumTwin(unitsOf(round), fOf(round))
        const first = round.stakes.map((_, i) => round.stakes.slice(0, i).reduce((a, b) => a + Number(b), 0))
        expect(scores).toEqual(first.map((at) => slow[at]! * 10_000n))
        const chosen = ruleByName('krum')
          .decide(labInput({ publicRow: 'none' }, round))
          .weights.indexOf(65_536)
        expect(scores[chosen]).toBe(scores.reduce((a, b) => (a < b ? a : b)))
      }),
    )
  })

  it('multi-krum, away from ties', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const units = unitsOf(round)
        const scores = twins.krumTwin(units, fOf(round))
        const order = units.map((_, i) => i).sort((a, b) => (scores[a]! < scores[b]! ? -1 : scores[a]! > scores[b]! ? 1 : a - b))
        const kept = order.slice(0, units.length - fOf(round)).map((i) => units[i]!)
        const left = order.slice(kept.length).map((i) => scores[i]!)
        const edge = scores[order[kept.length - 1]!]!
        fc.pre(
          !left.includes(edge) || units.filter((row, i) => scores[i] === edge && row.join() !== kept.at(-1)!.join()).length === 0,
        )
        const expected = twins.weightedMeanPoint(
          kept,
          kept.map(() => 1),
        )
        close(sumOf(ruleByName('multi-krum').decide(labInput({ publicRow: 'none' }, round)), round.vectors), expected, 0.02)
      }),
    )
  })

  it('trimmed mean and median, exactly', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const input = labInput({ publicRow: 'none' }, round)
        const units = unitsOf(round)
        expect([...ruleByName('trimmed-mean').decide(input).sum!].map(BigInt)).toEqual(twins.trimmedMeanTwin(units, fOf(round)))
        expect([...ruleByName('median').decide(input).sum!].map(BigInt)).toEqual(twins.medianTwin(units))
      }),
    )
  })

  it.each(['trimmed-mean', 'median', 'nnm-trimmed-mean'])('the kernel of %s gives what the rule gives by coordinate', (name) => {
    const repeat = (values: ArrayLike<number>): number[] => Array.from({ length: 256 }, (_, k) => values[k % 4]!)
    fc.assert(
      // Few values: rows tie at most coordinates, and content hashes settle whose share is kept.
      fc.property(rounds, fc.boolean(), fc.boolean(), (full, coarse, backwards) => {
        const round = coarse ? { ...full, vectors: full.vectors.map((row) => row.map((value) => value % 3)) } : full
        const names = round.vectors.map((_, i) => (backwards ? round.vectors.length - i : i))
        const input = labInput({ publicRow: 'none' }, round, names)
        const rule = ruleByName(name)
        const [slow, fast] = [
          rule.decide(input),
          rule.decide({ ...input, updates: round.vectors.map((v) => Int8Array.from(repeat(v))) }),
        ]
        expect([...fast.sum!]).toEqual(repeat(slow.sum!))
        expect(fast.weights).toEqual(slow.weights)
      }),
    )
  })

  it('geometric median and centred clipping', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const input = labInput({ publicRow: 'none' }, round)
        const units = unitsOf(round)
        close(sumOf(ruleByName('gm').decide(input), round.vectors), twins.weiszfeldTwin(units, round.iterations), 0.2)
        const spread = units.map((row) => units.reduce((sum, other) => sum + Math.hypot(...row.map((v, k) => v - other[k]!)), 0))
        const [first, second] = [...new Set(spread.map((value) => value.toFixed(6)))].map(Number).sort((a, b) => a - b)
        // Two medoids to choose from: the twin has no content hashes.
        fc.pre(second === undefined || second - first! > 0.5)
        close(sumOf(ruleByName('centred-clipping').decide(input), round.vectors), twins.centredClippingTwin(units), 0.2)
      }),
    )
  })

  it('mixing, with and without adaptive clipping, away from ties of distance', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const input = labInput({ publicRow: 'none' }, round)
        const units = unitsOf(round)
        const f = fOf(round)
        const clipped = twins.arcTwin(units, f)
        // ARC works on whole norms: in so few dimensions that moves a clipped row by up to one.
        fc.pre(!nearTie(round.vectors) && !nearTie(clipped, 2.5))
        const mixed = twins.weiszfeldTwin(twins.mixTwin(units, f), round.iterations)
        close(sumOf(ruleByName('unscaled-nnm-gm').decide(input), round.vectors), mixed, 0.3)
        const adaptive = twins.weiszfeldTwin(twins.mixTwin(clipped, f), round.iterations)
        const scales = arcScales(
          bigGram(round.vectors).map((row, i) => isqrt(row[i]!)),
          round.stakes,
          round.byzantineBps,
        )
        const raw = ruleByName('arc-nnm-gm').decide(input)
        // β is normalised after scaling, so only the direction is the paper's.
        fc.pre(Math.hypot(...adaptive) > 20)
        const found = sumOf(raw, round.vectors)
        const cosine =
          found.reduce((sum, value, k) => sum + value * adaptive[k]!, 0) / (Math.hypot(...found) * Math.hypot(...adaptive))
        expect(cosine).toBeGreaterThan(0.99)
        expect(scales.every((scale) => scale <= 65_536n)).toBe(true)
      }),
    )
  })

  it('nnm + trimmed mean', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        const units = unitsOf(round)
        fc.pre(!nearTie(round.vectors))
        const f = fOf(round)
        const mixed = twins.mixTwin(units, f)
        const expected = mixed[0]!.map((_, k) => {
          const kept = mixed
            .map((row) => row[k]!)
            .sort((a, b) => a - b)
            .slice(f, units.length - f)
          return kept.reduce((a, b) => a + b, 0) / kept.length
        })
        close([...ruleByName('nnm-trimmed-mean').decide(labInput({ publicRow: 'none' }, round)).sum!], expected, 0.05)
      }),
    )
  })

  it('leading direction of DnC', () => {
    fc.assert(
      fc.property(rounds, (round) => {
        // One row far out makes the leading direction clear.
        const vectors = round.vectors.map((row, i) => (i === 1 ? [127, -127, 127, -127] : row.map((v) => Math.trunc(v / 16))))
        const found = leadingProjections(bigGram(vectors), round.stakes, ranksOf(round)).map((value) => Number(value) ** 2)
        const units = twins.dncTwin(twins.unitRows(vectors, round.stakes))
        const first = round.stakes.map((_, i) => round.stakes.slice(0, i).reduce((a, b) => a + Number(b), 0))
        const slow = first.map((at) => units[at]!)
        const scale = Math.max(...slow) / Math.max(...found)
        found.forEach((value, i) => expect(Math.abs(value * scale - slow[i]!)).toBeLessThanOrEqual(0.001 * Math.max(...slow)))
      }),
    )
  })

  it('factors of FoolsGold', () => {
    fc.assert(
      fc.property(rounds, ({ vectors }) => {
        fc.pre(vectors.every((row) => Math.hypot(...row) > 20))
        const found = similarityFactors(bigGram(vectors)).map((value) => Number(value) / 65_536)
        const slow = twins.foolsGoldTwin(vectors)
        // Near 0 and 1 the logit is steep: a cosine off by 1/65536 moves it more.
        found.forEach((value, i) => expect(Math.abs(value - slow[i]!)).toBeLessThanOrEqual(0.05))
      }),
    )
  })

  it('log2 in integers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (x) => {
        expect(Math.abs(Number(log2(BigInt(x))) / 65_536 - Math.log2(x))).toBeLessThan(1e-4)
      }),
    )
  })
})

/** Two neighbours at almost one distance: unit rows and stakes may then choose differently. */
function nearTie(vectors: readonly (readonly number[])[], gap = 0.05): boolean {
  // Equal vectors are no tie: whichever is taken, the mean is the same.
  const different = [...new Map(vectors.map((row) => [row.map((value) => value.toFixed(6)).join(), row])).values()]
  return different.some((row) => {
    const distances = different.map((other) => Math.hypot(...row.map((v, k) => v - other[k]!))).sort((a, b) => a - b)
    return distances.some((value, i) => i > 0 && value - distances[i - 1]! < gap)
  })
}
