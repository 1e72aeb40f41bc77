import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { computeGram, createWasmKernels, memorySource, pairIndex } from '../src/aggregation/index.ts'
import type { Gram } from '../src/aggregation/index.ts'
import { partialsAgree } from '../src/engine/device/check-partials.ts'
import { createEngine, openGramDevice } from '../src/engine/index.ts'
import { SEGMENT } from '../src/protocol/index.ts'
import { padded, updatesOf } from './arrays.ts'
import { measure, shown } from './measure.ts'
import type { Timing } from './measure.ts'

interface Shape {
  n: number
  d: number
}

/** The processor's part, one thread: checking what a device returns, beside computing it. */
export interface CheckRow extends Shape {
  check: Timing
  wasm: Timing
}

/** The Gram matrix of rows in files by all threads and by a device, which is another process: the wall is what counts. */
export interface DeviceRow extends Shape {
  wasm: Timing
  webgpu: Timing
}

export interface DeviceReport {
  adapter: string
  /** The adapter runs on the processor: its times say nothing about a GPU. */
  software: boolean
  rows: DeviceRow[]
}

export interface GpuReport {
  checks: CheckRow[]
  /** Why, where there is no device that can be used. */
  device: DeviceReport | { skipped: string }
}

/** A software adapter is only shown to work. */
const SMALL = [{ n: 32, d: 2 ** 16 }]

export async function benchGpu(shapes: readonly Shape[], budget: number): Promise<GpuReport> {
  const checks: CheckRow[] = []
  for (const { n, d } of shapes) {
    const updates = updatesOf(n, padded(d))
    const gram = computeGram(kernels, updates)
    checks.push({
      n,
      d,
      check: await measure(() => checkAll(updates, gram), budget),
      wasm: await measure(() => computeGram(kernels, updates), budget),
    })
  }
  return { checks, device: await benchDevice(shapes, budget) }
}

async function benchDevice(shapes: readonly Shape[], budget: number): Promise<GpuReport['device']> {
  let reason = ''
  const logger = { info() {}, warn: (fields: Record<string, unknown>) => void (reason = String(fields['reason'])) }
  const device = await openGramDevice({ logger, rows: 1 })
  if (!device) return { skipped: `webgpu skipped: ${reason}` }
  const { detail, software } = device
  await using gpu = createEngine({ minimum: 0, device })
  await using threads = createEngine({ minimum: 0 })
  const rows: DeviceRow[] = []
  for (const { n, d } of software ? SMALL : shapes) {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'quorate-bench-'))
    const files = updatesOf(n, padded(d)).map((update, i) => {
      const file = join(folder.path, `${i}.q8`)
      writeFileSync(file, update)
      return { file }
    })
    const segments = padded(d) / SEGMENT
    const wasm = await measure(() => threads.gram(files, segments), budget)
    const webgpu = await measure(() => gpu.gram(files, segments), budget)
    rows.push({ n, d, wasm, webgpu })
    const adapter = software ? `${detail}, SOFTWARE` : detail
    console.error(`gram n = ${n}, d = ${d}: webgpu ${shown(webgpu.wall)}, wasm ${shown(wasm.wall)} on the wall (${adapter})`)
  }
  return { adapter: detail, software, rows }
}

const kernels = createWasmKernels()

function checkAll(updates: readonly Int8Array[], { partials }: Pick<Gram, 'partials'>): void {
  const source = memorySource(updates)
  const pairs = pairIndex(updates.length, 0)
  for (let g = 0; g < source.segments; g++) {
    const rows = updates.map((_, i) => source.read(i, g))
    if (!partialsAgree(kernels, rows, partials.subarray(g * pairs, (g + 1) * pairs)))
      throw new Error('the check refuses right sums')
  }
}
