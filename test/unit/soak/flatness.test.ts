import { describe, expect, it } from 'vitest'
import { fitLine, HEAP_LIMIT, median, trends } from '../../soak/flatness.ts'
import type { Figures, Sample } from '../../soak/sample.ts'

/** A sample a minute; the figures are a function of the minute. */
function samples(count: number, figures: (minute: number) => Figures): Sample[] {
  return Array.from({ length: count }, (_, minute) => ({
    program: 'member-0',
    seconds: minute * 60,
    rounds: minute * 10,
    figures: figures(minute),
  }))
}

/** The same for each minute, between -1 and 1, with a mean near 0. */
const noise = (minute: number): number => ((minute * 37) % 21) / 10 - 1

function growing(found: readonly Sample[], warmUp = 0): string[] {
  return trends(found, warmUp).flatMap(({ figure, grows }) => (grows ? [figure] : []))
}

describe('fitLine', () => {
  it('finds the line that points are on', () => {
    const { slope, error } = fitLine([0, 1, 5, 9].map((x) => [x, 7 + 3 * x] as const))
    expect(slope).toBeCloseTo(3)
    expect(error).toBeCloseTo(0)
  })

  it('tells how uncertain a slope is', () => {
    // By hand: slope 0.6, squares that remain 3.2 over two degrees of freedom, spread 5.
    const { slope, error } = fitLine([
      [1, 2],
      [2, 1],
      [3, 4],
      [4, 3],
    ])
    expect(slope).toBeCloseTo(0.6)
    expect(error).toBeCloseTo(Math.sqrt(3.2 / 2 / 5))
  })

  it('has no slope for one point', () => {
    expect(fitLine([[1, 5]])).toEqual({ slope: 0, error: 0 })
  })
})

it('the median is the middle value, or between two', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 2, 9])).toBe(3)
})

describe('trends', () => {
  it('finds a heap that grows by more than the limit, behind noise', () => {
    const heap = (perHour: number) =>
      samples(120, (minute) => ({ heapKiB: 60_000 + (perHour * minute) / 60 + 200 * noise(minute) }))
    expect(growing(heap(2 * HEAP_LIMIT * 1024))).toEqual(['heapKiB'])
    expect(growing(heap(0.5 * HEAP_LIMIT * 1024))).toEqual([])
  })

  it('leaves out the warm-up', () => {
    const filling = samples(60, (minute) => ({
      heapKiB: minute < 20 ? 50_000 + 500 * minute : 60_000,
      files: minute < 20 ? minute : 20,
    }))
    expect(growing(filling)).toContain('heapKiB')
    expect(growing(filling, 200)).toEqual([])
  })

  it('finds descriptors and streams that are lost, and none where they only come and go', () => {
    expect(growing(samples(60, (minute) => ({ files: 30 + minute / 3, streams: 8 + minute / 4 })))).toEqual(['files', 'streams'])
    expect(growing(samples(60, (minute) => ({ files: 30 + 4 * noise(minute), streams: 8 + 3 * noise(minute) })))).toEqual([])
  })

  it('finds a kind of data that is not deleted', () => {
    const disk = samples(60, (minute) => ({ 'disk states': 3000, 'disk evidence': 3000 + 20 * minute }))
    expect(growing(disk)).toEqual(['disk evidence'])
  })

  it('finds nothing in data that comes and goes with the claims that become final at once', () => {
    expect(growing(samples(60, (minute) => ({ 'disk evidence': 3000 + 120 * (minute % 7) })))).toEqual([])
  })

  it('says nothing from a few samples', () => {
    expect(
      trends(
        samples(8, (minute) => ({ files: minute * 100 })),
        0,
      ),
    ).toEqual([])
  })
})
