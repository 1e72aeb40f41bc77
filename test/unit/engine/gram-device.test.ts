import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { computeGram, gramRoot, memorySource, pairIndex, twinKernels } from '../../../src/aggregation/index.ts'
import type { SegmentSource } from '../../../src/aggregation/index.ts'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { GramDevice, openGramDevice } from '../../../src/engine/device/gram-device.ts'
import type { DeviceJobs } from '../../../src/engine/device/device-jobs.ts'
import { GramKernel } from '../../../src/engine/device/gram-kernel.ts'
import { startProcess } from '../../../src/engine/device/start-process.ts'
import { createEngine, openEngine, shared } from '../../../src/engine/index.ts'
import { startThread } from '../../../src/engine/runner.ts'
import type { Runner } from '../../../src/engine/runner.ts'
import { WorkerPool } from '../../../src/engine/worker-pool.ts'
import { claimComputer } from '../../../src/replay/index.ts'
import { claimRound } from '../../support/claim-round.ts'
import { webgpuMissing } from '../../support/engine/webgpu.ts'

const SEGMENT = 8192
const missing = await webgpuMissing()
if (missing) console.warn(`skipped, the WebGPU kernel is not tested here: ${missing}`)

/** Rows and segments: around the 4 and 32 rows of a thread and a workgroup, more than one batch, the most there can be. */
const SHAPES = [
  [1, 3],
  [2, 1],
  [3, 2],
  [4, 1],
  [31, 1],
  [32, 1],
  [33, 2],
  [66, 3],
  [132, 1],
] as const

