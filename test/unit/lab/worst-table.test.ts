import { describe, expect, it } from 'vitest'
import { summarise, worstTable } from '../../../src/lab/index.ts'
import { resultOf } from './fixtures.ts'

describe('worstTable', () => {
  it('has the worst peak and the worst final over the attacks that ran', () => {
    const results = [
      resultOf({ partition: 'gamma:0', byzantine: 1, attack: 'alie' }, { peak: 0.9, final: 0.5 }),
      resultOf({ partition: 'gamma:0', byzantine: 1, attack: 'ipm' }, { peak: 0.8, final: 0.7 }),
      resultOf({ partition: 'gamma:0', byzantine: 1, attack: 'none' }, { peak: 0.1, final: 0.1 }),
      resultOf({ partition: 'gamma:1', byzantine: 2, attack: 'ipm' }, { peak: 0.98, final: 0.97 }),
    ]
    const [head, , first, second] = worstTable(summarise(results)).split('\n')
    expect(head).toContain('| f = 1 | f = 2 |')
    expect(first).toBe('| gamma:0 | .800 / .500 (2) | – |')
    expect(second).toBe('| gamma:1 | – | .980 / .970 (1) |')
  })

  it('keeps data sets and circumstances apart', () => {
    const results = [
      resultOf({ dataset: 'mnist', partition: 'gamma:0', attack: 'ipm' }, { final: 0.5 }),
      resultOf({ dataset: 'fashion-mnist', partition: 'gamma:0', attack: 'ipm' }, { final: 0.6 }),
      resultOf({ dataset: 'mnist', partition: 'gamma:0', attack: 'ipm', circumstance: 'late' }, { final: 0.7 }),
    ]
    expect(worstTable(summarise(results)).match(/^\| [a-z-]+ gamma.*?\|/gm)).toEqual([
      '| mnist gamma:0 |',
      '| fashion-mnist gamma:0 |',
      '| mnist gamma:0 late |',
    ])
  })

  it('keeps cohorts of different size apart, and takes N+f for one', () => {
    const at = (members: number, byzantine: number): ReturnType<typeof resultOf> =>
      resultOf({ partition: 'gamma:0', attack: 'ipm', members, byzantine })
    const labels = (results: ReturnType<typeof resultOf>[]): string[] | null =>
      worstTable(summarise(results)).match(/^\| gamma.*?\|/gm)
    expect(labels([at(11, 1), at(12, 2)])).toEqual(['| gamma:0 |'])
    expect(labels([at(10, 1), at(10, 2)])).toEqual(['| gamma:0 |'])
    expect(labels([at(10, 2), at(20, 2)])).toEqual(['| gamma:0 n=10 |', '| gamma:0 n=20 |'])
  })

  it('is empty for one table', () => {
    expect(worstTable(summarise([resultOf({})]))).toBe('')
  })
})
