import { describe, expect, it } from 'vitest'
import { admissionFault, copiedRoots, createWasmKernels } from '../../../src/aggregation/index.ts'
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

  it('sees padding inside the last chunk of a tensor when it knows the lengths', () => {
    const bytes = update({ 0: 3, 700: 1 })
    expect(admissionFault(kernels, spec, bytes)).toBeUndefined()
    expect(admissionFault(kernels, spec, bytes, [700])?.code).toBe('UPDATE_VALUE')
    expect(admissionFault(kernels, spec, bytes, [701])).toBeUndefined()
  })
})

describe('copiedRoots', () => {
  it('names every root that stands twice, in whatever case', () => {
    expect(copiedRoots(['0xaa', null, '0xbb', '0xAA', null])).toEqual(new Set(['0xaa']))
  })
})
