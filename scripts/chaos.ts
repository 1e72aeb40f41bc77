/**
 * Chaos: a consortium of real programs whose chain, network, disks, clocks and processes are broken on purpose, by a schedule that a seed
 * draws. Ends with a table, and with code 1 if anything was violated; docs/chaos.md says what is checked.
 *
 *     npm run test:chaos -- --seed 7 --minutes 6
 *     npm run test:chaos -- --minutes 60 --faults process,rpc,reorg --json
 *     npm run test:chaos -- --schedule test/chaos/schedules/kills.json
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { formatReport, reportJson } from '../test/chaos/report.ts'
import { runChaos } from '../test/chaos/run.ts'
import { drawSchedule, formatSchedule, readSchedule } from '../test/chaos/schedule.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '6' },
    members: { type: 'string', default: '4' },
    every: { type: 'string', default: '4' },
    pace: { type: 'string', default: '8' },
    faults: { type: 'string' },
    schedule: { type: 'string' },
    draw: { type: 'boolean', default: false },
    patience: { type: 'string', default: '600' },
    first: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const schedule = values.schedule
  ? await readSchedule(values.schedule)
  : drawSchedule({
      seed: Number(values.seed ?? randomInt(2 ** 31)),
      minutes: Number(values.minutes),
      members: Number(values.members),
      every: Number(values.every),
      pace: Number(values.pace),
      ...(values.faults ? { faults: values.faults.split(',') } : {}),
    })
if (values.draw) {
  process.stdout.write(formatSchedule(schedule))
  process.exit()
}
const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort())
process.once('SIGTERM', () => stopping.abort())
const result = await runChaos({
  schedule,
  first: values.first,
  patience: Number(values.patience),
  keep: values.keep,
  onLine: (line) => console.error(line),
  signal: stopping.signal,
})
console.log(values.json ? reportJson(result) : formatReport(result))
process.exit(result.violations.length === 0 ? 0 : 1)
