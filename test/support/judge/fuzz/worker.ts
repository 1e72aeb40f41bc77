import { parentPort } from 'node:worker_threads'
import { runBatch } from './batch.ts'
import type { Batch } from './batch.ts'

/** A thread that runs batches, one at a time. It answers each with its tally, or with the error that ended it. */
parentPort!.on('message', (batch: Batch) => {
  const answer = (value: object): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort!.postMessage(value)
  }
  runBatch(batch).then(
    (tally) => answer({ tally }),
    (error: unknown) => answer({ error: String(error) }),
  )
})
