import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runDemo } from '../../cli/demo/run-demo.ts'
import type { DemoSummary } from '../../cli/demo/summary.ts'
import type { OpenSimulation } from '../../cli/simulate/open-simulation.ts'
import { runSimulation } from '../../cli/simulate/run-simulation.ts'
import { createOutput, onInterrupt, reportError } from '../../src/console/index.ts'
import type { Output } from '../../src/console/index.ts'
import type { MemberConfigInput } from '../../src/config/index.ts'
import { COMPARISONS, summariseSimulation } from '../../src/lab/simulation/index.ts'
import type { SimulationSummary } from '../../src/lab/simulation/index.ts'
import { dequantiseModel, metricValue } from '../../src/training/index.ts'
import type { BackendChoice, MetricName } from '../../src/training/index.ts'
import { MEMBERS_FOLDER, openStory } from './open-story.ts'
import { tellStory } from './tell-story.ts'

/** One of the examples: a task, members with data of their own, and poisoners among them. */
export interface Story {
  name: string
  /** In one line: who trains what. */
  about: string
  /** Mounted by the last members, one each. */
  attacks: readonly string[]
  /** By hand, and in tests. */
  rounds: { full: number; small: number }
  /**
   * Writes task.toml with its files, and the data of each member as one folder in `members/`, poisoners last.
   *
   * @returns why the story cannot be told here, or who trains with a program of its own
   */
  prepare: (folder: string, options: { small: boolean }) => Promise<{ skipped: string } | PreparedStory>
}

export interface PreparedStory {
  /**
   * Command of a program that trains in place of the built-in learner of a real member; undefined for those that train with it.
   *
   * @param data folder of the member's data
   */
  trainerOf?: (index: number, data: string) => string | undefined
  /** The same for all members of the simulation, as `quorate simulate --trainer` takes it; the built-in learner if left out. */
  trainer?: string
}

/** Every member trains with the built-in learner. */
export const NO_PROGRAMS: PreparedStory = {}

export interface StoryOptions {
  small: boolean
  rounds?: number
  backend: BackendChoice
  /** Leaves the data, logs and evidence of the members where they are. */
  keep: boolean
}

/** What a story shows. Scores are of the metric of its task. */
export interface StoryResult {
  story: string
  metric: MetricName
  members: number
  rounds: number
  /** Records that nobody trained on, of all members together. */
  records: number
  /** Of the model that the consortium made, and of the same rounds in the simulation. */
  federated: number
  simulated: number
  bestAlone: { member: string; value: number }
  /** The simulated rounds in floats, and FedAvg of the honest; not measured in a small story. */
  inFloats?: number
  fedavg?: number
  poisoners: { member: string; attack: string; rejected: number[] }[]
  honestRejections: number
  audit: { rounds: number; match: boolean }
  seconds: number
}

const SEED = 1

/**
 * Tells a story: simulates the task, founds a consortium of real programs on a local chain, trains the rounds, and audits them.
 *
 * @returns undefined for a story that is skipped
 * @throws QuorateError as `runDemo` and `openSimulation`
 */
export async function runStory(
  story: Story,
  options: StoryOptions,
  output: Output,
  signal: AbortSignal,
): Promise<StoryResult | undefined> {
  const { small, keep, backend } = options
  const started = performance.now()
  let told = false
  const folder = await mkdtemp(join(tmpdir(), `quorate-${story.name}-`))
  try {
    output.story(`${story.name}: ${story.about}`)
    const prepared = await story.prepare(folder, { small })
    if ('skipped' in prepared) {
      output.story(`skipped: ${prepared.skipped}`)
      told = true
      return undefined
    }
    const rounds = options.rounds ?? story.rounds[small ? 'small' : 'full']
    using opened = await openStory(story, prepared, { folder, rounds, seed: SEED, backend, signal })
    output.story('· the simulation')
    const simulation = await runSimulation(opened.setup, small ? ['alone'] : COMPARISONS, quietly(output))
    const [failure] = simulation.failures
    if (failure) throw failure.error
    const summary = summariseSimulation(simulation, opened.setup.members, opened.setup.selection)!
    output.story('· the consortium')
    // Two processes for each member would take twice the memory. The first still measures.
    for (const { learner } of opened.setup.members.slice(1)) learner.dispose()
    const real = await runConsortium(prepared, opened, { folder, rounds, backend, keep, signal, output })
    const result = resultOf(story, summary, real, (performance.now() - started) / 1000)
    output.result({ event: 'story', ok: result.audit.match, ...result }, tellStory(result))
    told = true
    return result
  } finally {
    // What went wrong is in the logs.
    if (keep || !told) output.story(`Data, logs and evidence are in ${folder}`)
    else await rm(folder, { recursive: true, force: true })
  }
}

