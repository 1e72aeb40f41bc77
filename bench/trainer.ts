// node bench/trainer.ts: how fast a model of 100 million parameters goes to a program and back, and how much memory that takes. Needs the environment of
// `node scripts/python.ts environment`. The ways take turns, so that other load hits all of them: `socket` (the weights as a file, the result over a socket, as nodes do),
// `file` (both as files) and `frames`. Prints one JSON line for each pass, one about memory and one with the medians for each way; `--parameters N`, `--passes N`,
// `--way socket,file,frames`. Run it with `--expose-gc`.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { silentLogger } from '../src/core/index.ts'
import { knownEnvironment } from '../scripts/python.ts'
import { tensorLayout } from '../src/training/layout.ts'
import { createProcessLearner } from '../src/training/process/index.ts'
import type { ProcessLearner } from '../src/training/process/index.ts'
import { processorTime } from './processor-time.ts'
import { median } from './quantile.ts'

const { values: flags } = parseArgs({
  options: {
    parameters: { type: 'string', default: '100000000' },
    passes: { type: 'string', default: '5' },
    way: { type: 'string', default: 'socket,file,frames' },
  },
})
const python = knownEnvironment()
if (!python) throw new Error('make the environment first: node scripts/python.ts environment')

const layout = tensorLayout(
  Array.from({ length: 20 }, (_, index) => ({ name: `layer${index}.weight`, shape: [Number(flags.parameters) / 20] })),
)
const bytes = 4 * layout.parameters
const weights = new Float32Array(layout.paddedLength).fill(0.5)
const copy = new Float32Array(layout.paddedLength)

/** Seconds of copying the model once within this process, now: the speed of the machine under its other load. */
function copySeconds(): number {
  const from = performance.now()
  copy.set(weights)
  return (performance.now() - from) / 1000
}

function pss(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]) * 1024
  } catch {
    return 0
  }
}

/** Bytes of the files with tensors: in memory that no process maps. */
function filesOf(folder: string): number {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.safetensors'))
      .reduce((sum, name) => sum + statSync(join(folder, name)).blocks * 512, 0)
  } catch {
    return 0
  }
}

interface Pass {
  toProgramGBs: number
  toNodeGBs: number
  copyGBs: number
  /** Seconds of processor time of the node, and of node and program together. */
  nodeCpuSeconds: number
  cpuSeconds: number
  progressMicroseconds: number
}

interface Lane {
  way: string
  learner: ProcessLearner
  /** Process id of the program. */
  child: () => number
  /** What the program says that a report of progress costs. */
  progress: () => number
  passes: Pass[]
}

async function openLane(way: string): Promise<Lane> {
  let child = 0
  let progress = ''
  const note = (fields: Record<string, unknown>, message: string): void => {
    if (typeof fields['pid'] === 'number') child = fields['pid']
    progress = /progress ([\d.]+) us/.exec(message)?.[1] ?? progress
  }
  const learner = await createProcessLearner({
    command: [python!, join(import.meta.dirname, 'trainer-child.py'), way],
    layout,
    training: '{}',
    seed: 1,
    way: way === 'frames' ? 'frames' : 'file',
    logger: { ...silentLogger, info: note },
  })
  await learner.ready()
  return { way, learner, child: () => child, progress: () => Number(progress), passes: [] }
}

/** The folder that node and program share. */
function folderOf(child: number): string {
  return dirname(/QUORATE_SOCKET=([^\0]+)/.exec(readFileSync(`/proc/${child}/environ`, 'utf8'))![1]!)
}

const rate = (seconds: number): number => Number((bytes / 1e9 / seconds).toFixed(2))

/** One pass there and back. */
async function pass({ learner, progress }: Lane, step: number): Promise<Pass> {
  globalThis.gc?.()
  // The change of the last pass lies there.
  weights.fill(0.5)
  const copied = copySeconds()
  const [cpu, all] = [process.cpuUsage(), processorTime([process.pid])]
  const started = Date.now() / 1000
  const { metrics } = await learner.train({ weights, step })
  const ended = Date.now() / 1000
  const { user, system } = process.cpuUsage(cpu)
  return {
    toProgramGBs: rate(metrics.loss - started),
    toNodeGBs: rate(ended - metrics.samples),
    copyGBs: rate(copied),
    nodeCpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
    cpuSeconds: Number((processorTime([process.pid]) - all).toFixed(2)),
    progressMicroseconds: progress(),
  }
}

/** The most memory of a pass, in sizes of the model; the weights that the node holds anyway count. To look takes time, so this pass says nothing about speed. */
async function peaks({ learner, child }: Lane, step: number): Promise<{ toProgram: number; thereAndBack: number }> {
  globalThis.gc?.()
  weights.fill(0.5)
  const folder = folderOf(child())
  const held = (): number => pss(process.pid) + pss(child()) + filesOf(folder)
  const empty = held() - bytes
  const samples: { at: number; held: number }[] = []
  const look = setInterval(() => samples.push({ at: Date.now() / 1000, held: held() }), 25)
  const { metrics } = await learner.train({ weights, step })
  clearInterval(look)
  const peak = (until: number): number => {
    const most = Math.max(...samples.filter(({ at }) => at <= until).map((sample) => sample.held))
    return Number(((most - empty) / bytes).toFixed(2))
  }
  return { toProgram: peak(metrics.loss), thereAndBack: peak(Infinity) }
}

const lanes: Lane[] = []
for (const way of flags.way.split(',')) lanes.push(await openLane(way))
const passes = Number(flags.passes)
// The first pass warms up.
for (let step = 1; step <= passes + 1; step++) {
  for (const lane of lanes) {
    const measured = await pass(lane, step)
    if (step === 1) continue
    lane.passes.push(measured)
    console.log(JSON.stringify({ way: lane.way, ...measured }))
  }
}
for (const lane of lanes) {
  const middle = (of: keyof Pass): number => median(lane.passes.map((one) => one[of]))
  const times = {
    toProgramGBs: middle('toProgramGBs'),
    toNodeGBs: middle('toNodeGBs'),
    copyGBs: middle('copyGBs'),
    nodeCpuSeconds: middle('nodeCpuSeconds'),
    cpuSeconds: middle('cpuSeconds'),
  }
  console.log(JSON.stringify({ way: lane.way, parameters: layout.parameters, ...times, memory: await peaks(lane, passes + 2) }))
  await lane.learner[Symbol.asyncDispose]()
}
