import { describe, expect, it } from 'vitest'
import { Verdict } from '../../../../src/protocol/index.ts'
import { labAttackByName } from '../../../../src/lab/attacks/index.ts'
import { createRandom, tensorLayout } from '../../../../src/training/index.ts'
import type { Judgement, OmniscientAttack, OmniscientContext } from '../../../../src/lab/attacks/index.ts'
import { zMax } from '../../../../src/lab/attacks/omniscient/alie.ts'
import { bestFactor, largestFactor, searchedFactor } from '../../../../src/lab/attacks/omniscient/line-search.ts'
import { cosine, distance, meanOf, norm } from './vectors.ts'

const layout = tensorLayout([{ name: 'a', shape: [200] }])

/** Honest rows around a common direction. */
function rows(count: number, seed: string): Float32Array[] {
  const common = createRandom('common')
  const truth = Array.from({ length: 200 }, () => common.normal())
  return Array.from({ length: count }, (_, i) => {
    const random = createRandom(seed, i)
    const values = new Float32Array(layout.paddedLength)
    truth.forEach((value, k) => (values[k] = value + 0.7 * random.normal()))
    return values
  })
}

const honest = rows(8, 'honest')
const centre = meanOf(honest)

/** A pipeline that averages what lies within `radius` of the honest mean and rejects the rest. */
function judgeWithin(radius: number): OmniscientContext['judge'] {
  return (poisoned): Judgement => {
    const taken = poisoned.map((row) => distance(row, centre) <= radius)
    const all = [...honest, ...poisoned.filter((_, i) => taken[i])]
    return {
      step: Float32Array.from(meanOf(all)),
      verdicts: taken.map((flag) => (flag ? Verdict.accepted : Verdict.rejected)),
      weights: taken.map((flag) => (flag ? 1 : 0)),
    }
  }
}

function contextOf(overrides: Partial<OmniscientContext> = {}): OmniscientContext {
  return {
    round: 1,
    layout,
    random: createRandom('attacker'),
    honest,
    own: rows(2, 'own'),
    memory: new Map(),
    searches: true,
    judge: judgeWithin(1e9),
    ...overrides,
  }
}

const attack = (name: string): OmniscientAttack => labAttackByName(name) as OmniscientAttack
const craft = (name: string, context = contextOf()): Float32Array[] => attack(name).craft(context)

