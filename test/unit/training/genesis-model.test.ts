import { keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { cnn, defaultTask, genesisModel, mlp, tensorLayout, unpack } from '../../../src/training/index.ts'

const { tensors } = defaultTask()

describe('genesisModel', () => {
  // Every member computes this model for itself: a change of these hashes is a change of the protocol's round 0.
  it.each([
    [mlp, 1, '0xf8dd4873f8bebdf457819c9919cd6891b75255efcca8e1a4853a1e74d84670c3'],
    [mlp, 2, '0xfc9e69cbcd9815e998e6ffe51317333c3f13703556b6ebd5bc5c290f734864b2'],
    [cnn, 1, '0xf37e682e0def72081f12e9ebbc4201c6454c9e4eb6d33eea05b7203df0889a21'],
  ])('$name, seed %i, is the same bytes everywhere', (definition, seed, hash) => {
    const specs = defaultTask({ model: definition.name }).tensors
    expect(keccak256(new Uint8Array(genesisModel(definition, specs, seed).buffer))).toBe(hash)
  })

  it('draws weights evenly within the bound of He et al. and starts biases at zero', () => {
    const [kernel, bias] = unpack(tensorLayout(mlp.tensors), genesisModel(mlp, tensors, 1))
    const limit = Math.floor(Math.sqrt(6 / 784) * 2 ** 20)
    const values = Array.from(kernel!)
    expect(Math.max(...values.slice(0, 50_000))).toBeLessThanOrEqual(limit)
    expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(-limit)
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const square = values.reduce((a, b) => a + b * b, 0) / values.length
    expect(Math.abs(mean) / limit).toBeLessThan(0.01)
    expect(square / limit ** 2).toBeCloseTo(1 / 3, 2)
    expect(bias!.every((value) => value === 0)).toBe(true)
  })

  it('leaves padding zero', () => {
    const layout = tensorLayout(mlp.tensors)
    const model = genesisModel(mlp, tensors, 1)
    expect(model).toHaveLength(layout.paddedLength)
    for (const part of unpack(layout, model)) part.fill(0)
    expect(model.every((value) => value === 0)).toBe(true)
  })
})
