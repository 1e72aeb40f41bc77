import { describe, expect, it } from 'vitest'
import { ruleByName } from '../../src/aggregation/rules/lab/index.ts'
import { isqrt, sum } from '../../src/aggregation/rules/integer-math.ts'
import { supportOf } from '../../src/aggregation/rules/support.ts'
import type { Support } from '../../src/aggregation/rules/support.ts'
import * as fc from '../support/fast-check.ts'
import { gramOf, hashOf, RULE } from '../unit/aggregation/fixtures.ts'

const D = 6
const vector = fc.array(fc.integer({ min: -127, max: 127 }), { minLength: D, maxLength: D })
const stake = fc.bigInt({ min: 1n, max: 1000n })
const rowsOf = (least: number, most: number): fc.Arbitrary<{ vector: number[]; stake: bigint }[]> =>
  fc.array(fc.record({ vector, stake }), { minLength: least, maxLength: most })
/** Honest rows, the first of them the victim's, and a coalition of any rows. */
const scenes = fc.record({ honest: rowsOf(3, 8), coalition: rowsOf(0, 5), byzantineBps: fc.constantFrom(1000, 2000, 2500, 3332) })

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((total, value, k) => total + value * b[k]!, 0)
const cosine = (a: readonly number[], b: readonly number[]): number =>
  dot(a, b) / Math.max(Math.sqrt(dot(a, a) * dot(b, b)), 1e-9)

function support(rows: readonly { vector: number[]; stake: bigint }[], byzantineBps: number): Support {
  const gram = rows.map((a) => rows.map((b) => BigInt(dot(a.vector, b.vector)) << 16n))
  const norms = rows.map(({ vector }) => isqrt(BigInt(dot(vector, vector))))
  return supportOf(
    gram,
    norms,
    rows.map(({ stake }) => stake),
    byzantineBps,
  )
}

interface Scene {
  honest: { vector: number[]; stake: bigint }[]
  coalition: { vector: number[]; stake: bigint }[]
  byzantineBps: number
}

/** All rows, the honest first; the coalition has so much stake that it holds F of all, or a little less. */
function rowsWithStake({ honest, coalition, byzantineBps }: Scene): { vector: number[]; stake: bigint }[] {
  const rows = honest.map((row) => ({ ...row, stake: row.stake * 1000n }))
  const wanted = (sum(rows.map(({ stake }) => stake)) * BigInt(byzantineBps)) / (10_000n - BigInt(byzantineBps))
  const total = sum(coalition.map(({ stake }) => stake))
  return [...rows, ...coalition.map((row) => ({ ...row, stake: (wanted * row.stake) / (total || 1n) }))]
}

/** Mean cosine of a row with the other honest rows, without those of F of all stake that say most for it (`end` 1) or most against it (−1); undefined if nothing is left. */
function honestMean({ honest, byzantineBps }: Scene, row: number, end: 1 | -1, total: number): number | undefined {
  let out = (total * byzantineBps) / 10_000
  const said = honest
    .filter((_, j) => j !== row)
    .map(({ vector, stake }) => ({ said: cosine(honest[row]!.vector, vector), stake: Number(stake) * 1000 }))
    .sort((a, b) => end * (b.said - a.said))
    .map(({ said, stake }) => {
      const part = Math.max(0, stake - out)
      out -= stake - part
      return { said, part }
    })
  const kept = said.reduce((sum, { part }) => sum + part, 0)
  return kept > 1e-6 * total ? said.reduce((sum, { said, part }) => sum + said * part, 0) / kept : undefined
}

