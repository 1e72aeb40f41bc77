/** Answers of the chain that are remembered; the one that was asked for longest ago goes. */
const KEPT = 4096
/** Reads at once: the node asks the same provider, and its rounds come first. */
const AT_ONCE = 4

interface Entry {
  /** Block after which it is read again; undefined for what nothing changes any more. */
  block: bigint | undefined
  value: Promise<unknown>
}

/**
 * Reads of the chain, each once a block however many clients ask, and a few at once. What cannot change any more is read once.
 *
 * @example
 * const cache = new ChainCache(() => clock.latest.number)
 * const task = await cache.perBlock('task', async () => readTask(chain, { ledger, task: 1n }))
 */
export class ChainCache {
  readonly #block: () => bigint
  readonly #entries = new Map<string, Entry>()
  readonly #waiting: (() => void)[] = []
  #running = 0

  /** @param block number of the newest block */
  constructor(block: () => bigint) {
    this.#block = block
  }

  /**
   * What a key has in the newest block.
   *
   * @param settled whether a value cannot change any more
   */
  async perBlock<T>(key: string, read: () => Promise<T>, settled: (value: T) => boolean = () => false): Promise<T> {
    const known = this.#entries.get(key)
    if (known && (known.block === undefined || known.block >= this.#block())) {
      this.#entries.delete(key)
      this.#entries.set(key, known)
      return known.value as Promise<T>
    }
    const entry: Entry = { block: this.#block(), value: this.#inTurn(read) }
    this.#set(key, entry)
    try {
      const value = (await entry.value) as T
      if (settled(value)) entry.block = undefined
      return value
    } catch (error) {
      // The next one that asks tries again.
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
  }

  /** What a key has for ever. */
  async once<T>(key: string, read: () => Promise<T>): Promise<T> {
    return this.perBlock(key, read, () => true)
  }

  #set(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > KEPT && oldest !== undefined) this.#entries.delete(oldest)
  }

  async #inTurn<T>(read: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    this.#running++
    try {
      return await read()
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }
}
