// One streamed round in a process of its own: JSON in argv, JSON out.
import { existsSync, readFileSync } from 'node:fs'
import { createEngine } from '../src/engine/index.ts'
import { updatesOf } from './arrays.ts'
import { roundOf } from './round.ts'

const { n, segments, files } = JSON.parse(process.argv[2]!) as { n: number; segments: number; files: string[] }
const rows = Array.from({ length: n }, (_, i) => ({ file: files[i % files.length]! }))
/** Bytes. Linux hands a child its parent's `maxRSS`, which after the other parts of the bench is far above what a round takes; the kernel's own mark is the process's. */
const peak = (): number => {
  const own = existsSync('/proc/self/status') && /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
  return (own ? Number(own[1]) : process.resourceUsage().maxRSS) * 1024
}

await using engine = createEngine({ minimum: 0 })
await engine.aggregate(roundOf(updatesOf(4, 2 * 8192)))
const baseline = peak()

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return [(user + system) / 1000, result]
}

const [gramTime, gram] = await timed(() => engine.gram(rows, segments))
const [rootTime] = await timed(() => engine.gramRoot(gram))
const length = segments * 8192
const { spec } = roundOf([new Int8Array(length)])
const betas = rows.map(() => Math.floor(65_536 / n))
const [stepTime] = await timed(() => engine.step({ spec, model: new Int32Array(length), reference: null, rows, betas }))
process.stdout.write(JSON.stringify({ gram: gramTime, gramRoot: rootTime, step: stepTime, peak: (peak() - baseline) / 1e6 }))
