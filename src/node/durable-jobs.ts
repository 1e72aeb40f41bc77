import { systemClock } from '../core/index.ts'
import type { Logger, QuorateError, Service } from '../core/index.ts'
import { codedError } from '../storage/index.ts'
import type { Journal } from '../storage/index.ts'

export interface DurableJobsOptions<T> {
  name: string
  /** Key of the jobs in the journal. */
  prefix: string
  journal: Pick<Journal, 'get' | 'set' | 'delete' | 'entries'>
  /** What tells one job from another. */
  keyOf: (job: T) => string
  /**
   * One attempt. It must be safe to repeat: a killed process does it again. It first reads which steps are already
   * done.
   *
   * @returns `over`, or undefined to be called again after a pause; a job to go on with is journalled in its place, and attempted at once unless `later`
   * @throws any error; `onTrouble` then gets the error, and the job is retried
   */
  attempt: (job: T, signal: AbortSignal) => Promise<'over' | { goOnWith: T; later?: boolean } | undefined>
  /** Receives the error of a failed attempt. */
  onTrouble: (job: T, error: QuorateError) => Promise<void> | void
  /** What every attempt needs, such as the history of the chain: no job is attempted before it resolves. */
  ready?: Promise<unknown>
  logger: Logger
  /** First pause between attempts, ms; it doubles with each. */
  retryMs?: number
  maxDoublings?: number
}

/**
 * Jobs that outlive the process. A job is in the journal before its first step, waits until its inputs are ready, is retried with growing
 * pauses until it is over, and continues after a restart. One job runs once at a time.
 *
 * @example
 * const jobs = new DurableJobs({ name: 'disputes', prefix: 'dispute/', journal, keyOf: ({ claimHash }) => claimHash, attempt, onTrouble, logger })
 * await jobs.start()
 * jobs.add({ claimHash, … })
 */
export class DurableJobs<T> implements Service {
  readonly name: string
  readonly #options: DurableJobsOptions<T>
  readonly #running = new Map<string, Promise<void>>()
  readonly #abort = new AbortController()

  constructor(options: DurableJobsOptions<T>) {
    this.name = options.name
    this.#options = options
  }

  /** Takes up the jobs that an earlier run left open. */
  async start(): Promise<void> {
    const { journal, prefix } = this.#options
    for (const [key, job] of journal.entries<T>(prefix)) this.#take(key, job)
  }

  /** Leaves open jobs to the next start. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.settled()
  }

  /** Begins a job, unless it is under way. The job in the journal has priority over the given one. */
  add(job: T): void {
    const { journal, prefix, keyOf } = this.#options
    const key = prefix + keyOf(job)
    if (this.#abort.signal.aborted || this.#running.has(key)) return
    const known = journal.get<T>(key) ?? job
    journal.set(key, known)
    this.#take(key, known)
  }

  /** Resolves when no job is open. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values())
  }

  #take(key: string, job: T): void {
    const { logger, name } = this.#options
    const running = this.#run(key, job)
      .catch((error: unknown) => {
        if (!this.#abort.signal.aborted) logger.error({ job: key, error: String(error) }, `${name}: a job failed and stopped`)
      })
      .finally(() => this.#running.delete(key))
    this.#running.set(key, running)
  }

  async #run(key: string, given: T): Promise<void> {
    const { journal, attempt, ready, retryMs = 1000, maxDoublings = 3 } = this.#options
    const { signal } = this.#abort
    if (ready) await Promise.race([ready, aborted(signal)])
    let job = given
    for (let tries = 0; ; tries++) {
      signal.throwIfAborted()
      try {
        const outcome = await attempt(job, signal)
        if (outcome === 'over') return void journal.delete(key)
        if (outcome) {
          // INVARIANT: a job is in the journal before its attempt.
          journal.set(key, outcome.goOnWith)
          job = outcome.goOnWith
          if (!outcome.later) continue
        }
      } catch (error) {
        if (signal.aborted) throw error
        await this.#trouble(job, error)
      }
      await systemClock.sleep(retryMs * 2 ** Math.min(tries, maxDoublings), signal)
    }
  }

  /** `onTrouble` may fail for the same reason as the attempt, such as a missing chain. The job continues. */
  async #trouble(job: T, error: unknown): Promise<void> {
    const { name, onTrouble, logger } = this.#options
    const coded = codedError(error)
    try {
      await onTrouble(job, coded)
    } catch (cause) {
      logger.warn({ code: coded.code, error: String(cause) }, `${name}: ${coded.message}; the node will retry`)
    }
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}
