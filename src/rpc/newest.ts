import { BoundedQueue } from '../core/index.ts'

/**
 * Reads an iterable as fast as it comes and gives its reader the newest item not yet seen; older values are dropped.
 * Ends, or throws, as the iterable does. A reader that leaves early must end the iterable itself, by its signal.
 */
export async function* newest<T>(items: AsyncIterable<T>): AsyncGenerator<T, void> {
  const queue = new BoundedQueue<T>({ capacity: 1, drop: 'oldest' })
  const pump = (async () => {
    try {
      for await (const item of items) queue.push(item)
    } finally {
      queue.close()
    }
  })()
  // Heard below, but perhaps only after the reader has dealt with an item.
  pump.catch(() => {})
  yield* queue
  await pump
}
