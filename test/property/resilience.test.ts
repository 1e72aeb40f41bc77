import { describe, expect, it } from 'vitest'
import { ruleByName } from '../../src/aggregation/index.ts'
import * as fc from '../support/fast-check.ts'
import { DIMENSIONS, labInput, sumOf } from '../support/rules/cases.ts'

/**
 * (f, κ)-robustness (Allouah et al. 2023, Fixing by Mixing, definition 2 and table 1): however f of n rows are chosen,
 * ‖S − mean of the others‖² ≤ κ · mean of ‖row − mean of the others‖² over the others.
 */
const ratio = (n: number, f: number): number => 1 + f / (n - 2 * f)
const MEDIAN = (n: number, f: number): number => 4 * ratio(n, f) ** 2
const KRUM = (n: number, f: number): number => 6 * ratio(n, f)
const TRIMMED = (n: number, f: number): number => ((6 * f) / (n - 2 * f)) * ratio(n, f)
/** Mixing first (lemma 5 there). */
const mixed =
  (kappa: typeof KRUM): typeof KRUM =>
  (n, f) =>
    ((8 * f) / (n - f)) * (kappa(n, f) + 1)

const anyRow = fc.array(fc.integer({ min: -127, max: 127 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })

/** Honest rows around a point, spread by anything from nothing to half of the range. */
const honestRows = (count: number): fc.Arbitrary<number[][]> =>
  fc
    .tuple(
      fc.array(fc.integer({ min: -60, max: 60 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS }),
      fc.integer({ min: 0, max: 60 }),
    )
    .chain(([centre, spread]) =>
      fc.array(fc.tuple(...centre.map((value) => fc.integer({ min: value - spread, max: value + spread }))), {
        minLength: count,
        maxLength: count,
      }),
    )

/** Rows of one length, so that rules that scale rows leave them as they are: a triple in any order under any signs. */
const rowsOfOneLength = (count: number): fc.Arbitrary<number[][]> => {
  const row = fc
    .tuple(fc.shuffledSubarray([90, 40, 15], { minLength: 3 }), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
    .map(([values, signs]) => values.map((value, k) => (signs[k]! ? value : -value)))
  return fc.array(row, { minLength: count, maxLength: count })
}

it('the mean has no such bound: one row moves it however well the others agree', () => {
  const vectors = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
    [127, 0, 0],
  ]
  const rule = ruleByName('mean')
  const input = labInput(rule, { vectors, stakes: vectors.map(() => 7n), byzantineBps: 0, iterations: 60, reference: [0, 0, 0] })
  expect(sumOf(rule.decide(input), vectors)[0]! / 65_536).toBeCloseTo(127 / 5, 2)
})

const COHORTS = [5, 8, 10].flatMap((n) => Array.from({ length: Math.ceil(n / 2) - 1 }, (_, i) => [n, i + 1] as const))

interface Bound {
  name: string
  kappa: typeof KRUM
  sameLength?: true
}

describe.each<Bound>([
  { name: 'krum', kappa: KRUM },
  { name: 'gm', kappa: MEDIAN },
  { name: 'median', kappa: MEDIAN },
  { name: 'trimmed-mean', kappa: TRIMMED },
  { name: 'unscaled-nnm-gm', kappa: mixed(MEDIAN) },
  { name: 'nnm-trimmed-mean', kappa: mixed(TRIMMED) },
  { name: 'nnmGm', kappa: mixed(MEDIAN), sameLength: true },
  { name: 'arc-nnm-gm', kappa: mixed(MEDIAN), sameLength: true },
])('$name', ({ name, kappa, sameLength }) => {
  const rule = ruleByName(name)
  const covered = COHORTS.filter(([n, f]) => {
    const stakes = Array.from({ length: n }, () => 1n)
    return rule.unsafe({ stakes, byzantineBps: (10_000 * f) / n, publicRow: rule.publicRow }) === undefined
  })

  it.each(covered)('%i rows, %i of them anything: S stays within the published multiple of the honest variance', (n, f) => {
    const rows = sameLength
      ? fc.tuple(rowsOfOneLength(n - f), rowsOfOneLength(f))
      : fc.tuple(honestRows(n - f), fc.array(anyRow, { minLength: f, maxLength: f }))
    fc.assert(
      fc.property(rows, fc.shuffledSubarray([...Array(n).keys()], { minLength: n }), ([honest, poison], names) => {
        const vectors = [...honest, ...poison]
        const stakes = vectors.map(() => 7n)
        const input = labInput(
          rule,
          { vectors, stakes, byzantineBps: (10_000 * f) / n, iterations: 60, reference: honest[0]! },
          names,
        )
        // The bound is that of the estimator: letting go of whole rows comes after it.
        const sum = sumOf(rule.decide({ ...input, spec: { ...input.spec, rejectBps: 0 } }), vectors)
        const mean = honest[0]!.map((_, k) => honest.reduce((total, row) => total + row[k]!, 0) / honest.length)
        const square = (row: readonly number[]): number => row.reduce((total, value, k) => total + (value - mean[k]!) ** 2, 0)
        const variance = honest.reduce((total, row) => total + square(row), 0) / honest.length
        // Mixing and weights are rounded to 1/65536, and a unit of weight carries at most 127 a coordinate.
        const rounding = 0.1
        expect(Math.sqrt(square(sum.map((value) => value / 65_536)))).toBeLessThanOrEqual(
          Math.sqrt(kappa(n, f) * variance) + rounding,
        )
      }),
      { numRuns: fc.runs(60) },
    )
  })
})
