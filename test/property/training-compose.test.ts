import { describe, expect, it } from 'vitest'
import { composeUpdate, createRandom, tensorLayout } from '../../src/training/index.ts'
import type { ComposeInput, Layout, UpdateShape } from '../../src/training/index.ts'
import fc, { runs } from '../support/fast-check.ts'

const value = fc.float({ min: Math.fround(-3), max: Math.fround(3), noNaN: true }).map((x) => x + 0)

const problem = fc
  .array(fc.record({ length: fc.integer({ min: 1, max: 20 }), exponent: fc.integer({ min: -14, max: 2 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .chain((tensors) => {
    const total = tensors.reduce((sum, { length }) => sum + length, 0)
    const values = fc.array(value, { minLength: total, maxLength: total })
    return fc.record({
      tensors: fc.constant(tensors),
      delta: values,
      residual: fc.option(values, { nil: undefined }),
      momentum: fc.option(values, { nil: undefined }),
      factor: fc.constantFrom(0, 0.5, 0.9),
      maxNorm: fc.option(fc.double({ min: 1, max: 500, noNaN: true }), { nil: undefined }),
      shift: fc.option(value, { nil: undefined }),
      seed: fc.integer(),
    })
  })

/** The values at the coordinates of the tensors, the padding zero. */
function spread(layout: Layout, values: readonly number[] | undefined): Float32Array | undefined {
  if (!values) return undefined
  const flat = new Float32Array(layout.paddedLength)
  let from = 0
  for (const { offset, length } of layout.tensors) {
    flat.set(values.slice(from, from + length), offset)
    from += length
  }
  return flat
}

const coordinates = (layout: Layout): number[] =>
  layout.tensors.flatMap(({ offset, length }) => Array.from({ length }, (_, k) => offset + k))

/** The pipeline in words, on plain numbers: what is to be sent before rounding, and the momentum. */
function twin(
  exponents: ReadonlyMap<number, number>,
  { factor, maxNorm, shift }: { factor: number; maxNorm?: number; shift?: number },
  { delta, residual, momentum }: Pick<ComposeInput, 'delta' | 'residual' | 'momentum'>,
): { wanted: Map<number, number>; steady: Map<number, number> } {
  const steady = new Map<number, number>()
  let wanted = new Map<number, number>()
  for (const k of exponents.keys()) {
    const own = factor === 0 ? delta[k]! : factor * (momentum?.[k] ?? 0) + (1 - factor) * delta[k]!
    steady.set(k, own)
    wanted.set(k, own + (residual?.[k] ?? 0))
  }
  const norm = Math.hypot(...[...wanted].map(([k, x]) => x / 2 ** exponents.get(k)!))
  if (maxNorm !== undefined && norm > maxNorm) wanted = new Map([...wanted].map(([k, x]) => [k, (x * maxNorm) / norm]))
  if (shift !== undefined) wanted = new Map([...wanted].map(([k, x]) => [k, x + shift]))
  return { wanted, steady }
}

describe('composeUpdate', () => {
  it('is momentum, clip, noise, quantise: what it sends and what it keeps add up to its twin', () => {
    fc.assert(
      fc.property(problem, ({ tensors, factor, maxNorm, shift, seed, ...values }) => {
        const layout = tensorLayout(tensors.map(({ length }, i) => ({ name: `t${i}`, shape: [length] })))
        const exponents = new Map<number, number>()
        layout.tensors.forEach(({ offset, length }, t) => {
          for (let k = offset; k < offset + length; k++) exponents.set(k, tensors[t]!.exponent)
        })
        const shape: UpdateShape = {
          layout,
          tensors: tensors.map(({ exponent }) => ({ updateExponent: exponent })),
          memberMomentum: factor,
          ...(shift !== undefined && { noise: (update) => update.map((x, k) => (exponents.has(k) ? x + shift : x)) }),
        }
        const input = {
          delta: spread(layout, values.delta)!,
          residual: spread(layout, values.residual),
          momentum: spread(layout, values.momentum),
          maxNorm,
        }
        const before = structuredClone(input)
        const compose = () => composeUpdate(shape, { ...input, random: createRandom(seed) })
        const result = compose()
        const { wanted, steady } = twin(exponents, { factor, maxNorm, shift }, input)
        for (const k of coordinates(layout)) {
          const carried = result.update[k]! * 2 ** exponents.get(k)! + result.residual[k]!
          expect(carried).toBeCloseTo(wanted.get(k)!, 3)
          if (factor > 0) expect(result.momentum![k]).toBeCloseTo(steady.get(k)!, 5)
        }
        if (factor === 0) expect(result.momentum).toBeUndefined()
        expect(result.update.every((x, k) => x === 0 || exponents.has(k))).toBe(true)
        expect(input).toEqual(before)
        expect(compose()).toEqual(result)
      }),
      { numRuns: runs(100) },
    )
  })
})
