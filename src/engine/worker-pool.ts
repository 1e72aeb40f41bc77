import { Worker } from 'node:worker_threads'
import { ERRORS, QuorateError } from '../core/index.ts'
import type { ErrorCode } from '../core/index.ts'
import type { Job, JobKind, Jobs } from './jobs.ts'

interface Waiting {
  job: Job
  resolve(value: unknown): void
  reject(error: unknown): void
}

type Answer = { value: unknown } | { error: { message: string; code?: string; details?: Record<string, unknown> } }

/** Threads that do jobs, one at a time each. They start with the first job and do not keep the process alive while idle. */
export class WorkerPool {
  readonly #threads: number
  readonly #idle: Worker[] = []
  readonly #all = new Set<Worker>()
  readonly #busy = new Map<Worker, Waiting>()
  readonly #queue: Waiting[] = []
  #closed = false

  constructor(threads: number) {
    this.#threads = threads
  }

  /** @throws QuorateError what the job threw; INTERNAL when its thread died; CANCELLED when the pool closed first */
  run<K extends JobKind>(kind: K, input: Jobs[K]['in']): Promise<Jobs[K]['out']> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise<unknown>((resolve, reject) => {
      this.#queue.push({ job: { kind, input } as Job, resolve, reject })
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
    const worker = new Worker(new URL('worker.ts', import.meta.url))
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
    worker.on('error', (cause) => {
      this.#all.delete(worker)
      this.#busy.get(worker)?.reject(new QuorateError('INTERNAL', 'an aggregation thread died', { cause }))
      this.#busy.delete(worker)
      this.#next()
    })
    return worker
  }
}

function revived({ message, code, details }: Extract<Answer, { error: unknown }>['error']): Error {
  if (code && Object.hasOwn(ERRORS, code)) return new QuorateError(code as ErrorCode, message, { details })
  return new QuorateError('INTERNAL', message)
}

function closed(): QuorateError {
  return new QuorateError('CANCELLED', 'the engine was closed')
}
