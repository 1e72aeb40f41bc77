import { describe, expect, it } from 'vitest'
import { contentRanks, sum } from '../../src/aggregation/rules/integer-math.ts'
import { ruleByName } from '../../src/aggregation/rules/lab/index.ts'
import { alongLastStep, holdReversal, weightsHeld } from '../../src/aggregation/rules/reversal.ts'
import * as fc from '../support/fast-check.ts'
import { gramOf, hashOf, RULE } from '../unit/aggregation/fixtures.ts'

const row = fc.record({
  along: fc.bigInt({ min: -(2n ** 43n), max: 2n ** 43n }),
  stake: fc.bigInt({ min: 0n, max: 10n ** 24n }),
  weight: fc.integer({ min: 0, max: 65_536 }),
  rejected: fc.constantFrom(false, false, false, true),
})
type Row = { along: bigint; stake: bigint; weight: number; rejected: boolean }
const rows = fc.array(row, { minLength: 1, maxLength: 12 }).filter((all) => sum(all.map(({ stake }) => stake)) > 0n)
const shares = fc.constantFrom(0, 1000, 2000, 3332, 4900)

/** Weights after the step is held, in real numbers, and how far along the last step they lie. */
function held(
  all: readonly Row[],
  byzantineBps: number,
  hashes = all.map((_, i) => hashOf(i)),
): { weights: bigint[]; mean: number } {
  const weights = weightsHeld(
    all.map(({ weight, rejected }) => (rejected ? 0 : weight)),
    holdReversal(
      all.map(({ along }) => along),
      all.map(({ stake }) => stake),
      all.map(({ rejected }) => rejected),
      all.map(({ weight, rejected }) => (rejected ? 0 : weight)),
      byzantineBps,
      contentRanks(hashes),
    ),
  )
  return { weights, mean: meanAlong(all, weights) }
}

const meanAlong = (all: readonly Row[], weights: readonly bigint[]): number => {
  const total = Number(sum(weights))
  return total === 0 ? 0 : all.reduce((mean, { along }, i) => mean + (Number(weights[i]) / total) * Number(along), 0)
}

/** Weights that follow stakes, of rows none of which is rejected. */
const byStake = (all: readonly Row[]): Row[] => {
  const most = all.reduce((most, { stake }) => (stake > most ? stake : most), 1n)
  return all.map((one) => ({ ...one, rejected: false, weight: Number((one.stake * 65_536n) / most) }))
}

describe('holdReversal', () => {
  it('never gives a row weight, and takes at most F of the stake away', () => {
    fc.assert(
      fc.property(rows, shares, (all, byzantineBps) => {
        const { weights } = held(all, byzantineBps)
        const lost = all.map(({ weight, rejected }, i) => (rejected ? 0 : 1 - Number(weights[i]) / Math.max(weight * 2 ** 32, 1)))
        for (const [i, { weight, rejected }] of all.entries()) {
          expect(weights[i]! >= 0n).toBe(true)
          expect(weights[i]! <= BigInt(rejected ? 0 : weight) << 32n).toBe(true)
        }
        const total = Number(sum(all.map(({ stake }) => stake)))
        const gone = all.reduce((gone, { stake, weight }, i) => gone + (weight > 0 ? lost[i]! * Number(stake) : 0), 0)
        expect(gone).toBeLessThanOrEqual((total * byzantineBps) / 10_000 + total * 1e-3)
      }),
    )
  })

  it('leaves a step alone that does not go back', () => {
    fc.assert(
      fc.property(rows, shares, (all, byzantineBps) => {
        const before = all.map(({ weight, rejected }) => BigInt(rejected ? 0 : weight))
        const ahead = sum(all.map(({ along }, i) => along * before[i]!)) >= 0n
        if (ahead) expect(held(all, byzantineBps).weights).toEqual(before.map((weight) => weight << 32n))
      }),
    )
  })

  it('lets a coalition of F turn a step around no further than the other row that goes back most would with its stake', () => {
    fc.assert(
      fc.property(rows, rows, shares, (honest, coalition, byzantineBps) => {
        const others = byStake(honest)
        const wanted = (sum(others.map(({ stake }) => stake)) * BigInt(byzantineBps)) / (10_000n - BigInt(byzantineBps))
        const part = sum(coalition.map(({ stake }) => stake))
        const all = byStake([...others, ...coalition.map((one) => ({ ...one, stake: (wanted * one.stake) / part }))])
        const [own, theirs] = [all.slice(0, others.length), all.slice(others.length)]
        // What is not lost must be able to carry the step: weights follow stakes here.
        const least = own.reduce((least, { along, stake }) => (stake > 0n && along < least ? along : least), 2n ** 43n)
        if (own.every(({ stake }) => stake === 0n)) return
        const bound = meanAlong(
          [...own, ...theirs.map((one) => ({ ...one, along: least }))],
          all.map(({ stake }) => stake),
        )
        const scale = all.reduce((most, { along }) => Math.max(most, Math.abs(Number(along))), 1)
        expect(held(all, byzantineBps).mean).toBeGreaterThanOrEqual(Math.min(0, bound) - 1 - 1e-3 * scale)
      }),
    )
  })

  it('does not depend on the order of rows or the unit of stake', () => {
    fc.assert(
      fc.property(rows, shares, fc.bigInt({ min: 2n, max: 1000n }), (all, byzantineBps, unit) => {
        const hashes = all.map((_, i) => hashOf(i))
        const { weights } = held(all, byzantineBps, hashes)
        const turned = held(all.toReversed(), byzantineBps, hashes.toReversed()).weights.toReversed()
        expect(turned).toEqual(weights)
        const scaled = all.map((one) => ({ ...one, stake: one.stake * unit }))
        expect(held(scaled, byzantineBps, hashes).weights).toEqual(weights)
      }),
    )
  })
})

describe('held-nnm-gm', () => {
  const vector = fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 6, maxLength: 6 })

  it('is supported-nnm-gm with another weight for rows that go back', () => {
    fc.assert(
      fc.property(fc.array(vector, { minLength: 3, maxLength: 9 }), vector, (vectors, last) => {
        const input = {
          gram: gramOf([...vectors, last]),
          stakes: vectors.map(() => 100n),
          tieBreak: vectors.map((_, i) => hashOf(i)),
          hasReference: true,
          spec: { ...RULE, byzantineBps: 2500, rejectBps: 20_500, reference: 2 as const },
          coordinates: 1000,
          updates: [],
        }
        const [before, after] = ['supported-nnm-gm', 'held-nnm-gm'].map((name) => ruleByName(name).decide(input))
        expect(after!.scores).toEqual(before!.scores)
        const rejected = (verdicts: readonly number[]): boolean[] => verdicts.map((verdict) => verdict === 5)
        expect(rejected(after!.verdicts)).toEqual(rejected(before!.verdicts))
        const along = alongLastStep(input)!
        const mean = (weights: readonly number[]): number =>
          weights.reduce((sum, weight, i) => sum + (weight * Number(along[i])) / 65_536, 0)
        // Shares are whole numbers of 65536.
        const unit = along.reduce((sum, value) => sum + Math.abs(Number(value)) / 65_536, 0)
        if (mean(before!.weights) >= 0) expect(after!.weights).toEqual(before!.weights)
        else expect(mean(after!.weights)).toBeGreaterThanOrEqual(mean(before!.weights) - unit)
      }),
    )
  })
})
