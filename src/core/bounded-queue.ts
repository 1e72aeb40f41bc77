export interface BoundedQueueOptions {
  capacity: number
  /** Which item goes when the queue is full. */
  drop: 'oldest' | 'newest'
  onDrop?: () => void
  onDepth?: (depth: number) => void
}

/** A first-in first-out queue with a fixed capacity and a drop rule: every inbound path of a node runs through one. */
export class BoundedQueue<T> {
  readonly #items: T[] = []
  readonly #options: BoundedQueueOptions
  readonly #waiting: ((item: T | undefined) => void)[] = []
  #closed = false

  constructor(options: BoundedQueueOptions) {
    this.#options = options
  }

  get depth(): number {
    return this.#items.length
  }

  /** False when an item (this one or the oldest, by the drop rule) was dropped, or the queue is closed. */
  push(item: T): boolean {
    if (this.#closed) return false
    const waiter = this.#waiting.shift()
    if (waiter) {
      waiter(item)
      return true
    }
    const full = this.#items.length >= this.#options.capacity
    if (full) {
      this.#options.onDrop?.()
      if (this.#options.drop === 'newest') return false
      this.#items.shift()
    }
    this.#items.push(item)
    this.#options.onDepth?.(this.#items.length)
    return !full
  }

  /** The next item, waiting for one; undefined once closed and drained. */
  async shift(): Promise<T | undefined> {
    if (this.#items.length > 0) {
      const item = this.#items.shift()
      this.#options.onDepth?.(this.#items.length)
      return item
    }
    if (this.#closed) return undefined
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  close(): void {
    this.#closed = true
    for (const waiter of this.#waiting.splice(0)) waiter(undefined)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (let item = await this.shift(); item !== undefined; item = await this.shift()) yield item
  }
}
