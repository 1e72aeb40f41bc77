import { computeGram, createWasmKernels, ruleByName } from '../src/aggregation/index.ts'
import { padded, updatesOf } from './arrays.ts'
import { measure } from './measure.ts'
import type { Timing } from './measure.ts'
import { roundOf } from './round.ts'

/** What the coordinate-wise rules of the lab take on n rows of d coordinates, one thread. */
export interface CoordinatesRow {
  n: number
  d: number
  /** The kernels alone. */
  trimmedMean: Timing
  median: Timing
  /** The rules from a Gram matrix: mixing, combining, shares of what was kept, scores. */
  rules: Record<(typeof RULES)[number], Timing>
}

export const RULES = ['trimmed-mean', 'median', 'nnm-trimmed-mean'] as const

/** Trimmed mean and median by coordinate for each shape, rows in memory. */
export async function benchCoordinates(shapes: readonly { n: number; d: number }[], budget: number): Promise<CoordinatesRow[]> {
  const kernels = createWasmKernels()
  const rows: CoordinatesRow[] = []
  for (const { n, d } of shapes) {
    const updates = updatesOf(n, padded(d))
    const equal = updates.map(() => 1)
    const alone = async (work: (out: Int32Array, kept: Float64Array) => void): Promise<Timing> =>
      measure(() => work(new Int32Array(padded(d)), new Float64Array(n)), budget)
    const { rows: sealed, spec } = roundOf(updates)
    const input = {
      gram: computeGram(kernels, updates),
      updates,
      stakes: sealed.map(({ weight }) => weight),
      tieBreak: sealed.map(({ updateRoot }) => updateRoot!),
      hasReference: false,
      spec: spec.rule,
      coordinates: d,
    }
    const rule = async (name: (typeof RULES)[number]): Promise<Timing> => measure(() => ruleByName(name).decide(input), budget)
    rows.push({
      n,
      d,
      trimmedMean: await alone((out, kept) => kernels.trimmedMean(updates, equal, 2500, out, kept)),
      median: await alone((out, kept) => kernels.median(updates, equal, out, kept)),
      rules: {
        'trimmed-mean': await rule('trimmed-mean'),
        median: await rule('median'),
        'nnm-trimmed-mean': await rule('nnm-trimmed-mean'),
      },
    })
  }
  return rows
}
