import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { computeGram, createWasmKernels, ruleByName } from '../../src/aggregation/index.ts'
import type { Gram } from '../../src/aggregation/index.ts'
import { createEngine } from '../../src/engine/index.ts'
import type { Engine } from '../../src/engine/index.ts'
import { coordinatesOf, SEGMENT } from '../../src/protocol/index.ts'
import { padded, updatesOf } from '../arrays.ts'
import { measure } from '../measure.ts'
import type { Timing } from '../measure.ts'
import { asArrived, roundOf } from '../round.ts'
import { peerPython } from './environment.ts'

/** Milliseconds of processor and wall. */
type Spent = Pick<Timing, 'cpu' | 'wall'>

/**
 * Flower and ByzFL beside Quorate: the same int8 rows, which the peers take as float32 already in memory.
 */
export interface PeerReport {
  n: number
  d: number
  byzantine: number
  timings: ({ peer: string; rule: string } & Spent)[]
  /** float32 products of the shape of the Gram matrix at n = 100. */
  blas: Record<string, Spent>
  /** Our Gram matrix of that shape, one thread. */
  gram100: Spent
  /** Our whole step from verified updates and their chunk hashes: admission, Gram matrix, rule, sum, step, all trees. */
  whole: Spent
  versions: Record<string, string>
}

/** The rules that peers have too; `nnm + gm` is the heart of our default rule. */
const RULES = ['krum', 'multi-krum', 'gm', 'unscaled-nnm-gm']

/** @returns the report, or why there is none */
export async function benchPeers(
  { n, d, gramRows, venv }: { n: number; d: number; gramRows: number; venv?: string },
  budget: number,
): Promise<PeerReport | { skipped: string }> {
  const environment = await peerPython(venv)
  if ('skipped' in environment) return environment
  const length = padded(d)
  const updates = updatesOf(n, length)
  const many = updatesOf(gramRows, length, 2)
  const byzantine = Math.floor(n / 4)
  const theirs = await runPeers(environment.python, { updates, many, byzantine, length, budget })
  await using engine = createEngine({ minimum: 0 })
  const timings = [...theirs.timings]
  for (const rule of RULES) {
    const spent = await measure(() => ourRule(engine, rule, updates), budget)
    timings.push({ peer: 'Quorate', rule: rule === 'unscaled-nnm-gm' ? 'nnm + gm' : rule, ...spent })
  }
  const kernels = createWasmKernels()
  // What the peers compute: mean and median alone. The lab's rules add scores, for which they need the Gram matrix.
  const equal = updates.map(() => 1)
  const alone = async (rule: string, work: (out: Int32Array, kept: Float64Array) => void): Promise<void> => {
    const spent = await measure(() => work(new Int32Array(length), new Float64Array(n)), budget)
    timings.push({ peer: 'Quorate', rule, ...spent })
  }
  const trim = Math.round((10_000 * byzantine) / n)
  await alone('trimmed-mean', (out, kept) => kernels.trimmedMean(updates, equal, trim, out, kept))
  await alone('median', (out, kept) => kernels.median(updates, equal, out, kept))
  const input = asArrived(roundOf(updates))
  return {
    ...theirs,
    n,
    d: length,
    byzantine,
    timings,
    gram100: await measure(() => computeGram(kernels, many), budget),
    whole: await measure(() => engine.aggregate(input), budget),
  }
}

type Theirs = Pick<PeerReport, 'timings' | 'blas' | 'versions'>

async function runPeers(
  python: string,
  given: { updates: Int8Array[]; many: Int8Array[]; byzantine: number; length: number; budget: number },
): Promise<Theirs> {
  const folder = mkdtempSync(join(tmpdir(), 'quorate-peers-'))
  try {
    const fileOf = (name: string, rows: Int8Array[]): string => {
      const file = join(folder, name)
      writeFileSync(file, Buffer.concat(rows.map((row) => Buffer.from(row))))
      return file
    }
    const { updates, many, byzantine, length, budget } = given
    const script = join(import.meta.dirname, 'peers.py')
    const shape = [fileOf('rows', updates), updates.length, length, byzantine, fileOf('many', many), many.length, budget / 1000]
    const { stdout } = await promisify(execFile)(python, [script, ...shape.map(String)], { maxBuffer: 2 ** 26 })
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Theirs
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The aggregate of one rule: Gram matrix, weights, sum. */
async function ourRule(engine: Engine, name: string, updates: Int8Array[]): Promise<Int32Array> {
  const { rows, spec } = roundOf(updates.map((row) => row))
  const gram: Gram = await engine.gram(updates, updates[0]!.length / SEGMENT)
  const { weights, sum } = ruleByName(name).decide({
    gram,
    updates,
    stakes: rows.map((row) => row.weight),
    tieBreak: rows.map((row) => row.updateRoot!),
    hasReference: false,
    spec: spec.rule,
    coordinates: coordinatesOf(spec),
  })
  if (sum) return sum
  const out = new Int32Array(updates[0]!.length)
  createWasmKernels().weightedSum(updates, weights, out)
  return out
}
