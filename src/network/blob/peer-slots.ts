import { QuorateError } from '../../core/errors.ts'
import type { PeerKey } from '../peer-key.ts'

/** Limits how many exchanges run with one peer at a time; the others wait their turn. */
export class PeerSlots {
  readonly #limit: number
  readonly #used = new Map<PeerKey, number>()
  readonly #waiting = new Map<PeerKey, (() => void)[]>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes a slot if one is free. */
  tryAcquire(peer: PeerKey): boolean {
    const used = this.#used.get(peer) ?? 0
    if (used >= this.#limit) return false
    this.#used.set(peer, used + 1)
    return true
  }

  /**
   * Waits for a slot.
   *
   * @throws QuorateError CANCELLED when the signal aborts first
   */
  async acquire(peer: PeerKey, signal: AbortSignal): Promise<void> {
    while (!this.tryAcquire(peer)) {
      if (signal.aborted) throw new QuorateError('CANCELLED', 'waiting for a peer was cancelled')
      const { promise, resolve } = Promise.withResolvers<void>()
      const waiting = this.#waiting.get(peer) ?? []
      this.#waiting.set(peer, waiting)
      waiting.push(resolve)
      const onAbort = (): void => resolve()
      signal.addEventListener('abort', onAbort)
      await promise
      signal.removeEventListener('abort', onAbort)
    }
  }

  release(peer: PeerKey): void {
    const used = this.#used.get(peer)! - 1
    if (used > 0) this.#used.set(peer, used)
    else this.#used.delete(peer)
    // All are woken: one that was cancelled meanwhile must not swallow the turn of the next.
    const waiting = this.#waiting.get(peer) ?? []
    this.#waiting.delete(peer)
    for (const wake of waiting) wake()
  }
}
