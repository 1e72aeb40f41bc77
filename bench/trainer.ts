// node bench/trainer.ts: how fast a model of 100 million parameters goes to a program and back, and how much memory that takes. Needs the environment of
// `node scripts/python.ts environment`. Prints one JSON line for each pass, and one about memory; `--parameters N`, `--passes N`, `--way file,frames`. Run it with `--expose-gc`.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { silentLogger } from '../src/core/index.ts'
import { knownEnvironment } from '../scripts/python.ts'
import { tensorLayout } from '../src/training/layout.ts'
import { createProcessLearner } from '../src/training/process/index.ts'

const { values: flags } = parseArgs({
  options: {
    parameters: { type: 'string', default: '100000000' },
    passes: { type: 'string', default: '3' },
    way: { type: 'string', default: 'file,frames' },
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

async function measure(way: 'file' | 'frames'): Promise<void> {
  let child = 0
  let progress = ''
  const note = (fields: Record<string, unknown>, message: string): void => {
    if (typeof fields['pid'] === 'number') child = fields['pid']
    progress = /progress ([\d.]+) us/.exec(message)?.[1] ?? progress
  }
  const before = new Set(readdirSync('/dev/shm'))
  await using learner = await createProcessLearner({
    command: [python!, join(import.meta.dirname, 'trainer-child.py')],
    layout,
    training: '{}',
    seed: 1,
    way,
    logger: { ...silentLogger, info: note },
  })
  const folder = join('/dev/shm', readdirSync('/dev/shm').find((name) => !before.has(name)) ?? '')
  const rate = (seconds: number): number => Number((bytes / 1e9 / seconds).toFixed(2))
  // The first pass waits for the program to start; the last looks at the memory, which takes time.
  const passes = Number(flags.passes) + 2
  for (let pass = 1; pass <= passes; pass++) {
    globalThis.gc?.()
    // The change of the last pass lies there.
    weights.fill(0.5)
    const copied = copySeconds()
    const empty = pss(process.pid) + pss(child) - bytes
    const samples: { at: number; held: number }[] = []
    const look = setInterval(
      () => samples.push({ at: Date.now() / 1000, held: pss(process.pid) + pss(child) + filesOf(folder) }),
      100,
    )
    if (pass < passes) clearInterval(look)
    const started = Date.now() / 1000
    const cpu = process.cpuUsage()
    const { metrics } = await learner.train({ weights, step: pass })
    const ended = Date.now() / 1000
    clearInterval(look)
    if (pass === 1) continue
    const { user, system } = process.cpuUsage(cpu)
    const peak = (until: number): number => {
      const held = Math.max(...samples.filter(({ at }) => at <= until).map((sample) => sample.held))
      return Number(((held - empty) / bytes).toFixed(2))
    }
    const times = {
      toProgramGBs: rate(metrics.loss - started),
      toNodeGBs: rate(ended - metrics.samples),
      copyGBs: rate(copied),
      nodeCpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
      progressMicroseconds: Number(progress),
    }
    // Sizes of the model, the weights that the node holds anyway counted.
    const memory = { toProgram: peak(metrics.loss), thereAndBack: peak(ended) }
    console.log(JSON.stringify({ way, parameters: layout.parameters, ...(pass < passes ? times : memory) }))
  }
}

for (const way of flags.way.split(',')) await measure(way as 'file' | 'frames')
