import { BoundedQueue } from '../core/index.ts'

/**
 * The latest value of something and its changes. Every subscriber gets the current value at once and then the newest
 * one whenever it asks: a slow subscriber skips values, so it delays no other subscriber and needs no memory.
 *
 * @example
 * const rounds = new Feed<RoundViewInit>()
 * rounds.publish(view)
 * handlers.watchRounds = (_, { signal }) => rounds.subscribe(signal)
 */
export class Feed<T> {
  readonly #queues = new Set<BoundedQueue<T>>()
  #latest: { value: T } | undefined
  #closed = false

  get latest(): T | undefined {
    return this.#latest?.value
  }

  /** Subscriptions being read. */
  get subscribers(): number {
    return this.#queues.size
  }

  publish(value: T): void {
    this.#latest = { value }
    for (const queue of this.#queues) queue.push(value)
  }

  /** Values until the signal aborts or the feed closes; then the iteration ends without an error. */
  async *subscribe(signal: AbortSignal): AsyncGenerator<T, void> {
    if (this.#closed || signal.aborted) return
    const queue = new BoundedQueue<T>({ capacity: 1, drop: 'oldest' })
    const close = () => queue.close()
    signal.addEventListener('abort', close, { once: true })
    this.#queues.add(queue)
    if (this.#latest) queue.push(this.#latest.value)
    try {
      yield* queue
    } finally {
      this.#queues.delete(queue)
      signal.removeEventListener('abort', close)
    }
  }

  close(): void {
    this.#closed = true
    for (const queue of this.#queues) queue.close()
  }
}
