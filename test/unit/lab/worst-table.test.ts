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
    expect(first).toBe('| gamma:0 | .80 / .50 (2) | – |')
    expect(second).toBe('| gamma:1 | – | .98 / .97 (1) |')
  })

  it('is empty for one table', () => {
    expect(worstTable(summarise([resultOf({})]))).toBe('')
  })
})