describe('omniscient attacks', () => {
  it('alie moves every coordinate by z standard deviations', () => {
    const [row] = craft('alie')
    for (let k = 0; k < 200; k++) {
      const sigma = Math.sqrt(honest.reduce((sum, h) => sum + (h[k]! - centre[k]!) ** 2, 0) / honest.length)
      expect(row![k]).toBeCloseTo(centre[k]! - sigma, 4)
    }
  })

  it("alie's z is the paper's: 50 workers, 24 attackers", () => {
    // s = 26 − 24 = 2 of 26 honest: Φ⁻¹(24/26).
    expect(zMax(50, 24)).toBeCloseTo(1.426, 2)
    expect(zMax(10, 2)).toBe(0)
  })

  it.each([
    ['ipm', 0.1],
    ['ipm-long', 2],
  ])('%s is the mean times −%d', (name, factor) => {
    const [row, other] = craft(name)
    expect(cosine(row!, centre)).toBeCloseTo(-1, 5)
    expect(norm(row!) / norm(centre)).toBeCloseTo(factor, 5)
    expect(other).toEqual(row)
  })

  const pairwise = honest.flatMap((a) => honest.map((b) => distance(a, b)))

  it('min-max comes as close to its bound as the search allows and keeps it', () => {
    const [row] = craft('min-max')
    const reach = Math.max(...honest.map((h) => distance(row!, h)))
    expect(reach).toBeLessThanOrEqual(Math.max(...pairwise) * 1.0001)
    expect(reach).toBeGreaterThan(Math.max(...pairwise) * 0.9)
  })

  it('min-sum likewise for the sum of squares', () => {
    const [row] = craft('min-sum')
    const sumTo = (a: ArrayLike<number>): number => honest.reduce((sum, h) => sum + distance(a, h) ** 2, 0)
    const limit = Math.max(...honest.map(sumTo))
    expect(sumTo(row!)).toBeLessThanOrEqual(limit * 1.0001)
    expect(sumTo(row!)).toBeGreaterThan(limit * 0.9)
  })

  it('mimic watches, then repeats the member farthest out along the leading direction for good', () => {
    const apart = honest.map((row, i) => (i === 5 ? row.map((value, k) => (k < 200 ? value + 3 : 0)) : row))
    const context = contextOf({ honest: apart })
    for (let round = 1; round <= 3; round++) expect(cosine(craft('mimic', context)[0]!, apart[0]!)).toBeGreaterThan(0.999)
    const [row, other] = craft('mimic', context)
    expect(cosine(row!, apart[5]!)).toBeGreaterThan(0.999)
    // No two equal, none the victim's own: admission refuses copies.
    expect(row).not.toEqual(apart[5])
    expect(row).not.toEqual(other)
  })

  it.each(['optimised-alie', 'optimised-ipm'])('%s finds what the rule lets through', (name) => {
    const radius = 0.9 * norm(centre)
    const context = contextOf({ judge: judgeWithin(radius) })
    const damage = (poisoned: Float32Array[]): number => distance(context.judge(poisoned).step, centre)
    const found = craft(name, context)
    // Against a filter of this radius the unfiltered best (the largest factor) does nothing at all.
    if (name === 'optimised-alie') {
      expect(damage(found)).toBeGreaterThanOrEqual(damage(craft('alie', context)))
      expect(distance(found[0]!, centre)).toBeLessThanOrEqual(radius)
      expect(distance(found[0]!, centre)).toBeGreaterThan(0.6 * radius)
    } else {
      // Any −ε μ lies at least ‖μ‖ from the mean: nothing passes, and nothing is lost.
      expect(damage(found)).toBeLessThan(1e-5 * norm(centre))
      const open = contextOf()
      const free = (poisoned: Float32Array[]): number => distance(open.judge(poisoned).step, centre)
      expect(free(craft(name, open))).toBeGreaterThan(free(craft('ipm-long', open)))
    }
  })

  it('under-threshold stops where the next step would be rejected', () => {
    const context = contextOf({ judge: judgeWithin(3 * norm(centre)) })
    const found = craft('under-threshold', context)
    expect(context.judge(found).verdicts).toEqual([Verdict.accepted, Verdict.accepted])
    // −2 μ lies 3 ‖μ‖ from μ.
    expect(norm(found[0]!) / norm(centre)).toBeCloseTo(2, 1)
    expect(cosine(found[0]!, centre)).toBeCloseTo(-1, 4)
  })

  it('stake-splitting sends one update from each identity, all alike and none equal', () => {
    expect(attack('stake-splitting').identities).toBe(16)
    const own = rows(1, 'own')[0]!
    const [a, b] = craft('stake-splitting', contextOf({ own: [own, own] }))
    expect(cosine(a!, own)).toBeLessThan(-0.99)
    expect(cosine(a!, b!)).toBeGreaterThan(0.99)
    expect(a).not.toEqual(b)
  })
})

describe('line searches', () => {
  it('bestFactor finds a bump', () => {
    expect(bestFactor((x) => -Math.abs(Math.log(x / 2.4)))).toBeCloseTo(2.4, 0)
  })

  it('largestFactor finds the edge', () => {
    expect(largestFactor(16, (x) => x < 3.3)).toBeCloseTo(3.3, 1)
    expect(largestFactor(16, () => true)).toBe(16)
    expect(largestFactor(16, () => false)).toBe(0)
  })
})

describe('searchedFactor', () => {
  it('searches once and then only in rounds that search', () => {
    const memory = new Map<string, unknown>()
    let calls = 0
    const value = (factor: number): number => {
      calls++
      return -Math.abs(factor - 3)
    }
    expect(searchedFactor({ memory, searches: false }, 'x', value)).toBeCloseTo(3)
    const before = calls
    expect(searchedFactor({ memory, searches: false }, 'x', value)).toBeCloseTo(3)
    expect(calls).toBe(before)
    searchedFactor({ memory, searches: true }, 'x', value)
    expect(calls).toBeGreaterThan(before)
  })
})
