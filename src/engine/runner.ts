import { Worker } from 'node:worker_threads'

/** What a runner says to a job: its result, or its error taken apart. */
export type Answer = { value: unknown } | { error: { message: string; code?: string; details?: Record<string, unknown> } }

/** What does one job at a time for a `WorkerPool`: a thread or a process. */
export interface Runner {
  send(job: unknown): void
  /** @param lost nobody answers any more; may be called more than once */
  listen(on: { answer: (answer: Answer) => void; lost: (cause: unknown) => void }): void
  /** Whether it keeps this process alive. */
  hold(alive: boolean): void
  end(): Promise<unknown>
}

/** A worker thread whose module answers with `serveJobs`. */
export function startThread(entry: URL): Runner {
  const worker = new Worker(entry)
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    send: (job) => worker.postMessage(job),
    listen({ answer, lost }) {
      worker.on('message', answer)
      // An uncaught error, memory that ran out, an answer that cannot be read, or an end without a word.
      worker.on('error', lost)
      worker.on('messageerror', lost)
      worker.on('exit', (code) => lost(new Error(`it ended with code ${code}`)))
    },
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    end: async () => worker.terminate(),
  }
}
