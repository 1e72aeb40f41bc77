// npm run bench: measures a whole round without training, aggregation, coordinate-wise rules, trees, streaming, WebGPU, the peers and the gas of a round. JSON to stdout, progress to stderr; `--write` puts the
// tables into docs/performance.md.
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { benchAggregation } from './aggregation.ts'
import type { StageRow } from './aggregation.ts'
import { chainGas } from './chain.ts'
import { benchCoordinates } from './coordinates.ts'
import type { CoordinatesRow } from './coordinates.ts'
import { benchGpu } from './gpu.ts'
import type { GpuReport } from './gpu.ts'
import { benchPeers } from './peers/index.ts'
import type { PeerReport } from './peers/index.ts'
import { benchStreaming } from './streaming.ts'
import type { StreamingRow } from './streaming.ts'
import { writeTables } from './tables.ts'
import { benchTrees } from './trees.ts'
import type { TreeRow } from './trees.ts'
import { benchWholeRound } from './whole-round/index.ts'
import type { WholeRoundReport } from './whole-round/index.ts'

const { values: flags } = parseArgs({
  options: {
    /** Comma-separated parts. */
    only: { type: 'string', default: 'round,aggregation,coordinates,trees,streaming,gpu,peers,chain' },
    /** Milliseconds spent on one figure. */
    budget: { type: 'string', default: '1500' },
    /** Of the whole round. */
    members: { type: 'string', default: '8' },
    coordinates: { type: 'string', default: '1000000' },
    /** Up to d = 10^8, which takes minutes and 1 GB of disk. */
    large: { type: 'boolean', default: false },
    /** An environment that has the peers already. */
    venv: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})

/** Everything that one run measured. Parts that did not run are missing. */
export interface Report {
  when: string
  commit: string
  machine: { cores: number; model: string; node: string; load: number }
  round?: WholeRoundReport
  aggregation?: StageRow[]
  coordinates?: CoordinatesRow[]
  trees?: TreeRow[]
  streaming?: StreamingRow[]
  gpu?: GpuReport
  peers?: PeerReport | { skipped: string }
  chain?: Record<string, Record<string, number>>
}

const parts = flags.only.split(',')
const budget = Number(flags.budget)
const report: Report = {
  when: new Date().toISOString(),
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  machine: { cores: availableParallelism(), model: cpus()[0]!.model, node: process.version, load: loadavg()[0]! },
}

async function part<K extends keyof Report>(name: K, work: () => Promise<Report[K]> | Report[K]): Promise<void> {
  if (!parts.includes(name)) return
  console.error(`${name} …`)
  report[name] = await work()
}

const shapes = [8, 32, 100, 128].map((n) => ({ n, d: 2 ** 20 }))
const growth = [8, 32, 128].flatMap((n) => [100_000, 1_000_000, 10_000_000].map((d) => ({ n, d })))
const large = [8, 32, 128].map((n) => ({ n, d: 100_000_000 }))

await part('round', () => benchWholeRound({ n: Number(flags.members), d: Number(flags.coordinates), rounds: 4 }))
await part('peers', () => benchPeers({ n: 32, d: 2 ** 20, gramRows: 100, venv: flags.venv }, budget))
await part('trees', () => benchTrees(budget))
await part('aggregation', () => benchAggregation(shapes, budget))
await part('coordinates', () => benchCoordinates(shapes, budget))
await part('streaming', () => benchStreaming([{ n: 100, d: 10_000_000 }, ...growth, ...(flags.large ? large : [])]))
await part('gpu', () => benchGpu(shapes, budget))
await part('chain', chainGas)

for (const result of [report.peers, report.gpu?.device, report.round?.flower])
  if (result && 'skipped' in result) console.error(result.skipped)
if (flags.write) writeTables(report)
console.log(JSON.stringify(report, null, 1))
