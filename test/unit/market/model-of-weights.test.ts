import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelOfWeights } from '../../../src/market/index.ts'
import { dequantiseModel, tensorLayout, unpack } from '../../../src/training/index.ts'

const TENSORS = [
  { length: 300, modelExponent: -20 },
  { length: 7, modelExponent: 3 },
]
const LAYOUT = tensorLayout(TENSORS.map(({ length }, index) => ({ name: String(index), shape: [length] })))

/** What `quorate model export` writes of a model. */
function valuesOf(model: Int32Array): Float32Array[] {
  return unpack(LAYOUT, dequantiseModel(LAYOUT, TENSORS, model))
}

function modelWith(integers: readonly number[]): Int32Array {
  const model = new Int32Array(LAYOUT.paddedLength)
  integers.forEach((integer, index) => (model[index < 300 ? index : LAYOUT.tensors[1]!.offset + index - 300] = integer))
  return model
}

describe('modelOfWeights', () => {
  it('gives back every model whose integers a float32 holds', () => {
    const integer = fc.integer({ min: -(2 ** 24), max: 2 ** 24 })
    fc.assert(
      fc.property(fc.array(integer, { maxLength: 307 }), (integers) => {
        const model = modelWith(integers)
        expect(modelOfWeights(TENSORS, valuesOf(model))).toEqual({ model, exact: true })
      }),
    )
  })

  it('says when a weight is so large that float32 rounds it', () => {
    const rounded = modelWith([2 ** 24 + 1])
    const found = modelOfWeights(TENSORS, valuesOf(rounded))!
    expect(found.exact).toBe(true)
    expect(found.model[0]).toBe(2 ** 24)
    expect(modelOfWeights(TENSORS, valuesOf(modelWith([2 ** 24 + 2])))).toMatchObject({ exact: false })
  })

  it('refuses what no model of the task has', () => {
    const values = valuesOf(modelWith([1, 2, 3]))
    const changed = (index: number, value: number): Float32Array[] => {
      const copy = values.map((part) => part.slice())
      copy[0]![index] = value
      return copy
    }
    expect(modelOfWeights(TENSORS, changed(5, 2 ** -21))).toBeUndefined()
    expect(modelOfWeights(TENSORS, changed(5, Number.NaN))).toBeUndefined()
    expect(modelOfWeights(TENSORS, changed(5, 2 ** 11))).toBeUndefined()
    expect(modelOfWeights(TENSORS, changed(5, -(2 ** 11)))).toBeDefined()
    expect(modelOfWeights(TENSORS, values.slice(0, 1))).toBeUndefined()
    expect(modelOfWeights(TENSORS, values.toReversed())).toBeUndefined()
  })
})
