import type { Clock } from '../../core/index.ts'

/** Every pause lasts at least this long, ms: a flood of pokes makes no more than five polls a second. */
const LEAST_MS = 200

/** The pause between two polls. `poke` ends it early, when somebody knows that there is something to see. */
export class PollPause {
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #leastMs: number
  #poked = false
  #rest: AbortController | undefined

  constructor(clock: Pick<Clock, 'sleep'>, leastMs: number = LEAST_MS) {
    this.#clock = clock
    this.#leastMs = leastMs
  }

  /** Ends the pause as soon as it has lasted long enough. A poke during a poll counts for the pause after it: the poll may have looked too early. */
  poke(): void {
    this.#poked = true
    this.#rest?.abort()
  }

  /** Resolves after `ms`, earlier after a poke, and at once when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const least = Math.min(ms, this.#leastMs)
    await this.#clock.sleep(least, signal).catch(() => {})
    if (!this.#poked && !signal.aborted && ms > least) {
      this.#rest = new AbortController()
      await this.#clock.sleep(ms - least, AbortSignal.any([signal, this.#rest.signal])).catch(() => {})
      this.#rest = undefined
    }
    this.#poked = false
  }
}
