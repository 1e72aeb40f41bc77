// node bench/int8.ts: what int8 costs with the exponents that calibration chooses. Plays the task of each story (examples/) with several seeds, each seed once in int8 and once
// in floats with the same members, poisoners and rule, and measures both on all held-out records. Prints one JSON line for each seed and one for each story: the mean
// of the paired differences in points, floats minus int8, with its 95 % interval over the seeds. A score is the mean of the last `--last` rounds, because single rounds jump
// with the order of the samples. `--story tabular,images,text,mixed,lora`, `--seeds N`, `--first N`, `--last N`, `--small`, `--rounds N`, `--backend NAME`.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { images } from '../examples/images/story.ts'
import { lora } from '../examples/lora/story.ts'
import { mixed } from '../examples/mixed/story.ts'
import { openStory } from '../examples/support/open-story.ts'
import type { PreparedStory, Story } from '../examples/support/story.ts'
import { tabular } from '../examples/tabular/story.ts'
import { text } from '../examples/text/story.ts'
import { simulate } from '../src/lab/simulation/index.ts'
import type { SimulatedRound } from '../src/lab/simulation/index.ts'
import { metricValue } from '../src/training/index.ts'
import type { BackendChoice, MetricName } from '../src/training/index.ts'
import { meanInterval } from './mean-interval.ts'

const STORIES: Readonly<Record<string, Story>> = { tabular, images, text, mixed, lora }

const { values: flags } = parseArgs({
  options: {
    story: { type: 'string', default: Object.keys(STORIES).join() },
    seeds: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' },
    last: { type: 'string', default: '4' },
    rounds: { type: 'string' },
    small: { type: 'boolean', default: false },
    backend: { type: 'string', default: 'wasm' },
  },
})

interface Pair {
  int8: number
  floats: number
  records: number
  exponents: number[]
  /** Mean share of the coordinates of honest updates that met the int8 bound. */
  clipped: number
  /** Updates that did not come because a training failed: those members play in neither run, and the pair says less. */
  skipped: number
}

/** In points: mean of the metric over the last rounds. */
function scoreOf(rounds: readonly SimulatedRound[], metric: MetricName): number {
  const last = rounds.slice(-Number(flags.last)).map(({ evaluation }) => 100 * metricValue(evaluation, metric)!)
  return last.reduce((sum, value) => sum + value, 0) / last.length
}

async function play(story: Story, prepared: PreparedStory, folder: string, seed: number): Promise<Pair> {
  const rounds = Number(flags.rounds ?? story.rounds[flags.small ? 'small' : 'full'])
  using opened = await openStory(story, prepared, { folder, rounds, seed, backend: flags.backend as BackendChoice })
  const { setup } = opened
  const { federated, float, failures } = await simulate(setup, { compare: ['float'], onRound: () => {} })
  if (failures[0]) throw failures[0].error
  const honest = federated.flatMap(({ rows }) => rows).filter(({ member }) => !setup.members[member]!.attack)
  return {
    int8: scoreOf(federated, setup.selection.metric),
    floats: scoreOf(float, setup.selection.metric),
    records: federated[0]!.evaluation.samples,
    exponents: [...new Set(setup.spec.tensors.map(({ updateExponent }) => updateExponent))],
    skipped: federated.flatMap(({ rows }) => rows).filter(({ verdict }) => verdict === 'skipped').length,
    clipped: honest.reduce((sum, { clipped = 0 }) => sum + clipped, 0) / honest.length,
  }
}

const rounded = (value: number): number => Number(value.toFixed(3))

async function measure(name: string): Promise<void> {
  const story = STORIES[name]
  if (!story) throw new Error(`there is no story ${name}: choose from ${Object.keys(STORIES).join(', ')}`)
  const folder = await mkdtemp(join(tmpdir(), `quorate-int8-${name}-`))
  try {
    const prepared = await story.prepare(folder, { small: flags.small })
    if ('skipped' in prepared) {
      console.log(JSON.stringify({ story: name, skipped: prepared.skipped }))
      return
    }
    const pairs: Pair[] = []
    for (let seed = Number(flags.first); seed < Number(flags.first) + Number(flags.seeds); seed++) {
      const pair = await play(story, prepared, folder, seed)
      pairs.push(pair)
      console.log(JSON.stringify({ story: name, seed, ...pair, clipped: Number(pair.clipped.toPrecision(3)) }))
    }
    const cost = meanInterval(pairs.map(({ int8, floats }) => floats - int8))
    const summary = {
      story: name,
      seeds: pairs.length,
      records: pairs[0]!.records,
      int8: rounded(meanInterval(pairs.map(({ int8 }) => int8)).mean),
      floats: rounded(meanInterval(pairs.map(({ floats }) => floats)).mean),
      cost: rounded(cost.mean),
      interval: [rounded(cost.mean - cost.half), rounded(cost.mean + cost.half)],
      skipped: pairs.reduce((sum, { skipped }) => sum + skipped, 0),
    }
    console.log(JSON.stringify(summary))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

for (const name of flags.story.split(',')) await measure(name)
