// node bench/own-process.ts: what it costs that the built-in learner has a process of its own. The same trainings in this process and in one of its own,
// one after the other in turns, so that other load hits both. Prints one JSON line for each pair and one with the medians: seconds, and the longest time for which the event
// loop of the node stood still. `--model mlp|cnn|cnn-wide`, `--samples N`, `--passes N`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { describeTask } from '../coordinator/actions/create-task.ts'
import { prepareTraining } from '../participant/member-data.ts'
import { prepareTfjsProcess } from '../participant/tfjs-process.ts'
import { silentLogger } from '../src/core/index.ts'
import { genesisFromBytes } from '../src/protocol/index.ts'
import type { Trainer } from '../src/training/index.ts'
import { processorTime } from './processor-time.ts'
import { median } from './quantile.ts'

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'cnn' },
    samples: { type: 'string', default: '4000' },
    passes: { type: 'string', default: '5' },
  },
})
const { spec, documentJson, genesis } = describeTask({
  model: flags.model,
  seed: 1,
  localSamples: Number(flags.samples),
  rule: 'mean',
  byzantineBps: 0,
  rewardPerRound: 1n,
})
const model = genesisFromBytes(spec, genesis)
const needs = { spec, document: documentJson, secret: `0x${'11'.repeat(32)}`, logger: silentLogger } as const
const training = { backend: 'wasm', evaluate: false } as const

interface Pass {
  seconds: number
  /** Seconds of processor time, of the node and of the process that trains. */
  processor: number
  /** Longest time between two turns of the event loop, ms. */
  stall: number
}

/** Of this process and of the one that trains. */
const processor = (): number => processorTime([process.pid])

async function pass(trainer: Trainer, step: number): Promise<Pass> {
  const before = processor()
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const from = performance.now()
  await trainer.train({ model, step })
  const seconds = (performance.now() - from) / 1000
  delay.disable()
  return { seconds, processor: processor() - before, stall: delay.max / 1e6 }
}

const rounded = (value: number): number => Number(value.toPrecision(4))

const dataFolder = mkdtempSync(join(tmpdir(), 'quorate-bench-'))
const outside = await prepareTfjsProcess(training, { ...needs, dataFolder })
const inside = await prepareTraining(training, needs)
const pairs: { inside: Pass; outside: Pass }[] = []
// The first pair warms both up.
for (let step = 1; step <= Number(flags.passes) + 1; step++) {
  const pair =
    step % 2 === 0
      ? { inside: await pass(inside.trainer, step), outside: await pass(outside.trainer, step) }
      : await pass(outside.trainer, step).then(async (first) => ({ inside: await pass(inside.trainer, step), outside: first }))
  if (step === 1) continue
  pairs.push(pair)
  console.log(JSON.stringify(pair))
}
const ratio = (of: 'seconds' | 'processor'): string =>
  `${(100 * (median(pairs.map((pair) => pair.outside[of] / pair.inside[of])) - 1)).toFixed(1)} %`
console.log(
  JSON.stringify({
    model: flags.model,
    samples: Number(flags.samples),
    inside: rounded(median(pairs.map((pair) => pair.inside.seconds))),
    outside: rounded(median(pairs.map((pair) => pair.outside.seconds))),
    overhead: ratio('seconds'),
    overheadOfProcessorTime: ratio('processor'),
    stallInside: rounded(median(pairs.map((pair) => pair.inside.stall))),
    stallOutside: rounded(median(pairs.map((pair) => pair.outside.stall))),
  }),
)
outside.trainer.dispose()
inside.trainer.dispose()
rmSync(dataFolder, { recursive: true, force: true })
