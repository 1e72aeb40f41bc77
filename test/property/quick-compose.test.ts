import { describe, expect, it } from 'vitest'
import { quickCompose } from '../../src/lab/learner/index.ts'
import { composeUpdate, createRandom, tensorLayout } from '../../src/training/index.ts'

// More than one tile, and a tensor that ends within one.
const layout = tensorLayout([
  { name: 'kernel', shape: [90, 100] },
  { name: 'bias', shape: [100] },
])
const tensors = [{ updateExponent: -9 }, { updateExponent: -7 }]
const shape = { layout, tensors, memberMomentum: 0 }

function values(scale: number, ...parts: (string | number)[]): Float32Array {
  const random = createRandom(...parts)
  const made = new Float32Array(layout.paddedLength)
  for (const { offset, length } of layout.tensors)
    for (let k = offset; k < offset + length; k++) made[k] = scale * random.normal()
  return made
}

describe('quickCompose', () => {
  it.each([0.001, 0.05, 0.5])('gives the bits of composeUpdate for changes of size %f', (scale) => {
    for (let seed = 0; seed < 12; seed++) {
      const input = {
        delta: values(scale, 'delta', seed),
        ...(seed % 4 !== 3 && { residual: values(0.002, 'residual', seed) }),
        ...(seed % 3 !== 2 && { maxNorm: [20, 1000, 1e9][seed % 5 === 0 ? 2 : seed % 2]! }),
      }
      const most = seed % 2 === 0 ? undefined : 31
      const made = [composeUpdate, quickCompose].map((compose) =>
        compose({ ...shape, ...(most && { most }) }, { ...input, random: createRandom('round', seed) }),
      )
      const [bits, expected] = [made[1]!, made[0]!].map(({ update, residual, clipped }) => [
        Buffer.from(update.buffer).toString('base64'),
        Buffer.from(residual.buffer).toString('base64'),
        clipped,
      ])
      expect(bits).toEqual(expected)
      expect(made[0]!.update.some((value) => value !== 0)).toBe(true)
    }
  })

  it('sends the segments of the round alone, as composeUpdate does', () => {
    const input = { delta: values(0.05, 1), residual: values(0.002, 2), maxNorm: 100, segments: [false, true] }
    const [one, other] = [composeUpdate, quickCompose].map((compose) => compose(shape, { ...input, random: createRandom(3) }))
    expect(other).toEqual(one)
    expect(other!.update.subarray(0, 8192).every((value) => value === 0)).toBe(true)
  })

  it('goes on in the random stream where composeUpdate does', () => {
    const input = { delta: values(0.05, 1), residual: values(0.002, 2), maxNorm: 100 }
    const [one, other] = [createRandom('stream'), createRandom('stream')]
    composeUpdate(shape, { ...input, random: one })
    quickCompose(shape, { ...input, random: other })
    expect(other.uint32()).toBe(one.uint32())
  })

  it('refuses what is not finite, and names its place', () => {
    const delta = values(0.05, 1)
    delta[8500] = Number.NaN
    const input = { delta, residual: values(0.002, 2), maxNorm: 100, random: createRandom(1) }
    expect(() => quickCompose(shape, input)).toThrow(
      expect.objectContaining({ code: 'TRAINING_DIVERGED', details: { tensor: 'kernel', index: 8500 } }),
    )
  })
})
