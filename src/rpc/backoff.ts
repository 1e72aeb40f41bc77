/**
 * Waits between attempts: each doubles the last up to `maxMs`, and half of the wait is random, so that the members of a
 * restarted coordinator do not all reconnect at once (AWS "equal jitter").
 */
export class Backoff {
  readonly #options: { initialMs: number; maxMs: number; random?: () => number }
  #next: number

  constructor(options: { initialMs: number; maxMs: number; random?: () => number }) {
    this.#options = options
    this.#next = options.initialMs
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const base = this.#next
    this.#next = Math.min(base * 2, this.#options.maxMs)
    return base / 2 + (base / 2) * (this.#options.random ?? Math.random)()
  }

  /** After a success. */
  reset(): void {
    this.#next = this.#options.initialMs
  }
}
