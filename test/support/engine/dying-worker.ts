// A worker thread that does what its job says instead of aggregating.
import { parentPort } from 'node:worker_threads'

const port = parentPort!

port.on('message', ({ input }: { input: { end?: 'exit' | 'throw' | 'after answering' } }) => {
  if (input.end === 'exit') process.exit(3)
  if (input.end === 'throw') throw new Error('a bug')
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  port.postMessage({ value: 'done' })
  if (input.end) setImmediate(() => process.exit(0))
})
