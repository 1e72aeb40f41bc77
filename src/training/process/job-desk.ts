import { QuorateError } from '../../core/errors.ts'
import { Ending, JobKind } from '../../protocol/gen/quorate/v1/trainer_pb.ts'
import type { PrivacyEvent } from '../../privacy/index.ts'
import type { TrainProgress } from '../learner.ts'
import type { SentTensors } from './sent-tensors.ts'

/** What the program is asked to do. */
export interface Job {
  id: bigint
  kind: typeof JobKind.TRAIN | typeof JobKind.EVALUATE
  step: number
  round?: bigint
  /** Unix milliseconds. */
  deadline?: number
  seed: bigint
  /** float32[D] in layout order. */
  weights: Float32Array
  /** File with the weights; left out when they travel as frames. */
  files?: { weights: string; result: string }
  onProgress?: (progress: TrainProgress) => void
}

/** What the program made of a job. */
export interface JobResult {
  /** Left out after an evaluation. Whoever gets them disposes of them. */
  tensors?: SentTensors
  isDelta: boolean
  metrics: Readonly<Record<string, number>>
  /** Steps with noise, where the program trains privately. */
  spent?: readonly PrivacyEvent[]
}

export interface Notice {
  job: bigint
  ending: Ending
}

/** What the program said when it asked for work. */
interface Asking {
  kinds: ReadonlySet<JobKind>
  give: (job: Job | undefined) => void
}

interface Open {
  job: Job
  /** The program has it. */
  given: boolean
  /** It has told of progress. */
  begun: boolean
  ending: Ending
  settle: PromiseWithResolvers<JobResult>
}

/**
 * Where jobs meet the one program that does them: one job at a time, and each ends once. It knows neither sockets nor processes.
 *
 *   do ─▶ open ─▶ next (given) ─▶ progress … ─▶ deliver | fail
 */
export class JobDesk {
  #open: Open | undefined
  #asking: Asking | undefined
  #closed = false
  #delivered = false
  #asked = false
  #again = Promise.withResolvers<void>()
  readonly #listeners = new Set<(notice: Notice) => void>()

  /** Resolves when the program asks for work the next time. */
  async askedAgain(): Promise<void> {
    return this.#again.promise
  }

  /** Whether the program has asked for work. */
  get asked(): boolean {
    return this.#asked
  }

  /** Whether the program has brought a result. */
  get delivered(): boolean {
    return this.#delivered
  }

  /**
   * Gives a job to the program and waits for its result.
   *
   * @throws QuorateError what `fail` was called with; TRAINER_FAILED when the program does no such jobs
   */
  async do(job: Job): Promise<JobResult> {
    const open: Open = { job, given: false, begun: false, ending: Ending.UNSPECIFIED, settle: Promise.withResolvers<JobResult>() }
    this.#open = open
    this.#serve()
    return open.settle.promise
  }

  /** Waits for a job; undefined when there will be none. A program that asks while it has a job has given that job up. */
  async next(kinds: readonly JobKind[], signal: AbortSignal): Promise<Job | undefined> {
    if (this.#open?.given)
      this.#settle(new QuorateError('TRAINER_FAILED', 'the trainer asked for the next job and sent no result of the last one'))
    if (this.#closed) return undefined
    const { promise, resolve } = Promise.withResolvers<Job | undefined>()
    // The call before, if it still waits, was given up by the program.
    this.#asking?.give(undefined)
    const asking: Asking = { kinds: new Set(kinds.length > 0 ? kinds : [JobKind.TRAIN]), give: resolve }
    this.#asking = asking
    signal.addEventListener('abort', () => {
      if (this.#asking === asking) this.#asking = undefined
      resolve(undefined)
    })
    this.#asked = true
    this.#again.resolve()
    this.#again = Promise.withResolvers<void>()
    this.#serve()
    return promise
  }

  /** The job that the program has, by its number; undefined when it is over. */
  given(id: bigint): Job | undefined {
    return this.#open?.given && this.#open.job.id === id ? this.#open.job : undefined
  }

  /** @returns whether, and how, the job shall end */
  progress(id: bigint, progress: TrainProgress): Ending {
    const job = this.given(id)
    if (!job) return Ending.CANCELLED
    this.#open!.begun = true
    job.onProgress?.(progress)
    return this.#open?.ending ?? Ending.CANCELLED
  }

  /** Takes a result. @returns false when nobody waits for it any more */
  deliver(id: bigint, result: JobResult): boolean {
    const given = this.given(id) !== undefined
    if (given) {
      this.#delivered = true
      this.#settle(result)
    }
    return given
  }

  /** Ends a job with an error; without a number, the one that is open. */
  fail(error: QuorateError, id?: bigint): void {
    if (id === undefined || this.#open?.job.id === id) this.#settle(error)
  }

  /** Ends a job that the program has not begun, if there is one, with a result of the caller's. */
  takeBack(result: JobResult): void {
    if (this.#open && !this.#open.begun) this.#settle(result)
  }

  /** Asks the program to end a job. */
  end(id: bigint, ending: Ending): void {
    if (this.#open?.job.id !== id) return
    this.#open.ending = ending
    for (const listener of this.#listeners) listener({ job: id, ending })
  }

  /** @returns what ends the listening */
  onNotice(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** From now on the program gets no job and is told to end. */
  close(): void {
    this.#closed = true
    this.#asking?.give(undefined)
    this.#asking = undefined
  }

  #serve(): void {
    const [open, asking] = [this.#open, this.#asking]
    if (!open || open.given || !asking) return
    if (!asking.kinds.has(open.job.kind)) {
      const what = open.job.kind === JobKind.TRAIN ? 'trains' : 'evaluates'
      this.#settle(
        new QuorateError('TRAINER_FAILED', `the program does not say that it ${what}: quorate.receive(evaluate=True) does`),
      )
      return
    }
    open.given = true
    this.#asking = undefined
    asking.give(open.job)
  }

  #settle(outcome: JobResult | QuorateError): void {
    const open = this.#open
    if (!open) return
    this.#open = undefined
    if (outcome instanceof QuorateError) open.settle.reject(outcome)
    else open.settle.resolve(outcome)
  }
}
