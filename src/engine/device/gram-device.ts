import { pairIndex } from '../../aggregation/index.ts'
import { isQuorateError, QuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { SEGMENT } from '../../protocol/types.ts'
import type { Jobs } from '../jobs.ts'
import type { Runner } from '../runner.ts'
import { WorkerPool } from '../worker-pool.ts'
import type { DeviceJobs } from './device-jobs.ts'
import { cutRange } from './open-range.ts'
import { startProcess } from './start-process.ts'

const PATIENCE = 60_000

export interface GramDeviceOptions {
  logger: Pick<Logger, 'info' | 'warn'>
  /** Below this number of rows, moving and checking them costs as much as the wasm kernel. Default 32. */
  rows?: number
  /** Bytes of rows that go to the device at once. */
  batch?: number
  /** Milliseconds that a job may take: a driver that hangs must not hold a round up until its deadline. Default 60,000. */
  patience?: number
  /** Starts what answers the jobs of a device. */
  start?: () => Runner
}

/**
 * A WebGPU device that computes Gram matrices for an engine, in a process of its own. The device returns the integers
 * of the wasm kernel, so a failure loses nothing. After a failure the device is given up with one warning, and the
 * caller computes the range on the processor.
 */
export class GramDevice implements AsyncDisposable {
  /** For people: the adapter. */
  readonly detail: string
  readonly software: boolean
  readonly #rows: number
  readonly #patience: number
  readonly #logger: Pick<Logger, 'warn'>
  readonly #pool: WorkerPool<DeviceJobs>
  /** Ends the wait for the job that runs; renewed with every answer. */
  #watchdog: NodeJS.Timeout | undefined
  #waiting = 0
  #lost = false

  constructor(opened: DeviceJobs['open']['out'], pool: WorkerPool<DeviceJobs>, options: GramDeviceOptions) {
    const { rows = 32, patience = PATIENCE, logger } = options
    this.detail = opened.detail
    this.software = opened.software
    this.#pool = pool
    this.#rows = rows
    this.#patience = patience
    this.#logger = logger
  }

  /**
   * Fills the segments of one job.
   *
   * @returns whether it did; if not, the range is the caller's
   * @throws QuorateError CANCELLED
   */
  async gram({ partials, ...range }: Jobs['gram']['in'], signal?: AbortSignal): Promise<boolean> {
    const { rows, segments, from } = range
    if (this.#lost || rows.length < this.#rows) return false
    // It fails on the processor, too, and there it says why.
    if (rows.some((row) => row instanceof Int8Array && row.length !== segments * SEGMENT)) return false
    this.#wait(1)
    try {
      partials.set(await this.#pool.run('gram', cutRange(range), signal), from * pairIndex(rows.length, 0))
      return true
    } catch (error) {
      if (isQuorateError(error, 'GPU_UNUSABLE') || isQuorateError(error, 'THREAD_LOST')) await this.#giveUp(error)
      else if (isQuorateError(error, 'CANCELLED') && !this.#lost) throw error
      return false
    } finally {
      this.#wait(-1)
    }
  }

  /** Ends the process; what waits is rejected with CANCELLED. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close()
  }

  #wait(change: number): void {
    this.#waiting += change
    clearTimeout(this.#watchdog)
    if (this.#waiting === 0) return
    this.#watchdog = setTimeout(() => void this.#giveUp(silent(this.#patience)), this.#patience)
  }

  async #giveUp(error: QuorateError): Promise<void> {
    if (this.#lost) return
    this.#lost = true
    warn(this.#logger, error)
    await this.#pool.close()
  }
}

/**
 * A device that has shown on a sample that its integers are right; undefined, with one warning, where there is none.
 *
 * @example await using engine = createEngine({ device: await openGramDevice({ logger }) })
 */
export async function openGramDevice(options: GramDeviceOptions): Promise<GramDevice | undefined> {
  const {
    logger,
    batch,
    patience = PATIENCE,
    start = () => startProcess(new URL('device-program.ts', import.meta.url)),
  } = options
  const pool = new WorkerPool<DeviceJobs>(1, start)
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(silent(patience)), patience)
  try {
    const opened = await Promise.race([pool.run('open', { batch }), tooLate])
    logger.info({ adapter: opened.detail }, 'computing large Gram matrices on a WebGPU device')
    if (opened.software) logger.warn({ adapter: opened.detail }, 'this WebGPU adapter is software; gram = "wasm" is faster')
    return new GramDevice(opened, pool, options)
  } catch (error) {
    await pool.close()
    warn(logger, error)
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

function silent(patience: number): QuorateError {
  return new QuorateError('GPU_UNUSABLE', `the WebGPU device has not answered for ${patience / 1000} s`)
}

function warn(logger: Pick<Logger, 'warn'>, error: unknown): void {
  const { code, message, cause } = error instanceof QuorateError ? error : new QuorateError('INTERNAL', String(error))
  const reason = cause instanceof Error ? `${message}: ${cause.message}` : message
  logger.warn({ code, reason }, 'not using the WebGPU device: the processor computes Gram matrices')
}
