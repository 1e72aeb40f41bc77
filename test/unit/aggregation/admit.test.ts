import { describe, expect, it } from 'vitest'
import { admissionFault, createWasmKernels, originals } from '../../../src/aggregation/index.ts'
import { taskSpec } from './fixtures.ts'

const kernels = createWasmKernels()
const spec = taskSpec({ minNormSq: 4n, maxNormSq: 100n })

function update(values: Record<number, number>): Int8Array {
  const bytes = new Int8Array(8192)
  for (const [index, value] of Object.entries(values)) bytes[Number(index)] = value
  return bytes
}

describe('admissionFault', () => {
  it.each([
    ['within the bounds', update({ 0: 2, 767: -9 }), undefined],
    ['on the lower bound', update({ 0: 2 }), undefined],
    ['on the upper bound', update({ 0: 10 }), undefined],
    ['all but zero', update({ 0: 1 }), 'UPDATE_NORM'],
    ['too long a vector', update({ 0: 10, 1: 1 }), 'UPDATE_NORM'],
    ['-128', update({ 5: -128 }), 'UPDATE_VALUE'],
    ['a value in the last padding coordinate', update({ 0: 3, 8191: 1 }), 'UPDATE_VALUE'],
    ['a value right after the last tensor', update({ 0: 3, 768: 1 }), 'UPDATE_VALUE'],
    ['too few values', new Int8Array(256), 'UPDATE_LENGTH'],
    ['too many values', new Int8Array(16_384), 'UPDATE_LENGTH'],
  ])('%s', (_, bytes, code) => {
    expect(admissionFault(kernels, spec, bytes)?.code).toBe(code)
  })

  it('sees padding inside the last chunk of a tensor', () => {
    const bytes = update({ 0: 3, 700: 1 })
    const of = (length: number): typeof spec => taskSpec({ ...spec, tensors: [{ ...spec.tensors[0]!, length }] })
    expect(admissionFault(kernels, of(700), bytes)).toMatchObject({ code: 'UPDATE_VALUE', chunk: 2 })
    expect(admissionFault(kernels, of(701), bytes)).toBeUndefined()
  })

  it('names the lowest bad chunk, whatever is wrong with it', () => {
    expect(admissionFault(kernels, spec, update({ 300: -128, 700: -128 }))).toMatchObject({ chunk: 1 })
    expect(admissionFault(kernels, spec, update({ 769: 1, 1024: -128 }))).toMatchObject({ chunk: 3 })
    expect(admissionFault(kernels, spec, update({ 1100: -128, 2000: 1 }))).toMatchObject({ chunk: 4 })
  })

  it('names the chunk in which a length parts from the right one; in a deeper tree every chunk is wrong', () => {
    expect(admissionFault(kernels, spec, new Int8Array(300))).toMatchObject({ chunk: 1 })
    expect(admissionFault(kernels, spec, new Int8Array(8192 + 256))).toMatchObject({ chunk: 0 })
    const [long] = [taskSpec({ tensors: [{ ...spec.tensors[0]!, length: 3 * 8192 }] })]
    expect(admissionFault(kernels, long, new Int8Array(3 * 8192 + 1))).toMatchObject({ chunk: 96 })
  })

  it('has the squared norm of every segment where the sum is outside the bounds', () => {
    const long = taskSpec({ tensors: [{ ...spec.tensors[0]!, length: 2 * 8192 }], maxNormSq: 100n })
    const bytes = new Int8Array(2 * 8192)
    bytes[0] = 3
    bytes[8192] = 11
    expect(admissionFault(kernels, long, bytes)).toMatchObject({ code: 'UPDATE_NORM', norms: [9, 121] })
  })
})

describe('originals', () => {
  it('names the lowest other row of every root that stands twice, in whatever case', () => {
    const none = undefined
    expect(originals(['0xaa', null, '0xbb', '0xAA', null, '0xaa'])).toEqual([3, none, none, 0, none, 0])
  })
})
