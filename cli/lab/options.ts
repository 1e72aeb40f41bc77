import type { Command } from 'commander'
import { QuorateError } from '../../src/core/index.ts'
import { CIRCUMSTANCES, circumstanceByName } from '../../src/lab/index.ts'
import type { Cell, LabSettings } from '../../src/lab/index.ts'
import { backendNames, modelByName, parsePartition } from '../../src/training/index.ts'
import { flagValue } from '../flag-value.ts'
import type { Shard } from './shard.ts'

/** The command line as it comes; lists are separated by commas. */
export interface LabFlags {
  dataset: string
  datasetDir?: string
  partition: string
  members: string
  byzantine: string
  attack: string
  rule: string
  circumstance: string
  odd: number
  seed: string
  model: string
  rounds: number
  samples: number
  testSamples: number
  backend: string
  shard: string
  beyondTheory: boolean
  out: string
  json: boolean
}

export interface LabOptions {
  datasets: string[]
  /** Names or files. */
  attacks: string[]
  rules: string[]
  axes: { [axis in 'partition' | 'members' | 'byzantine' | 'circumstance' | 'seed']: Cell[axis][] }
  settings: LabSettings
  shard: Shard
}

export function labCommand(command: Command, positive: (text: string) => number): Command {
  return command
    .description('run grids of attack × rule in this process, on the code of the real nodes; lists are separated by commas')
    .option('--dataset <names>', 'mnist, fashion-mnist (with --dataset-dir)', 'mnist')
    .option('--dataset-dir <folder>', 'IDX files of a data set that is not packaged')
    .option('--partition <list>', 'dirichlet:ALPHA or shards:K', 'dirichlet:0.5')
    .option('--members <list>', 'members, attackers among them', '10')
    .option('--byzantine <list>', 'how many of them attack', '2')
    .option('--attack <list>', 'attacks by name, files of modules that export one, or none', 'none,sign-flip')
    .option('--rule <list>', 'rules by name (NAME+foolsgold flags sybils) or files of modules that export one', 'mean,nnmGm')
    .option(
      '--circumstance <list>',
      `what sets honest members apart: ${CIRCUMSTANCES.map(({ name }) => name).join(', ')}`,
      'none',
    )
    .option('--odd <n>', 'how many honest members a circumstance sets apart', positive, 1)
    .option('--seed <list>', 'each fixes partition, model and training', '1')
    .option('--model <name>', 'mlp or cnn', 'mlp')
    .option('--rounds <n>', 'rounds of a run', positive, 10)
    .option('--samples <n>', 'most samples that a member trains on in a round', positive, 600)
    .option('--test-samples <n>', 'test samples', positive, 2000)
    .option('--backend <name>', 'auto, tfjs-node-gpu, webgpu, wasm or cpu', 'auto')
    .option('--shard <i/n>', 'run only every n-th cell from the i-th on: n processes share one --out', '1/1')
    .option('--beyond-theory', "run cells that a rule's theory does not cover instead of recording the refusal", false)
    .option('--out <folder>', 'results.jsonl (resumes from it), report.json, report.md and report.html go here', 'lab')
    .option('--json', 'print the result as JSON', false)
}

/** Checks the flags. @throws QuorateError FLAG_INVALID naming the flag */
export function parseLabFlags(flags: LabFlags): LabOptions {
  const members = numbers('--members', flags.members, 1, 128)
  const byzantine = numbers('--byzantine', flags.byzantine, 0, 63)
  if (Math.max(...byzantine) * 2 >= Math.min(...members)) {
    invalid(`--byzantine ${flags.byzantine}: no rule survives half of ${Math.min(...members)} members`)
  }
  if (flags.backend !== 'auto' && !(backendNames as readonly string[]).includes(flags.backend)) {
    invalid(`--backend ${flags.backend}: expected auto, ${backendNames.join(', ')}`)
  }
  flagValue('--model', () => modelByName(flags.model))
  const partition = list('--partition', flags.partition)
  for (const text of partition) flagValue('--partition', () => parsePartition(text))
  const circumstance = list('--circumstance', flags.circumstance)
  for (const name of circumstance) flagValue('--circumstance', () => circumstanceByName(name))
  if (flags.odd + Math.max(...byzantine) >= Math.min(...members)) invalid(`--odd ${flags.odd}: no ordinary member is left`)
  return {
    datasets: list('--dataset', flags.dataset),
    attacks: list('--attack', flags.attack),
    rules: list('--rule', flags.rule),
    axes: { partition, members, byzantine, circumstance, seed: numbers('--seed', flags.seed, 0, 2 ** 31) },
    settings: {
      model: flags.model,
      rounds: flags.rounds,
      samples: flags.samples,
      testSamples: flags.testSamples,
      rootSamples: 200,
      iterations: 8,
      capQ16: 4 * 65_536,
      rejectBps: 20_500,
      beyondTheory: flags.beyondTheory,
      odd: flags.odd,
    },
    shard: shardOf(flags.shard),
  }
}

function list(flag: string, text: string): string[] {
  const items = text.split(',').map((item) => item.trim())
  if (items.some((item) => item === '')) invalid(`${flag} "${text}": an item of the list is empty`)
  return [...new Set(items)]
}

function numbers(flag: string, text: string, least: number, most: number): number[] {
  return list(flag, text).map((item) => {
    const value = /^\d+$/.test(item) ? Number(item) : Number.NaN
    if (!(value >= least && value <= most)) invalid(`${flag} ${item}: expected ${least} to ${most}`)
    return value
  })
}

function shardOf(text: string): Shard {
  const [index = Number.NaN, count = Number.NaN] = /^\d+\/\d+$/.test(text) ? text.split('/').map(Number) : []
  if (!(index >= 1 && index <= count)) invalid(`--shard ${text}: expected i/n with i from 1 to n`)
  return { index, count }
}

function invalid(message: string): never {
  throw new QuorateError('FLAG_INVALID', message)
}