const folder = mkdtempSync(join(tmpdir(), 'quorate-device-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function rowsOf(
  count: number,
  segments: number,
  values = (k: number): number => (Math.imul(k + 1, 2_654_435_761) >>> 9) % 255,
): Int8Array[] {
  let k = 0
  return Array.from({ length: count }, () => Int8Array.from({ length: segments * SEGMENT }, () => values(k++) - 127))
}

let files = 0
function fileOf(row: Int8Array): { file: string } {
  const file = join(folder, `${files++}.q8`)
  writeFileSync(file, row)
  return { file }
}

/** A logger whose warnings are kept. */
function recorder() {
  const warnings: Record<string, unknown>[] = []
  return { warnings, logger: { ...silentLogger, warn: (fields: Record<string, unknown>) => void warnings.push(fields) } }
}

describe.skipIf(missing)('the WebGPU kernel', () => {
  // Room for 132 rows of one segment: two of 66, five of 26.
  const batch = 132 * SEGMENT

  async function expectTwin(kernel: GramKernel, rows: readonly Int8Array[]): Promise<void> {
    const { partials, segments, size } = computeGram(twinKernels, rows)
    const found = new Int32Array(partials.length).fill(-1)
    await kernel.partials(memorySource(rows), 0, segments, found)
    expect(found, `${size} rows`).toEqual(partials)
  }

  const extremes = (k: number): number => [0, 254, 127][(k >> 13) % 3]!

  it('gives the integers of the twin without packed products', async () => {
    using kernel = await GramKernel.open({ packed: false, batch })
    for (const count of [1, 2, 5, 33]) await expectTwin(kernel, rowsOf(count, 1))
    await expectTwin(kernel, rowsOf(35, 1, extremes))
  })

  it('gives the integers of the twin with them, segment by segment, until it is lost', async () => {
    using kernel = await GramKernel.open({ batch })
    for (const [count, segments] of SHAPES) await expectTwin(kernel, rowsOf(count, segments))
    await expectTwin(kernel, rowsOf(35, 1, extremes))

    const rows = rowsOf(50, 5)
    const source = memorySource(rows)
    const expected = computeGram(twinKernels, rows).partials
    const pairs = pairIndex(50, 0)
    const found = new Int32Array(expected.length)
    await kernel.partials(source, 1, 4, found)
    expect(found).toEqual(expected.map((sum, at) => (at >= pairs && at < 4 * pairs ? sum : 0)))

    // A row that cannot be read ends the call and nothing else, also while batches are under way.
    const read: SegmentSource['read'] = (row, segment) => {
      if (segment === 4) throw new QuorateError('STORAGE_FAILED', 'no such segment')
      return source.read(row, segment)
    }
    await expect(kernel.partials({ ...source, read }, 0, 5, found)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    await kernel.partials(source, 0, 5, found)
    expect(found).toEqual(expected)

    // A driver that drops work leaves the sums of the call before behind.
    const submit = vi.spyOn(GPUQueue.prototype, 'submit').mockImplementation(() => {})
    const wrong = memorySource([...rows.slice(1), rows[0]!])
    await expect(kernel.partials(wrong, 0, 5, found)).rejects.toThrow('it computed wrong sums')
    submit.mockRestore()

    const unusable = expect.objectContaining({ code: 'GPU_UNUSABLE' })
    const lost = kernel.partials(source, 0, 5, found)
    kernel[Symbol.dispose]()
    await expect(lost).rejects.toEqual(unusable)
    await expect(kernel.partials(source, 0, 5, found)).rejects.toEqual(unusable)
  })
})

describe.skipIf(missing)('an engine with a device', () => {
  it('computes the same claim, falls back when the device dies in the middle, and says so once', async () => {
    const { warnings, logger } = recorder()
    let answers = 0
    let dieAfter = Infinity
    const start = (): Runner => {
      const runner = startProcess(new URL('../../../src/engine/device/device-program.ts', import.meta.url))
      const listen: Runner['listen'] = ({ answer, lost }) =>
        runner.listen({
          lost,
          answer(given) {
            // It may have answered once more before the signal reaches it.
            if (answers === dieAfter) return
            answer(given)
            if (++answers === dieAfter) void runner.end()
          },
        })
      return { ...runner, listen }
    }
    const device = await openGramDevice({ logger, rows: 1, batch: 132 * SEGMENT, start })
    expect(device?.detail).not.toBe('')
    const software = warnings.splice(0).length
    expect(software).toBe(device!.software ? 1 : 0)
    await using engine = createEngine({ threads: 1, minimum: 0, tile: 2, device })
    await using plain = createEngine({ threads: 0 })

    const round = claimRound(rowsOf(6, 3), 3 * SEGMENT)
    const inFiles = new Map([...round.updates].map(([root, update], i) => [root, i % 2 ? fileOf(update) : update]))
    const [fast, slow] = [await claimComputer(engine)({ ...round, updates: inFiles }), await claimComputer(plain)(round)]
    expect(fast.claim).toEqual(slow.claim)
    expect(fast.claimHash).toBe(slow.claimHash)
    expect(answers).toBe(1 + 2)

    // Rows that cannot be read are the rows' fault.
    const rows = rowsOf(20, 6)
    await expect(engine.gram([rows[0]!, rows[1]!.subarray(SEGMENT)], 6)).rejects.toMatchObject({ code: 'UPDATE_LENGTH' })
    await expect(engine.gram([rows[0]!, { file: join(folder, 'nothing') }], 6)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    expect(warnings).toEqual([])

    const expected = computeGram(twinKernels, rows)
    const before = answers
    dieAfter = before + 1
    for (let k = 0; k < 2; k++) {
      const gram = await engine.gram(
        rows.map((row, i) => [row, shared(row), fileOf(row)][i % 3]!),
        6,
      )
      expect(gram.partials).toEqual(expected.partials)
      expect(await engine.gramRoot(gram)).toBe(gramRoot(expected))
    }
    expect(answers).toBe(before + 1)
    expect(warnings).toEqual([{ code: 'THREAD_LOST', reason: expect.stringContaining('SIGKILL') }])
  })

  it('ends in the middle of a job when it is closed', async () => {
    const device = await openGramDevice({ logger: silentLogger, rows: 1 })
    const engine = createEngine({ threads: 1, minimum: 0, device })
    const waiting = expect(engine.gram(rowsOf(30, 8), 8)).rejects.toMatchObject({ code: 'CANCELLED' })
    await engine[Symbol.asyncDispose]()
    await waiting
  })
})

describe('without a device that can be used', () => {
  const rows = rowsOf(32, 2)

  it('a driver that hangs is given up', async () => {
    const { warnings, logger } = recorder()
    const silent = (): Runner => startThread(new URL('../../support/engine/silent-device.ts', import.meta.url))
    expect(await openGramDevice({ logger, patience: 1, start: silent })).toBeUndefined()
    const device = new GramDevice({ detail: 'silent', software: true }, new WorkerPool<DeviceJobs>(1, silent), {
      logger,
      patience: 1,
    })
    await using engine = createEngine({ threads: 1, minimum: 0, device })
    expect((await engine.gram(rows, 2)).partials).toEqual(computeGram(twinKernels, rows).partials)
    const reason = 'the WebGPU device has not answered for 0.001 s'
    expect(warnings).toEqual([
      { code: 'GPU_UNUSABLE', reason },
      { code: 'GPU_UNUSABLE', reason },
    ])
  })

  it.runIf(process.platform === 'linux')('an engine that should use one warns and computes', async () => {
    const { warnings, logger } = recorder()
    vi.stubEnv('VK_DRIVER_FILES', join(folder, 'no-driver.json'))
    vi.stubEnv('VK_ADD_DRIVER_FILES', undefined)
    await using engine = await openEngine({ gram: 'webgpu', logger, threads: 1, minimum: 0 })
    vi.unstubAllEnvs()
    expect(warnings).toEqual([{ code: 'GPU_UNUSABLE', reason: expect.stringContaining('this machine has no WebGPU adapter') }])
    expect((await engine.gram(rows, 2)).partials).toEqual(computeGram(twinKernels, rows).partials)
  })
})
