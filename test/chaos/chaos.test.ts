import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LONG } from '../support/long.ts'
import { formatReport } from './report.ts'
import { runChaos } from './run.ts'
import { drawSchedule, joined, readSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'

/** Long enough for any machine: what a run waits for is counted in claims and blocks. */
const TIMEOUT_MS = 1_800_000

const stopping = new AbortController()
afterAll(() => stopping.abort())

async function play(schedule: Schedule): Promise<void> {
  const story: string[] = []
  const result = await runChaos({ schedule, onLine: (line) => story.push(line), signal: stopping.signal })
  expect(result.violations, `${story.join('\n')}\n${formatReport(result)}`).toEqual([])
}

describe('a consortium of real programs whose machines, network and chain fail', { timeout: TIMEOUT_MS }, () => {
  it('nothing is lost, and rounds go on: a quarter of a minute of killed and restarted programs', async () => {
    await play(drawSchedule({ seed: 1, minutes: 0.25, members: 3, faults: ['kill', 'restart'] }))
  })

  it.runIf(LONG)('the same: what found something once, then half a minute that a seed draws', async () => {
    const mended = await readSchedule(join(import.meta.dirname, 'schedules/mended.json'))
    await play(joined(mended, drawSchedule({ seed: 1, minutes: 0.5 })))
  })
})
