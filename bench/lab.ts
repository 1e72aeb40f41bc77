// node bench/lab.ts: what the quick learner of the lab and shared training save. Runs each cell by turns with tfjs and without sharing, as the lab did at first, and with both as it does now.
// Prints one JSON line for each cell: seconds of processor time of all threads, and the final accuracy, of either; and one line for all: the ratio of the times, and the mean of the
// paired differences in points of accuracy with its 95 % interval. `--attack LIST`, `--seeds N`, `--rounds N`, `--samples N`.
import { parseArgs } from 'node:util'
import { createWasmKernels, ruleByName } from '../src/aggregation/index.ts'
import { createSharedTraining, labAttackByName, runCell } from '../src/lab/index.ts'
import type { Cell, CellResult, LabSettings, SharedTraining } from '../src/lab/index.ts'
import { loadDataset, selectBackend } from '../src/training/index.ts'
import { meanInterval } from './mean-interval.ts'

const { values: flags } = parseArgs({
  options: {
    attack: { type: 'string', default: 'none,sign-flip,alie,framing,resonance,colluding-noise' },
    seeds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '10' },
    samples: { type: 'string', default: '200' },
  },
})

const SETTINGS: LabSettings = {
  model: 'mlp',
  rounds: Number(flags.rounds),
  samples: Number(flags.samples),
  local: {},
  precision: 'int8',
  evaluateEvery: Number(flags.rounds),
  searchEvery: 1,
  testSamples: 1000,
  rootSamples: 200,
  iterations: 8,
  capQ16: 4 * 65_536,
  rejectBps: 21_500,
  beyondTheory: false,
  clip: true,
  odd: 1,
}

const dataset = await loadDataset('mnist')
const backend = await selectBackend('wasm')
const kernels = createWasmKernels()
const rule = ruleByName('nnmGm')
const shared = createSharedTraining()

async function timed(cell: Cell, settings: LabSettings, sharing?: SharedTraining): Promise<[seconds: number, CellResult]> {
  const attack = cell.attack === 'none' ? undefined : labAttackByName(cell.attack)
  const before = process.cpuUsage()
  const result = await runCell(cell, settings, { dataset, backend, kernels, rule, attack, shared: sharing })
  const { user, system } = process.cpuUsage(before)
  return [(user + system) / 1e6, result]
}

const cells = Array.from({ length: Number(flags.seeds) }, (_, seed) =>
  flags.attack.split(',').map((attack) => ({
    dataset: 'mnist',
    partition: 'dirichlet:0.3',
    members: 10,
    byzantine: 2,
    attack,
    rule: 'nnmGm',
    circumstance: 'none',
    seed: seed + 1,
  })),
).flat()

// Compilers and caches are warm after one round of either.
const brief = { ...SETTINGS, rounds: 1 }
await timed(cells[0]!, brief)
await timed(cells[0]!, { ...brief, learner: 'quick' })

let [first, now] = [0, 0]
const points: number[] = []
for (const cell of cells) {
  const [slow, one] = await timed(cell, SETTINGS)
  const [quick, other] = await timed(cell, { ...SETTINGS, learner: 'quick' }, shared)
  first += slow
  now += quick
  points.push(100 * (other.final - one.final))
  console.log(JSON.stringify({ attack: cell.attack, seed: cell.seed, seconds: [slow, quick], final: [one.final, other.final] }))
}
console.log(JSON.stringify({ cells: cells.length, seconds: [first, now], ratio: first / now, points: meanInterval(points) }))
