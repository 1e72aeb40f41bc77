import { randomBytes } from 'node:crypto'
import { QuorateError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import { Ending, JobKind, Way } from '../../protocol/gen/quorate/v1/trainer_pb.ts'
import type { PushHead, PushRequest } from '../../protocol/gen/quorate/v1/trainer_pb.ts'
import type { Layout } from '../layout.ts'
import type { PrivateTraining } from '../private/settings.ts'
import { FrameReader, framesOf } from './frames.ts'
import { JobDesk } from './job-desk.ts'
import type { Job, JobResult, Notice } from './job-desk.ts'
import { DTYPE } from './match-tensors.ts'
import type { SentTensors } from './sent-tensors.ts'
import { spentOf } from './spent-of.ts'
import { TensorFile } from './tensor-file.ts'
import { TensorSocket } from './tensor-socket.ts'
import type { TrainerHandlers } from './trainer-server.ts'

export interface TrainerSessionOptions {
  layout: Layout
  /** The training part of the task document, JSON. */
  training: string
  /** How the program shall keep records private. */
  privacy?: PrivateTraining | undefined
  /** Longest time without a byte within a result, ms. */
  stallMs: number
  logger: Pick<Logger, 'debug' | 'info'>
}

/**
 * What one start of the program may call: its jobs and its token. A program that is started again gets a new session, so that what is left
 * of the old one speaks to nobody.
 */
export class TrainerSession {
  readonly token = randomBytes(32).toString('hex')
  readonly desk = new JobDesk()
  readonly handlers: TrainerHandlers
  readonly #options: TrainerSessionOptions

  constructor(options: TrainerSessionOptions) {
    this.#options = options
    this.handlers = {
      attach: (request, signal) => {
        options.logger.info({ pid: request.pid, client: request.client }, 'the trainer is attached')
        return this.#notices(signal)
      },
      next: async ({ kinds }, signal) => this.#describe(await this.desk.next(kinds, signal)),
      pull: ({ job }) => this.#weights(job),
      push: async (parts) => ({ taken: await this.#push(parts) }),
      progress: async ({ job, batches, total, epoch, loss }) => ({
        ending: this.desk.progress(job, { batches: Number(batches), total: Number(total), ...(epoch > 0 && { epoch }), loss }),
      }),
    }
  }

  async *#notices(signal: AbortSignal): AsyncGenerator<Notice> {
    const waiting: Notice[] = [{ job: 0n, ending: Ending.UNSPECIFIED }]
    let wake = Promise.withResolvers<void>()
    const stop = this.desk.onNotice((notice) => {
      waiting.push(notice)
      wake.resolve()
    })
    signal.addEventListener('abort', () => wake.resolve())
    try {
      while (!signal.aborted) {
        yield* waiting.splice(0)
        wake = Promise.withResolvers<void>()
        if (waiting.length === 0 && !signal.aborted) await wake.promise
      }
    } finally {
      stop()
    }
  }

  #describe(job: Job | undefined) {
    if (!job) return { kind: JobKind.STOP }
    const { layout, training, privacy } = this.#options
    return {
      kind: job.kind,
      job: job.id,
      step: BigInt(job.step),
      deadline: BigInt(Math.ceil(job.deadline ?? 0)),
      trainingJson: training,
      tensors: layout.tensors.map(({ name, shape }) => ({ name, shape: shape.map(BigInt), dtype: DTYPE })),
      way: job.files ? Way.FILE : Way.FRAMES,
      weightsPath: job.files?.weights ?? '',
      resultPath: job.files?.result ?? '',
      takesSocket: job.files !== undefined,
      round: job.round ?? 0n,
      seed: job.seed,
      ...(privacy && {
        privacy: { clip: privacy.clip, noiseMultiplier: privacy.noise, batch: BigInt(privacy.batch ?? 0) },
      }),
    }
  }

  async *#weights(id: bigint) {
    const job = this.#jobOf(id)
    for (const frame of framesOf(this.#options.layout, job.weights)) {
      if (!this.desk.given(id)) return
      yield { frame }
    }
  }

  /** An error in a result ends its job with that error, and the program is told the same. */
  async #push(parts: AsyncIterable<PushRequest>): Promise<boolean> {
    const iterator = parts[Symbol.asyncIterator]()
    const first = await iterator.next()
    if (first.done || first.value.part.case !== 'head')
      throw new QuorateError('MESSAGE_MALFORMED', 'a result begins with its head')
    const head = first.value.part.value
    const job = this.desk.given(head.job)
    if (!job) return false
    try {
      if (head.failure !== '') throw new QuorateError('TRAINER_FAILED', `the trainer could not do the job: ${head.failure}`)
      const tensors = job.kind === JobKind.TRAIN ? await this.#tensors(job, head, iterator) : undefined
      const spent = spentOf(head)
      const result: JobResult = { tensors, isDelta: head.delta, metrics: head.metrics, ...(spent && { spent }) }
      const taken = this.desk.deliver(head.job, result)
      if (!taken) await tensors?.[Symbol.asyncDispose]()
      return taken
    } catch (error) {
      const known = error instanceof QuorateError ? error : new QuorateError('TRAINER_TENSOR', String(error), { cause: error })
      this.desk.fail(known, head.job)
      throw known
    }
  }

  async #tensors(job: Job, head: PushHead, parts: AsyncIterator<PushRequest>): Promise<SentTensors> {
    const { layout } = this.#options
    if (head.way === Way.FILE || head.way === Way.SOCKET) {
      if (!job.files) throw new QuorateError('TRAINER_TENSOR', 'the trainer sent a file, and this job travels as frames')
      const path = job.files.result
      if (head.way === Way.FILE) return TensorFile.open(path, layout)
      return TensorSocket.open({ path, layout, tensors: head.tensors, stallMs: this.#options.stallMs })
    }
    const reader = new FrameReader(layout, head.tensors)
    for (let part = await parts.next(); !part.done; part = await parts.next()) {
      const { part: message } = part.value
      if (message.case !== 'frame') throw new QuorateError('MESSAGE_MALFORMED', 'after the head of a result come frames')
      reader.take(message.value)
    }
    return reader.sent()
  }

  #jobOf(id: bigint): Job {
    const job = this.desk.given(id)
    if (!job) throw new QuorateError('TRAINER_FAILED', `job ${id} is over: ask for the next one`)
    return job
  }
}
