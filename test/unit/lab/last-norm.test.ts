import { describe, expect, it } from 'vitest'
import { TraceKind } from '../../../src/aggregation/rules/index.ts'
import { lastNorm } from '../../../src/lab/last-norm.ts'
import { Verdict, ZERO_HASH } from '../../../src/protocol/index.ts'

/** A round whose admitted rows have these norms. */
function round(norms: number[], verdicts: Verdict[]): Parameters<typeof lastNorm>[0] {
  const matrix = new Float64Array(norms.length ** 2)
  norms.forEach((norm, k) => (matrix[k * norms.length + k] = norm ** 2))
  const gram = { size: norms.length, matrix, segments: 1, partials: new Int32Array(0) }
  return { gram, trace: [], rows: verdicts.map((verdict) => ({ verdict, reason: 0, reasonArg: ZERO_HASH, beta: 0, score: 0n })) }
}

describe('lastNorm', () => {
  it('is the stake-median norm of what was admitted, rejected rows included', () => {
    const { accepted, rejected, inadmissible, quarantined } = Verdict
    const given = round([30, 10, 20], [inadmissible, accepted, rejected, quarantined, accepted])
    expect(lastNorm(given, [9n, 1n, 1n, 9n, 1n])).toBe(20)
    expect(lastNorm(given, [9n, 3n, 1n, 9n, 1n])).toBe(30)
    expect(lastNorm(given, [9n, 1n, 2n, 9n, 1n])).toBe(10)
  })

  it('is what the trace says where there is one', () => {
    const trace = [{ kind: TraceKind.scales, index: 0, words: [7n, 1n] }]
    expect(lastNorm({ ...round([30], [Verdict.accepted]), trace }, [1n])).toBe(7)
  })

  it('is unknown after a round that admitted nobody', () => {
    expect(lastNorm(round([], [Verdict.inadmissible]), [1n])).toBeUndefined()
  })
})
