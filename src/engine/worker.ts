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
  port.postMessage(answer)
})
