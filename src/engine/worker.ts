// Entry of one worker thread: a job in, its result out.
import { parentPort } from 'node:worker_threads'
import { doJob } from './jobs.ts'
import type { Job } from './jobs.ts'

const port = parentPort!

port.on('message', (job: Job) => {
  let answer: unknown
  try {
    answer = { value: doJob(job) }
  } catch (error) {
    const { message, code, details } = error as Error & { code?: string; details?: unknown }
    answer = { error: { message, code, details } }
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  port.postMessage(answer, [...buffersOf(answer)])
})

/** Memory of a result, which is handed over instead of copied; what threads share stays where it is. */
function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer)
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) buffersOf(part, found)
  }
  return found
}
