import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PHASES } from '../../src/protocol/index.ts'
import { drawSchedule, formatSchedule, readSchedule } from './schedule.ts'

describe('schedules', () => {
  it('are the same for the same seed, and come back from a file as they were', () => {
    const schedule = drawSchedule({ seed: 7, minutes: 3 })
    expect(drawSchedule({ seed: 7, minutes: 3 })).toEqual(schedule)
    expect(JSON.parse(formatSchedule(schedule))).toEqual(schedule)
  })

  it('draw from the faults and groups that were asked for', () => {
    const { actions } = drawSchedule({ seed: 3, minutes: 20, faults: ['kill', 'chain'] })
    const names = new Set(actions.map(({ fault }) => fault))
    expect([...names].sort()).toEqual(['fee-spike', 'jump', 'kill', 'mempool-lost', 'node-frozen', 'reorg', 'stall'])
  })

  it('of the folder `phases` have each fault at each phase', async () => {
    const folder = join(import.meta.dirname, 'schedules/phases')
    for (const name of readdirSync(folder)) {
      const { actions } = await readSchedule(join(folder, name))
      const phases = actions.filter(({ fault }) => fault !== 'lie').map(({ at }) => (typeof at === 'object' ? at.phase : at))
      expect([...new Set(phases)], name).toEqual(name === 'challenge.json' ? ['challenge'] : [...PHASES])
    }
  })
})
