import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { QuorateError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import { Ending, JobKind } from '../../protocol/gen/quorate/v1/trainer_pb.ts'
import type { Layout } from '../layout.ts'
import type { Evaluation, LearnInput, LearnResult, Learner } from '../learner.ts'
import type { PrivateTraining } from '../private/settings.ts'
import { createRandom } from '../random.ts'
import { deltaOf } from './delta-of.ts'
import { endError } from './end-error.ts'
import { makeExchangeFolder } from './exchange-folder.ts'
import type { ExchangeFolder } from './exchange-folder.ts'
import type { Job, JobResult } from './job-desk.ts'
import { TRAINER_LIMITS } from './limits.ts'
import type { TrainerLimits } from './limits.ts'
import { FLOAT } from './match-tensors.ts'
import { metricOf } from './metric-of.ts'
import { writeSafetensors } from './safetensors.ts'
import { TrainerChild } from './trainer-child.ts'
import { TrainerServer, sameToken } from './trainer-server.ts'
import { TrainerSession } from './trainer-session.ts'

export interface ProcessLearnerOptions {
  /** Words of the command that trains, as `splitCommand` gives them. */
  command: readonly string[]
  /** Working folder of the program; that of the node if left out. */
  cwd?: string
  layout: Layout
  /** The training part of the task document, JSON. */
  training: string
  /** The member's own seed: the program gets a number that follows from it and the step. */
  seed: number | string
  /** How the program shall keep records private; it is told nothing if left out. */
  privacy?: PrivateTraining | undefined
  limits?: Partial<TrainerLimits>
  /** How tensors travel; files if left out. A program that cannot open them takes frames by itself. */
  way?: 'file' | 'frames'
  logger: Logger
}

/** A learner that owns a process. `dispose` begins to end it; `Symbol.asyncDispose` waits until it has ended. */
export interface ProcessLearner extends Learner, AsyncDisposable {
  /**
   * Waits until the program asks for work: it has loaded its libraries and data.
   *
   * @throws QuorateError TRAINER_CRASHED, TRAINER_MEMORY when it ends before, TRAINER_TIMEOUT when it takes too long, CANCELLED
   */
  ready(signal?: AbortSignal): Promise<void>
}

/**
 * Lets a program of the member's own train: any language, any framework (`python/` has the library for Python). The program is started at once, so that it
 * loads its data before the first round, and again before the next job when it has ended.
 *
 * @throws QuorateError CONFIG_INVALID when there is no such program
 * @example
 * await using learner = await createProcessLearner({ command: splitCommand('python train.py'), layout, training: '{}', seed: 1, logger })
 * const { delta } = await learner.train({ weights, step: 1 })
 */
export async function createProcessLearner(options: ProcessLearnerOptions): Promise<ProcessLearner> {
  const folder = await makeExchangeFolder(options.layout.parameters * FLOAT)
  const learner = new OwnProcess(options, folder)
  try {
    await learner.open()
  } catch (error) {
    await learner[Symbol.asyncDispose]()
    throw error
  }
  return learner
}

/** Stands for the result of a job that the program ended without having begun. */
const RETIRED: JobResult = { isDelta: false, metrics: {} }

interface Running {
  session: TrainerSession
  child: TrainerChild
}

class OwnProcess implements ProcessLearner {
  readonly #options: ProcessLearnerOptions
  readonly #limits: TrainerLimits
  readonly #folder: ExchangeFolder
  readonly #server: TrainerServer
  readonly #stopping = new AbortController()
  #running: Running | undefined
  /** Ends of the program one after the other that brought no result. */
  #failures = 0
  /** Not started again before, ms of `performance.now`. */
  #pauseUntil = 0
  #jobs = 0n
  #lastEnd: QuorateError | undefined
  #closed: Promise<void> | undefined

  constructor(options: ProcessLearnerOptions, folder: ExchangeFolder) {
    this.#options = options
    this.#limits = { ...TRAINER_LIMITS, ...options.limits }
    this.#folder = folder
    this.#server = new TrainerServer((token) => {
      const session = this.#running?.session
      return session && sameToken(session.token, token) ? session.handlers : undefined
    })
  }

  async open(): Promise<void> {
    await this.#server.listen(this.#folder.socket)
    await this.#start()
  }

  async ready(outer?: AbortSignal): Promise<void> {
    const signal = outer ? AbortSignal.any([outer, this.#stopping.signal]) : this.#stopping.signal
    const running = this.#running
    if (!running) throw this.#lastEnd ?? new QuorateError('TRAINER_CRASHED', 'the trainer does not run')
    const { session, child } = running
    if (session.desk.asked) return
    const { startMs } = this.#limits
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => late.reject(new QuorateError('TRAINER_TIMEOUT', `the trainer did not ask for work within ${startMs / 1000} s`)),
      startMs,
    )
    const onAbort = (): void => late.reject(cancelled(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    const ended = child.ended.then((end) => {
      throw endError(end)
    })
    try {
      await Promise.race([session.desk.askedAgain(), ended, late.promise])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      // A program that ends later is the business of its jobs.
      ended.catch(() => {})
    }
  }

  async train({ weights, step, round, deadline, signal, onProgress }: LearnInput): Promise<LearnResult> {
    this.#checkLength(weights)
    const seed = BigInt(createRandom(this.#options.seed, 'trainer', step).uint32())
    const ask = { kind: JobKind.TRAIN, step, round, deadline, seed, weights, onProgress }
    const { tensors, isDelta, metrics, spent } = await this.#do(ask, signal)
    try {
      await deltaOf(tensors!, weights, { isDelta, signal })
    } finally {
      // Nobody has to wait until the system has taken the memory of the file back.
      void tensors![Symbol.asyncDispose]()
    }
    return {
      delta: weights,
      metrics: { loss: metricOf(metrics, 'loss') ?? Number.NaN, samples: metricOf(metrics, 'samples') ?? 0 },
      ...(spent && { spent }),
    }
  }

  async evaluate(weights: Float32Array, signal?: AbortSignal): Promise<Evaluation> {
    this.#checkLength(weights)
    const deadline = Date.now() + this.#limits.evaluateMs
    const { metrics } = await this.#do({ kind: JobKind.EVALUATE, step: 0, deadline, seed: 0n, weights }, signal)
    const accuracy = metricOf(metrics, 'accuracy')
    return {
      ...(accuracy !== undefined && { accuracy }),
      loss: metricOf(metrics, 'loss') ?? Number.NaN,
      samples: metricOf(metrics, 'samples') ?? 0,
      metrics: Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value))),
    }
  }

  dispose(): void {
    void this[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    await this.#closed
  }

  async #close(): Promise<void> {
    this.#stopping.abort(new QuorateError('CANCELLED', 'the node stops'))
    const running = this.#running
    running?.session.desk.close()
    running?.session.desk.fail(new QuorateError('CANCELLED', 'the node stops'))
    await running?.child.stop(this.#limits.killMs)
    this.#server.close()
    await this.#folder.remove()
  }

  /** Runs one job from the start of the program, where it does not run, to its result. */
  async #do(ask: Omit<Job, 'id' | 'files'>, outer?: AbortSignal): Promise<JobResult> {
    const signal = outer ? AbortSignal.any([outer, this.#stopping.signal]) : this.#stopping.signal
    const id = ++this.#jobs
    const files = await this.#writeWeights(id, ask.weights, signal)
    try {
      for (;;) {
        const running = await this.#ready(ask.deadline, signal)
        const result = await this.#supervise(running, { ...ask, id, files }, signal)
        if (result === RETIRED) continue
        this.#failures = 0
        return result
      }
    } finally {
      await this.#clearFiles(files)
    }
  }

  /** Does the job and keeps its times: time to start, deadline, cancelling. */
  async #supervise({ session, child }: Running, job: Job, signal: AbortSignal): Promise<JobResult> {
    const { startMs, graceMs } = this.#limits
    const { desk } = session
    const kill = (error: QuorateError): void => {
      desk.fail(error, job.id)
      void child.stop(this.#limits.killMs)
    }
    const timers = new Set<NodeJS.Timeout>()
    const after = (ms: number, action: () => void): void => void timers.add(setTimeout(action, Math.max(0, ms)))
    after(startMs, () => {
      if (desk.given(job.id)) return
      kill(new QuorateError('TRAINER_TIMEOUT', `the trainer did not ask for work within ${startMs / 1000} s`))
    })
    if (job.deadline !== undefined) {
      const left = job.deadline - Date.now()
      after(left, () => desk.end(job.id, Ending.TIME_UP))
      after(left + graceMs, () =>
        kill(new QuorateError('TRAINER_TIMEOUT', `the trainer had not ended ${graceMs / 1000} s after the time was up`)),
      )
    }
    const onAbort = (): void => {
      const given = desk.given(job.id)
      desk.end(job.id, Ending.CANCELLED)
      desk.fail(cancelled(signal), job.id)
      if (!given) return
      // A program that does not ask for the next job in time is ended, or it would train for nobody.
      const idle = setTimeout(() => void child.stop(this.#limits.killMs), graceMs)
      void desk.askedAgain().then(() => clearTimeout(idle))
      void child.ended.then(() => clearTimeout(idle))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const done = desk.do(job)
      if (signal.aborted) onAbort()
      return await done
    } finally {
      signal.removeEventListener('abort', onAbort)
      for (const timer of timers) clearTimeout(timer)
    }
  }

  /** The running program; a new one after the pause that its failures ask for. */
  async #ready(deadline: number | undefined, signal: AbortSignal): Promise<Running> {
    if (this.#running) return this.#running
    const pause = this.#pauseUntil - performance.now()
    if (deadline !== undefined && Date.now() + pause > deadline)
      throw new QuorateError('TRAINER_CRASHED', `the trainer ended ${this.#failures} times in a row, and is started again later`)
    if (pause > 0) await sleep(pause, undefined, { signal }).catch(() => {})
    if (signal.aborted) throw cancelled(signal)
    return this.#start()
  }

  async #start(): Promise<Running> {
    const { command, cwd, layout, training, privacy, logger } = this.#options
    const session = new TrainerSession({ layout, training, privacy, stallMs: this.#limits.stallMs, logger })
    const env = { QUORATE_SOCKET: this.#folder.socket, QUORATE_TOKEN: session.token }
    const child = await TrainerChild.start({ command, cwd, env, memory: this.#limits.memoryBytes, logger })
    logger.info({ pid: child.pid, command }, 'the trainer is started')
    const running = { session, child }
    this.#running = running
    if (this.#stopping.signal.aborted) void child.stop(this.#limits.killMs)
    void child.ended.then((end) => {
      if (this.#running === running) this.#running = undefined
      session.desk.close()
      // A program may do one job, or a few, and end, well or not: the job that came meanwhile is for the next start. A program that brings no result is not asked twice.
      if (session.desk.delivered) session.desk.takeBack(RETIRED)
      const retired = end.code === 0 && session.desk.delivered
      const error = endError(end)
      this.#lastEnd = error
      session.desk.fail(error)
      if (this.#stopping.signal.aborted || retired) return
      this.#failures++
      this.#pauseUntil =
        performance.now() + Math.min(this.#limits.maxPauseMs, this.#limits.pauseMs * 2 ** Math.min(20, this.#failures - 1))
      logger.warn({ code: error.code, failures: this.#failures, ...error.details }, error.message)
    })
    return running
  }

  async #writeWeights(id: bigint, weights: Float32Array, signal: AbortSignal): Promise<Job['files']> {
    if (signal.aborted) throw cancelled(signal)
    if (this.#options.way === 'frames') return undefined
    const files = {
      weights: join(this.#folder.path, `${id}.weights.safetensors`),
      result: join(this.#folder.path, `${id}.result.safetensors`),
    }
    try {
      await writeSafetensors(files.weights, this.#options.layout, weights)
      return files
    } catch (cause) {
      this.#options.logger.warn(
        { folder: this.#folder.path, error: String(cause) },
        'no room for the weights in a file; they travel as frames',
      )
      await this.#clearFiles(files)
      return undefined
    }
  }

  async #clearFiles(files: Job['files']): Promise<void> {
    if (!files) return
    await Promise.all([files.weights, files.result].map(async (path) => rm(path, { force: true })))
  }

  #checkLength(weights: Float32Array): void {
    const { paddedLength } = this.#options.layout
    if (weights.length === paddedLength) return
    throw new QuorateError('MODEL_MISMATCH', `a model of ${weights.length} values came, and the task has ${paddedLength}`)
  }
}

function cancelled(signal: AbortSignal): QuorateError {
  return new QuorateError('CANCELLED', 'the training was cancelled', { cause: signal.reason })
}
