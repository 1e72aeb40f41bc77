/**
 * Faults that begin at each phase of a round, and outlast whole rounds: plays the schedules of test/chaos/schedules/phases, and prints what each fault cost. Ends
 * with code 1 if anything was violated, or a fault did not find its phase.
 *
 *     npm run test:phases
 *     npm run test:phases -- partition freeze-all --jobs 2
 */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatEpisodes } from '../test/chaos/report.ts'
import { runChaos } from '../test/chaos/run.ts'
import type { RunResult } from '../test/chaos/run.ts'
import { readSchedule } from '../test/chaos/schedule.ts'

const folder = join(import.meta.dirname, '../test/chaos/schedules/phases')
const known = readdirSync(folder).map((file) => basename(file, '.json'))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '1' }, keep: { type: 'boolean', default: false } },
})
for (const name of positionals)
  if (!known.includes(name)) throw new Error(`no schedule is called ${name}; there are ${known.join(' ')}`)
const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort())
process.once('SIGTERM', () => stopping.abort())

const waiting = positionals.length > 0 ? positionals : known
const results = new Map<string, RunResult>()
await Promise.all(
  Array.from({ length: Number(values.jobs) }, async () => {
    for (let name = waiting.shift(); name !== undefined && !stopping.signal.aborted; name = waiting.shift()) {
      const schedule = await readSchedule(join(folder, `${name}.json`))
      const say = (line: string): void => console.error(`${name}: ${line}`)
      const result = await runChaos({ schedule, keep: values.keep, onLine: say, signal: stopping.signal })
      results.set(name, result)
      say(`\n${formatEpisodes(result.episodes)}`)
    }
  }),
)
let failed = results.size === 0
for (const [name, { episodes, violations, seconds, kept, folder: at }] of [...results].sort(([a], [b]) => (a < b ? -1 : 1))) {
  console.log(`${name}: ${seconds} s\n${formatEpisodes(episodes)}`)
  for (const { at: after, rule, text } of violations) console.log(`  VIOLATION after ${after} s, ${rule}: ${text}`)
  if (kept) console.log(`  logs, data and schedule: ${at}`)
  failed ||= violations.length > 0 || episodes.some(({ phase }) => phase === undefined)
}
process.exit(failed ? 1 : 0)
