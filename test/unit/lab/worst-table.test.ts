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

  it('is empty for one table', () => {
    expect(worstTable(summarise([resultOf({})]))).toBe('')
  })
})
