import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formatReport } from './report.ts'
import { runChaos } from './run.ts'
import { drawSchedule, formatSchedule, readSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'

/** Long enough for any machine: what a run waits for is counted in claims and blocks. */
const TIMEOUT_MS = 1_800_000
const KEPT = join(import.meta.dirname, 'schedules')

const stopping = new AbortController()
afterAll(() => stopping.abort())

async function play(schedule: Schedule): Promise<void> {
  const story: string[] = []
  const result = await runChaos({ schedule, onLine: (line) => story.push(line), signal: stopping.signal })
  expect(result.violations, `${story.join('\n')}\n${formatReport(result)}`).toEqual([])
}

describe('a consortium of real programs whose machines, network and chain fail', { timeout: TIMEOUT_MS }, () => {
  it.each([1])('seed %s: nothing is lost, and rounds go on', async (seed) => {
    await play(drawSchedule({ seed, minutes: 0.5 }))
  })

  it.each(readdirSync(KEPT).filter((name) => name.endsWith('.json')))('%s', async (name) => {
    await play(await readSchedule(join(KEPT, name)))
  })
})

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
})