interface Real {
  demo: DemoSummary
  /** Of the last model on the records that nobody trained on. */
  score: number
  owners: string[]
}

async function runConsortium(
  { trainerOf }: PreparedStory,
  { files, cast, setup }: OpenSimulation,
  {
    folder,
    rounds,
    backend,
    keep,
    signal,
    output,
  }: {
    folder: string
    rounds: number
    backend: BackendChoice
    keep: boolean
    signal: AbortSignal
    output: Output
  },
): Promise<Real> {
  const { members, layout, spec, selection } = setup
  let model: Int32Array | undefined
  let owners: string[] = []
  const trainingOf = (index: number): MemberConfigInput['training'] => {
    const place = join(folder, MEMBERS_FOLDER, members[index]!.name)
    const trainer = trainerOf?.(index, place)
    const about = { backend, seed: SEED * 1000 + index, evaluate: index === 0 }
    return trainer === undefined ? { ...about, datasetDir: place } : { ...about, trainer, trainerFolder: place }
  }
  const demo = await runDemo(
    {
      members: members.length,
      rounds,
      attacks: members.map(({ attack }) => attack?.name),
      // The files say what the next four do for MNIST.
      rule: 'nnmGm',
      model: 'mlp',
      partition: { kind: 'gamma', gamma: 1 },
      partitionText: 'gamma:1',
      backend,
      seed: SEED,
      json: false,
      data: join(folder, 'consortium'),
      keep,
      files,
      trainingOf,
      onAudited: (audited) => (model = audited.at(-1)?.computed.state.model),
      tell(_summary, consortium) {
        owners = consortium.members.map(({ owner }) => owner)
        return ''
      },
    },
    quietly(output),
    signal,
  )
  const evaluation = await cast.evaluate(dequantiseModel(layout, spec.tensors, model!), signal)
  return { demo, owners, score: metricValue(evaluation, selection.metric) ?? Number.NaN }
}

function resultOf(story: Story, summary: SimulationSummary, { demo, score, owners }: Real, seconds: number): StoryResult {
  const { metric, records, members, federated, bestAlone, float, fedavg } = summary
  return {
    story: story.name,
    metric,
    members: members.length,
    rounds: demo.rounds,
    records,
    federated: score,
    simulated: federated.score.value,
    bestAlone: { member: bestAlone!.member, value: bestAlone!.score.value },
    ...(float && { inFloats: float.score.value }),
    ...(fedavg && { fedavg: fedavg.score.value }),
    poisoners: members.flatMap(({ name, attack }, index) =>
      attack === undefined ? [] : [{ member: name, attack, rejected: demo.rejections[owners[index]!] ?? [] }],
    ),
    honestRejections: demo.honestRejections,
    audit: demo.audit,
    seconds,
  }
}

/** Progress only: neither the result of a part nor its folder are those of the story. */
function quietly(output: Output): Output {
  const story = (line: string): void => {
    if (line !== '' && !line.startsWith('Data, logs and evidence')) output.story(line)
  }
  return { json: false, result: () => {}, story }
}

/** The command of a story: `node examples/NAME/story.ts [--small] [--rounds N] [--backend NAME] [--keep] [--json]`. */
export async function storyCommand(story: Story): Promise<void> {
  const { values } = parseArgs({
    options: {
      small: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      backend: { type: 'string', default: 'auto' },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  using interrupt = onInterrupt()
  try {
    const { small, keep, backend, rounds, json } = values
    const options = { small, keep, backend: backend as BackendChoice, ...(rounds !== undefined && { rounds: Number(rounds) }) }
    const result = await runStory(story, options, createOutput(json), interrupt.signal)
    if (!result && json) createOutput(true).result({ event: 'story', ok: true, skipped: true, story: story.name })
    if (result && !result.audit.match) process.exitCode = 8
  } catch (error) {
    process.exitCode = reportError(error, values.json)
  }
}
