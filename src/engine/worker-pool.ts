import { Worker } from 'node:worker_threads'
import { ERRORS, QuorateError } from '../core/index.ts'
import type { ErrorCode } from '../core/index.ts'
import type { Job, JobKind, Jobs } from './jobs.ts'

interface Waiting {
  job: Job
  signal: AbortSignal | undefined
  resolve(value: unknown): void
  reject(error: unknown): void
}

type Answer = { value: unknown } | { error: { message: string; code?: string; details?: Record<string, unknown> } }

/**
 * Threads that do jobs, one at a time each. They start with the first job and do not keep the process alive while idle. One that dies takes only its own job
 * along: the next job starts another.
 */
export class WorkerPool {
  readonly #threads: number
  readonly #entry: URL
  readonly #idle: Worker[] = []
  readonly #all = new Set<Worker>()
  readonly #busy = new Map<Worker, Waiting>()
  readonly #queue: Waiting[] = []
  #closed = false

  /** @param entry module that answers jobs as worker.ts does */
  constructor(threads: number, entry = new URL('worker.ts', import.meta.url)) {
    this.#threads = threads
    this.#entry = entry
  }

  /**
   * @param signal keeps the job from being begun; one that runs is finished
   * @throws QuorateError what the job threw; THREAD_LOST when its thread died; CANCELLED by the signal or when the pool closed first
   */
  run<K extends JobKind>(kind: K, input: Jobs[K]['in'], signal?: AbortSignal): Promise<Jobs[K]['out']> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise<unknown>((resolve, reject) => {
      this.#queue.push({ job: { kind, input } as Job, signal, resolve, reject })
      this.#next()
    }) as Promise<Jobs[K]['out']>
  }

  /** Stops the threads; what waits is rejected. */
  async close(): Promise<void> {
    this.#closed = true
    for (const waiting of [...this.#queue.splice(0), ...this.#busy.values()]) waiting.reject(closed())
    this.#busy.clear()
    await Promise.all([...this.#all].map((worker) => worker.terminate()))
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const { signal } = this.#queue[0]!
      if (signal?.aborted) {
        this.#queue.shift()!.reject(cancelled(signal))
        continue
      }
      const worker = this.#idle.pop() ?? (this.#all.size < this.#threads ? this.#start() : undefined)
      if (!worker) return
      const waiting = this.#queue.shift()!
      this.#busy.set(worker, waiting)
      worker.ref()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage(waiting.job)
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#entry)
    this.#all.add(worker)
    worker.on('message', (answer: Answer) => {
      const waiting = this.#busy.get(worker)
      this.#busy.delete(worker)
      worker.unref()
      this.#idle.push(worker)
      if ('error' in answer) waiting?.reject(revived(answer.error))
      else waiting?.resolve(answer.value)
      this.#next()
    })
    // An uncaught error, memory that ran out, an answer that cannot be read, or an end without a word: nobody answers that job any more.
    worker.on('error', (cause) => this.#lose(worker, cause))
    worker.on('messageerror', (cause) => this.#lose(worker, cause))
    worker.on('exit', (code) => this.#lose(worker, new Error(`it ended with code ${code}`)))
    return worker
  }

  #lose(worker: Worker, cause: unknown): void {
    if (!this.#all.delete(worker)) return
    const idle = this.#idle.indexOf(worker)
    if (idle >= 0) this.#idle.splice(idle, 1)
    this.#busy.get(worker)?.reject(new QuorateError('THREAD_LOST', 'a thread died while it computed', { cause }))
    this.#busy.delete(worker)
    void worker.terminate()
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
