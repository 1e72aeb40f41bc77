import { describe, expect, it } from 'vitest'
import {
  carriedOf,
  coarserTensors,
  drawSegments,
  leastNormSq,
  mergeReference,
  mostOf,
} from '../../../../src/lab/fewer-bytes/index.ts'
import { SEGMENT } from '../../../../src/protocol/index.ts'

const fill = (...values: number[]): Int8Array =>
  Int8Array.from({ length: values.length * SEGMENT }, (_, k) => values[Math.floor(k / SEGMENT)]!)

describe('segments of a round', () => {
  it('are the share of all, at least one, and the same for everybody', () => {
    const drawn = drawSegments({ of: 13, share: 4, seed: 1, round: 1 })
    expect(drawn).toHaveLength(13)
    expect(drawn.filter(Boolean)).toHaveLength(4)
    expect(drawSegments({ of: 3, share: 8, seed: 1, round: 1 }).filter(Boolean)).toHaveLength(1)
    expect(drawSegments({ of: 13, share: 4, seed: 1, round: 1 })).toEqual(drawn)
  })

  it('differ from round to round, and each has its turns', () => {
    const rounds = 400
    const times = Array.from({ length: 8 }, () => 0)
    for (let round = 1; round <= rounds; round++)
      for (const [segment, isDrawn] of drawSegments({ of: 8, share: 4, seed: 7, round }).entries())
        if (isDrawn) times[segment]! += 1
    // A quarter of 400, within five standard deviations.
    for (const count of times) expect(Math.abs(count - rounds / 4)).toBeLessThan(5 * Math.sqrt((rounds * 3) / 16))
  })

  it('are all of a row that others see, whoever made it', () => {
    const row = fill(100, -100, 3)
    expect(carriedOf(row, [true, false, true], 7)).toEqual(fill(7, 0, 3))
    expect(carriedOf(row, undefined, 127)).toEqual(row)
  })

  it('leave the public row of the others as it was', () => {
    expect(mergeReference(fill(1, 2), fill(8, 0), [true, false])).toEqual(fill(8, 2))
    expect(mergeReference(fill(1, 2), fill(8, 0), undefined)).toEqual(fill(8, 0))
    expect(mergeReference(null, undefined, [true])).toBeNull()
  })
})

describe('values of four bits', () => {
  it('go to seven, in steps four times as coarse', () => {
    expect(mostOf(4)).toBe(7)
    expect(mostOf(8)).toBe(127)
    expect(coarserTensors([{ updateExponent: -9 }], 4)).toEqual([{ updateExponent: -7 }])
    expect(coarserTensors([{ updateExponent: -9 }])).toEqual([{ updateExponent: -9 }])
  })

  it('make shorter rows, as fewer segments do', () => {
    expect(leastNormSq(6400n, {})).toBe(6400n)
    expect(leastNormSq(6400n, { bits: 4 })).toBe(400n)
    expect(leastNormSq(6400n, { bits: 4, oneSegmentOf: 8 })).toBe(50n)
    expect(leastNormSq(1n, { oneSegmentOf: 8 })).toBe(1n)
  })
})