describe('support of a row', () => {
  it('is at least what the honest rows say without F that say most for it, whatever a coalition of F sends, unless the row is long', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { honest, byzantineBps } = scene
        const rows = rowsWithStake(scene)
        const total = rows.reduce((sum, { stake }) => sum + Number(stake), 0)
        const own = Number(support(rows, byzantineBps).rows[0]) / 65_536
        const least = honestMean(scene, 0, 1, total) ?? 0
        const length = (row: { vector: number[] }): number => Math.floor(Math.sqrt(dot(row.vector, row.vector)))
        const shorter = honest.slice(1).filter((row) => 2 * length(row) < length(honest[0]!))
        const mostlyShorter =
          shorter.reduce((sum, { stake }) => sum + 1000 * Number(stake), 0) >
          (Math.min(0.5, 1 - (2 * byzantineBps) / 10_000) - 0.01) * total
        expect(own >= least - 0.001 || (own === -1 && mostlyShorter)).toBe(true)
      }),
    )
  })

  it('is needed only as far as honest rows with 1/2 − F of the stake agree with the honest rows, whatever a coalition of F sends', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { honest, byzantineBps } = scene
        const rows = rowsWithStake(scene)
        const total = rows.reduce((sum, { stake }) => sum + Number(stake), 0)
        const means = honest
          .map(({ stake }, i) => ({
            mean: Math.max(0, honestMean(scene, i, -1, total) ?? 0),
            share: (1000 * Number(stake)) / total,
          }))
          .toSorted((a, b) => b.mean - a.mean)
        let share = 0
        const reached = means.find((one) => (share += one.share) >= 0.5 - byzantineBps / 10_000 - 1e-9)!.mean
        const least = Number(support(rows, byzantineBps).least) / 65_536
        expect(least).toBeGreaterThanOrEqual(-3 / 16)
        expect(least).toBeLessThanOrEqual(-3 / 16 + Math.max(0, reached - 1 / 8) / 2 + 0.002)
      }),
    )
  })

  it('of a row of a coalition of F is at most what the honest rows say without F that say most against it', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { honest, coalition, byzantineBps } = scene
        fc.pre(coalition.length > 0)
        const rows = rowsWithStake(scene)
        const total = rows.reduce((sum, { stake }) => sum + Number(stake), 0)
        const own = Number(support(rows, byzantineBps).rows[honest.length]) / 65_536
        const asHonest = { ...scene, honest: [...honest, coalition[0]!] }
        const most = Math.max(0, honestMean(asHonest, honest.length, -1, total) ?? 0)
        expect(own).toBeLessThanOrEqual(most + 0.001)
      }),
    )
  })

  it('does not depend on how a bond is split', () => {
    fc.assert(
      fc.property(rowsOf(2, 6), fc.nat(), fc.constantFrom(0, 2000, 3332), (rows, pick, byzantineBps) => {
        const row = pick % rows.length
        const others = rows.map((_, i) => i).filter((i) => i !== row)
        const whole = rows.map((one) => ({ ...one, stake: 2n * one.stake }))
        const half = whole.with(row, { ...whole[row]!, stake: rows[row]!.stake })
        const split = [...half, half[row]!]
        const [before, after] = [support(whole, byzantineBps), support(split, byzantineBps)]
        for (const i of others) expect(after.rows[i]).toBe(before.rows[i])
      }),
    )
  })

  it('keeps an odd row in the sum, whatever the rule without support says of it', () => {
    fc.assert(
      fc.property(rowsOf(3, 8), (rows) => {
        const input = {
          gram: gramOf([...rows.map(({ vector }) => vector), [1, 0, 0, 0, 0, 0]]),
          stakes: rows.map(({ stake }) => stake),
          tieBreak: rows.map((_, i) => hashOf(i)),
          hasReference: true,
          spec: { ...RULE, byzantineBps: 2500, rejectBps: 12_000, reference: 2 as const },
          coordinates: 1000,
          updates: [],
        }
        const [before, after] = ['novelty-nnm-gm', 'supported-nnm-gm'].map((name) => ruleByName(name).decide(input))
        const said = support(rows, 2500)
        for (const [i, verdict] of after!.verdicts.entries()) {
          const unsupported = said.rows[i]! < said.least
          if (verdict === 5) expect(unsupported).toBe(true)
          // What those take up that stay may be used for others.
          if (before!.verdicts[i] === 5 && unsupported) expect(verdict).toBe(5)
        }
      }),
    )
  })
})
