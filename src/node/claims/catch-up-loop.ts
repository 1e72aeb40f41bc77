import { catchUp } from './catch-up.ts'
import type { CatchUpOptions } from './catch-up.ts'

/** How often a node looks again for what a claim that is not final withholds, ms. */
const AGAIN_EVERY = 2000

/**
 * Catches up whenever it is asked to, one run at a time. A claim that cannot be checked yet is rejected, or its evidence turns up: either way the node goes on from
 * there, so a run that ends before the newest claim is repeated until it does not.
 */
export class CatchUpLoop {
  readonly #options: CatchUpOptions
  readonly #abort = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  constructor(options: CatchUpOptions) {
    this.#options = options
  }

  /**
   * One at a time: a claim posted while catching up is caught up with next.
   *
   * @throws QuorateError as `catchUp`
   */
  async run(): Promise<void> {
    this.#running = this.#running
      .catch(() => {})
      .then(async () => {
        const { complete } = await catchUp(this.#options, this.#abort.signal)
        if (!complete) this.#later()
      })
    return this.#running
  }

  /** Ends what runs; `stopped` waits for it. */
  stop(): void {
    this.#abort.abort()
    clearTimeout(this.#timer)
  }

  async stopped(): Promise<void> {
    await this.#running.catch(() => {})
  }

  #later(): void {
    clearTimeout(this.#timer)
    if (this.#abort.signal.aborted) return
    const { logger } = this.#options.ports
    this.#timer = setTimeout(() => {
      this.run().catch((error: unknown) => logger.error({ error: String(error) }, 'catching up failed'))
    }, AGAIN_EVERY)
  }
}
