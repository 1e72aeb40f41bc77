import { parentPort } from 'node:worker_threads'
import type { Answer } from './runner.ts'
import type { AnyJobs, JobOf } from './worker-pool.ts'

/** Answers the jobs of a `WorkerPool` on its thread or in its process: a job in, its result or its error out. */
export function serveJobs<J extends AnyJobs<J>>(answerOf: (job: JobOf<J>) => unknown): void {
  const serve = async (job: JobOf<J>): Promise<void> => {
    let answer: Answer
    try {
      answer = { value: await answerOf(job) }
    } catch (error) {
      const { message, code, details } = error as Error & { code?: string; details?: Record<string, unknown> }
      answer = { error: { message, code, details } }
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    if (parentPort) parentPort.postMessage(answer, [...buffersOf(answer)])
    else process.send!(answer)
  }
  const port = parentPort ?? process
  port.on('message', (job: JobOf<J>) => void serve(job))
}

/** Memory of a result, which is handed over instead of copied; what threads share stays where it is. */
function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer)
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) buffersOf(part, found)
  }
  return found
}
