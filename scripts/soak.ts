/**
 * A soak: a consortium of real programs plays many small rounds, and nothing that they use may grow. Writes every sample as CSV, ends with a
 * table, and with code 1 if a round was lost or something grew; docs/soak.md says what is measured.
 *
 *     npm run test:soak -- --rounds 500
 *     npm run test:soak -- --rounds 2000 --reconnect 5 --json
 *     npm run test:soak -- --read samples.csv --warm-up 300
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { trends } from '../test/soak/flatness.ts'
import { formatReport, formatTrends, parseSamples, reportJson } from '../test/soak/report.ts'
import { runSoak } from '../test/soak/run.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '500' },
    members: { type: 'string', default: '3' },
    challenge: { type: 'string', default: String(6 * 86_400) },
    reconnect: { type: 'string', default: '0' },
    'warm-up': { type: 'string', default: '250' },
    every: { type: 'string', default: '60' },
    read: { type: 'string' },
    csv: { type: 'string', default: join(tmpdir(), `quorate-soak-${process.pid}.csv`) },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
if (values.read) {
  const found = trends(parseSamples(readFileSync(values.read, 'utf8')), Number(values['warm-up']))
  console.log(formatTrends(found))
  process.exit(found.length > 0 && found.every(({ grows }) => !grows) ? 0 : 1)
}
const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort())
process.once('SIGTERM', () => stopping.abort())
const result = await runSoak({
  rounds: Number(values.rounds),
  members: Number(values.members),
  challenge: Number(values.challenge),
  reconnect: Number(values.reconnect),
  warmUp: Number(values['warm-up']),
  every: Number(values.every),
  csv: values.csv,
  keep: values.keep,
  onLine: (line) => console.error(line),
  signal: stopping.signal,
})
console.log(values.json ? reportJson(result) : formatReport(result))
process.exit(result.failures.length === 0 ? 0 : 1)
