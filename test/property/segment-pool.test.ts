import * as fc from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { SegmentPool } from '../../src/network/blob/segment-pool.ts'

describe('SegmentPool', () => {
  it('brings every segment exactly once, for any order of takes, failures and overtaking', () => {
    const step = fc.record({ worker: fc.nat(4), limit: fc.integer({ min: 1, max: 8 }), arrived: fc.nat(8), fails: fc.boolean() })
    fc.assert(
      fc.property(fc.nat(40), fc.array(step, { maxLength: 60 }), (count, steps) => {
        const pool = new SegmentPool<number>(Array.from({ length: count }, (_, i) => i))
        const holding = new Map<number, number[]>()
        const arrived: number[] = []
        const bring = (index: number): void => {
          if (pool.complete(index)) arrived.push(index)
        }
        for (const { worker, limit, arrived: some, fails } of steps) {
          const share = holding.get(worker) ?? pool.take(worker, limit)
          expect(share.length).toBeLessThanOrEqual(8)
          expect(new Set(share).size).toBe(share.length)
          share.slice(0, some).forEach(bring)
          const left = share.slice(some)
          if (fails || left.length === 0) {
            pool.release(worker, left)
            holding.delete(worker)
          } else holding.set(worker, left)
        }
        // Everyone gives up but one, who can finish alone.
        for (const [worker, left] of holding) pool.release(worker, left)
        for (let share = pool.take(9, 5); share.length > 0; share = pool.take(9, 5)) share.forEach(bring)
        expect(arrived.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
        expect(pool.missing).toBe(0)
      }),
    )
  })

  it('gives a free worker what another waits for, at most twice', () => {
    const pool = new SegmentPool<string>([0, 1, 2])
    expect(pool.take('slow', 3)).toEqual([0, 1, 2])
    expect(pool.take('slow', 3)).toEqual([])
    expect(pool.take('fast', 2)).toEqual([2, 1])
    expect(pool.take('late', 3)).toEqual([0])
    expect(pool.take('last', 3)).toEqual([])
    expect(pool.complete(2)).toBe(true)
    expect(pool.complete(2)).toBe(false)
    expect(pool.missing).toBe(2)
  })

  it('shares fairly: large while there is much to do, one at the end', () => {
    const pool = new SegmentPool<string>(Array.from({ length: 100 }, (_, i) => i))
    expect(pool.share(4, 64)).toBe(13)
    expect(pool.share(1, 8)).toBe(8)
    pool.take('a', 99)
    expect(pool.share(4, 64)).toBe(1)
  })
})
