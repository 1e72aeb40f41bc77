import { QuorateError } from '../../core/errors.ts'

/** Limits how many exchanges run under one key (a peer, a kind of work) at a time; the others wait their turn. */
export class Slots<Key> {
  readonly #limit: number
  readonly #used = new Map<Key, number>()
  readonly #waiting = new Map<Key, (() => void)[]>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes a slot if one is free. */
  tryAcquire(key: Key): boolean {
    const used = this.#used.get(key) ?? 0
    if (used >= this.#limit) return false
    this.#used.set(key, used + 1)
    return true
  }

  /**
   * Waits for a slot.
   *
   * @throws QuorateError CANCELLED when the signal aborts first
   */
  async acquire(key: Key, signal: AbortSignal): Promise<void> {
    while (!this.tryAcquire(key)) {
      if (signal.aborted) throw new QuorateError('CANCELLED', 'the wait for a turn was cancelled')
      const { promise, resolve } = Promise.withResolvers<void>()
      const waiting = this.#waiting.get(key) ?? []
      this.#waiting.set(key, waiting)
      waiting.push(resolve)
      const onAbort = (): void => resolve()
      signal.addEventListener('abort', onAbort)
      await promise
      signal.removeEventListener('abort', onAbort)
    }
  }

  release(key: Key): void {
    const used = this.#used.get(key)! - 1
    if (used > 0) this.#used.set(key, used)
    else this.#used.delete(key)
    // All are woken: one that was cancelled meanwhile must not swallow the turn of the next.
    const waiting = this.#waiting.get(key) ?? []
    this.#waiting.delete(key)
    for (const wake of waiting) wake()
  }
}
