import type { Clock } from './clock.ts'
import type { Service } from './lifecycle.ts'
import { systemClock } from './system-clock.ts'

export interface PollOptions {
  /** Of the service. */
  name: string
  /** One look; the signal aborts when the service stops. */
  look: (signal: AbortSignal) => Promise<unknown>
  /** Time from the end of a look to the next one, ms. */
  everyMs: number
  /** Whether that time passes before the first look too. */
  late?: boolean
  /** Told of a look that failed, unless the service stops. Without it a look must not fail. */
  failed?: (error: unknown) => void
  clock?: Pick<Clock, 'sleep'>
}

/**
 * Looks again and again, one look after the other, until it is stopped.
 *
 * @example
 * const poll = new Poll({ name: 'collector', everyMs: 60_000, look: async (signal) => collectAll(signal), failed: warn })
 */
export class Poll implements Service {
  readonly name: string
  readonly #options: PollOptions
  readonly #stopped = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: PollOptions) {
    this.name = options.name
    this.#options = options
  }

  /** Aborts when the service stops. */
  get signal(): AbortSignal {
    return this.#stopped.signal
  }

  async start(): Promise<void> {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { look, everyMs, late = false, failed, clock = systemClock } = this.#options
    const { signal } = this
    const wait = async (): Promise<void> => clock.sleep(everyMs, signal).catch(() => {})
    if (late) await wait()
    while (!signal.aborted) {
      try {
        await look(signal)
      } catch (error) {
        if (!failed) throw error
        if (!signal.aborted) failed(error)
      }
      await wait()
    }
  }
}
