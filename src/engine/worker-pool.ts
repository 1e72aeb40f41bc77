import { ERRORS, QuorateError } from '../core/index.ts'
import type { ErrorCode } from '../core/index.ts'
import type { Jobs } from './jobs.ts'
import { startThread } from './runner.ts'
import type { Answer, Runner } from './runner.ts'

/** Kinds of jobs with what goes in and what comes out. */
export type AnyJobs<J> = Record<keyof J, { in: unknown; out: unknown }>

/** A job of one of the kinds. */
export type JobOf<J extends AnyJobs<J>> = { [K in keyof J]: { kind: K; input: J[K]['in'] } }[keyof J]

interface Waiting {
  job: unknown
  signal: AbortSignal | undefined
  resolve(value: unknown): void
  reject(error: unknown): void
}

/**
 * Threads (or processes) that do jobs, one at a time each. They start with the first job and do not keep the process alive while idle. One that dies takes only its own job
 * along: the next job starts another.
 */
export class WorkerPool<J extends AnyJobs<J> = Jobs> {
  readonly #threads: number
  readonly #startOne: () => Runner
  readonly #idle: Runner[] = []
  readonly #all = new Set<Runner>()
  readonly #busy = new Map<Runner, Waiting>()
  readonly #queue: Waiting[] = []
  #closed = false

  /** @param start makes one more */
  constructor(threads: number, start = (): Runner => startThread(new URL('worker.ts', import.meta.url))) {
    this.#threads = threads
    this.#startOne = start
  }

  /**
   * @param signal keeps the job from being begun; one that runs is finished
   * @throws QuorateError the error of the job; THREAD_LOST when its thread died; CANCELLED by the signal or when the
   *   pool closed first
   */
  run<K extends keyof J>(kind: K, input: J[K]['in'], signal?: AbortSignal): Promise<J[K]['out']> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise((resolve, reject) => {
      this.#queue.push({ job: { kind, input }, signal, resolve, reject })
      this.#next()
    })
  }

  /** Stops the threads; what waits is rejected. */
  async close(): Promise<void> {
    this.#closed = true
    for (const waiting of [...this.#queue.splice(0), ...this.#busy.values()]) waiting.reject(closed())
    this.#busy.clear()
    await Promise.all([...this.#all].map(async (runner) => runner.end()))
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const { signal } = this.#queue[0]!
      if (signal?.aborted) {
        this.#queue.shift()!.reject(cancelled(signal))
        continue
      }
      const runner = this.#idle.pop() ?? (this.#all.size < this.#threads ? this.#start() : undefined)
      if (!runner) return
      const waiting = this.#queue.shift()!
      this.#busy.set(runner, waiting)
      runner.hold(true)
      runner.send(waiting.job)
    }
  }

  #start(): Runner {
    const runner = this.#startOne()
    this.#all.add(runner)
    runner.listen({
      answer: (answer) => {
        // A message of a lost process comes too late.
        if (!this.#all.has(runner)) return
        const waiting = this.#busy.get(runner)
        this.#busy.delete(runner)
        runner.hold(false)
        this.#idle.push(runner)
        if ('error' in answer) waiting?.reject(revived(answer.error))
        else waiting?.resolve(answer.value)
        this.#next()
      },
      lost: (cause) => this.#lose(runner, cause),
    })
    return runner
  }

  #lose(runner: Runner, cause: unknown): void {
    if (!this.#all.delete(runner)) return
    const idle = this.#idle.indexOf(runner)
    if (idle >= 0) this.#idle.splice(idle, 1)
    this.#busy.get(runner)?.reject(new QuorateError('THREAD_LOST', 'a thread died while it computed', { cause }))
    this.#busy.delete(runner)
    void runner.end()
    this.#next()
  }
}

function revived({ message, code, details }: Extract<Answer, { error: unknown }>['error']): Error {
  if (code && Object.hasOwn(ERRORS, code)) return new QuorateError(code as ErrorCode, message, { details })
  return new QuorateError('INTERNAL', message)
}

/** What a caller hears whose signal was aborted. */
export function cancelled(signal: AbortSignal | undefined): QuorateError {
  return new QuorateError('CANCELLED', 'the computation was cancelled', { cause: signal?.reason })
}

function closed(): QuorateError {
  return new QuorateError('CANCELLED', 'the engine was closed')
}
