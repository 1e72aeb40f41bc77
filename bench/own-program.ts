// node bench/own-program.ts: what it costs a PyTorch script that a node runs it. The script trains by itself and as the program of a member, in turns, so that other load hits
// both. By itself it is timed from having its weights to having its result; with the node, from the integers of the model to the int8 update. Both start from the same weights
// each time, and the run ends with an error unless both come to the same weights, bit for bit: so both did the same work. Both processes stay over all passes, as they do over
// rounds. Needs the environment of `node scripts/python.ts environment --full`. Prints one JSON line for each pair and one with the medians and, of the ratios
// of pairs, the quartiles. `--samples N` (0 for what a round costs beside its training), `--threads N` of PyTorch, `--passes N`,
// `--model cnn|transformer`, `--device cpu|auto` (auto takes a GPU and says which).
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { knownEnvironment } from '../scripts/python.ts'
import { silentLogger } from '../src/core/index.ts'
import { createTrainer, dequantiseModel, quantiseModel, tensorLayout } from '../src/training/index.ts'
import { createProcessLearner } from '../src/training/process/index.ts'
import { readSafetensors, writeSafetensors } from '../src/training/process/safetensors.ts'
import { processorTime } from './processor-time.ts'
import { median, quantile } from './quantile.ts'

const { values: flags } = parseArgs({
  options: {
    samples: { type: 'string', default: '10000' },
    threads: { type: 'string', default: '1' },
    passes: { type: 'string', default: '9' },
    model: { type: 'string', default: 'cnn' },
    device: { type: 'string', default: 'cpu' },
  },
})
const python = knownEnvironment('full')
if (!python) throw new Error('make the environment first: node scripts/python.ts environment --full')

const folder = mkdtempSync(join(tmpdir(), 'quorate-bench-'))
const files = { initial: join(folder, 'initial.safetensors'), weights: join(folder, 'weights.safetensors') }
const command = [
  python,
  join(import.meta.dirname, 'own-program-child.py'),
  ...(['samples', 'threads', 'model', 'device'] as const).flatMap((name) => [`--${name}`, flags[name]]),
]

interface Pass {
  seconds: number
  /** Seconds of processor time; with the node, of the node and the program. */
  processor: number
  digest: string
}

// In a group of its own, as the program of a node is: schedulers share a busy machine between groups. It ends with its input.
const alone = spawn(command[0]!, [...command.slice(1), '--initial', files.initial, '--weights', files.weights], {
  stdio: ['pipe', 'pipe', 'inherit'],
  detached: true,
})
const answers = createInterface({ input: alone.stdout })[Symbol.asyncIterator]()

/** The next line of the script that trains by itself. */
async function answer(): Promise<Pass> {
  const line = await answers.next()
  if (line.done) throw new Error('the script ended')
  return JSON.parse(line.value) as Pass
}

async function trainAlone(): Promise<Pass> {
  alone.stdin.write('\n')
  return answer()
}

await answer()
// The weights of a new PyTorch model, as a task has them: integers.
const { tensors, values } = await readSafetensors(files.initial)
const layout = tensorLayout(tensors)
const exponents = tensors.map(() => ({ updateExponent: -10, modelExponent: -20 }))
const model = quantiseModel(layout, exponents, values)
await writeSafetensors(files.weights, layout, dequantiseModel(layout, exponents, model))

let digest = Promise.withResolvers<string>()
const learner = await createProcessLearner({
  command,
  layout,
  training: '{}',
  seed: 1,
  logger: {
    ...silentLogger,
    info(_fields, message) {
      const sum = /digest (\w+)/.exec(message)?.[1]
      if (sum) digest.resolve(sum)
    },
  },
})
const trainer = createTrainer({ learner, layout, tensors: exponents, memberMomentum: 0, seed: 1 })
await learner.ready()
/** Of this process and of its children: the script by itself does nothing while the node trains. */
const processor = (): number => processorTime([process.pid])

async function trainWithNode(step: number): Promise<Pass> {
  digest = Promise.withResolvers<string>()
  const before = processor()
  const from = performance.now()
  await trainer.train({ model, step })
  const seconds = (performance.now() - from) / 1000
  return { seconds, processor: processor() - before, digest: await digest.promise }
}

const rounded = (value: number): number => Number(value.toPrecision(4))
const loadAtStart = rounded(loadavg()[0]!)
const pairs: { alone: Pass; node: Pass }[] = []
// The first pair warms both up.
for (let step = 1; step <= Number(flags.passes) + 1; step++) {
  const first = step % 2 === 0 ? await trainAlone() : undefined
  const node = await trainWithNode(step)
  const pair = { alone: first ?? (await trainAlone()), node }
  if (pair.alone.digest !== node.digest) throw new Error('the script came to other weights by itself than with the node')
  if (step === 1) continue
  pairs.push(pair)
  console.log(JSON.stringify(pair))
}

const all = (of: 'seconds' | 'processor', side: 'alone' | 'node'): number[] => pairs.map((pair) => pair[side][of])
const percent = (ratio: number): string => `${(100 * (ratio - 1)).toFixed(1)} %`
/** The ratio of the medians, and the quartiles of the ratios of pairs. */
function overhead(of: 'seconds' | 'processor'): { medians: string; pairs: string[] } {
  const ratios = pairs.map(({ alone, node }) => node[of] / alone[of])
  return {
    medians: percent(median(all(of, 'node')) / median(all(of, 'alone'))),
    pairs: [0.25, 0.5, 0.75].map((share) => percent(quantile(ratios, share))),
  }
}
console.log(
  JSON.stringify({
    parameters: layout.parameters,
    samples: Number(flags.samples),
    threads: Number(flags.threads),
    loadAtStart,
    model: flags.model,
    device: flags.device,
    alone: rounded(median(all('seconds', 'alone'))),
    node: rounded(median(all('seconds', 'node'))),
    samplesPerSecond: {
      alone: rounded(Number(flags.samples) / median(all('seconds', 'alone'))),
      node: rounded(Number(flags.samples) / median(all('seconds', 'node'))),
    },
    overhead: overhead('seconds'),
    overheadOfProcessorTime: overhead('processor'),
    millisecondsBeside: rounded(1000 * median(pairs.map(({ alone, node }) => node.seconds - alone.seconds))),
  }),
)
trainer.dispose()
await learner[Symbol.asyncDispose]()
alone.stdin.end()
rmSync(folder, { recursive: true })
