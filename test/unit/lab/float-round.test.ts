import { describe, expect, it } from 'vitest'
import { ruleByName } from '../../../src/aggregation/index.ts'
import { floatRound } from '../../../src/lab/float-round.ts'
import { specOf, taskOf } from '../../../src/lab/task-of.ts'
import { circumstanceByName } from '../../../src/lab/index.ts'
import { createRandom } from '../../../src/training/index.ts'
import { CELL, SETTINGS } from './fixtures.ts'

const settings = { ...SETTINGS, precision: 'float32' as const }
const task = taskOf(CELL, settings, circumstanceByName('none'))
const length = 106_496
const rows = [1, 2, 3, 4, 5].map((slot) => ({
  member: `0x${String(slot).repeat(40)}` as const,
  slot,
  weight: 1n,
  updateRoot: `0x${String(slot).repeat(64)}` as const,
  update: null,
}))
const vector = (name: string, scale: number): Float32Array => {
  const random = createRandom(name)
  return Float32Array.from({ length }, () => scale * random.normal())
}
const common = vector('common', 1e-3)
const updates = rows.map(({ slot }) => {
  const own = vector(`own ${slot}`, 5e-4)
  return common.map((value, k) => value + own[k]!)
})

describe('floatRound', () => {
  it('by the mean moves the model by the plain mean of the updates', () => {
    const rule = ruleByName('mean')
    const spec = specOf(CELL, settings, { rule }, task)
    const { model } = floatRound({ spec, round: 1n, rule, model: new Int32Array(length), ledger: new Map(), rows, updates })
    for (let k = 0; k < length; k += 997) {
      const mean = updates.reduce((sum, update) => sum + update[k]!, 0) / updates.length
      expect(model[k]! * 2 ** -26).toBeCloseTo(mean, 6)
    }
  })

  it('by the default rule gives an opposed update nothing', () => {
    const rule = ruleByName('nnmGm')
    const spec = specOf(CELL, settings, { rule }, task)
    const sent = updates.map((update, i) => (i === 4 ? update.map((value) => -4 * value) : update))
    const { rows: judged, ledger } = floatRound({
      spec,
      round: 1n,
      rule,
      model: new Int32Array(length),
      ledger: new Map(),
      rows,
      updates: sent,
    })
    expect(judged.map(({ beta }) => beta > 0)).toEqual([true, true, true, true, false])
    expect(ledger.get(5)!.reward).toBe(0n)
  })
})
