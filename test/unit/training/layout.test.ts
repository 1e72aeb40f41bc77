import { describe, expect, it } from 'vitest'
import { mlp, packInto, tensorLayout, unpack } from '../../../src/training/index.ts'

describe('layout', () => {
  it('pads tensors to chunks and the vector to segments', () => {
    const layout = tensorLayout([
      { name: 'a', shape: [257] },
      { name: 'b', shape: [] },
      { name: 'c', shape: [16, 16] },
    ])
    expect(layout.tensors.map(({ offset, length, chunks }) => [offset, length, chunks])).toEqual([
      [0, 257, 2],
      [512, 1, 1],
      [768, 256, 1],
    ])
    expect(layout.parameters).toBe(514)
    expect(layout.paddedLength).toBe(8192)
  })

  it('lays the default model out in 13 segments', () => {
    const layout = tensorLayout(mlp.tensors)
    expect(layout.parameters).toBe(101_770)
    expect(layout.tensors.map(({ chunks }) => chunks)).toEqual([392, 1, 5, 1])
    expect(layout.paddedLength).toBe(13 * 8192)
  })

  it('unpacks views of what was packed', () => {
    const layout = tensorLayout([
      { name: 'a', shape: [2] },
      { name: 'b', shape: [3] },
    ])
    const flat = packInto(layout, [[1, 2], Float32Array.of(3, 4, 5)], new Int32Array(layout.paddedLength))
    expect(unpack(layout, flat).map((part) => [...part])).toEqual([
      [1, 2],
      [3, 4, 5],
    ])
    unpack(layout, flat)[1]![0] = 9
    expect(flat[256]).toBe(9)
  })
})
