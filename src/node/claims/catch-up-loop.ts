import type { Hash } from '../../protocol/index.ts'
import type { PostedRound } from '../../replay/index.ts'
import { catchUp } from './catch-up.ts'
import type { CatchUpOptions } from './catch-up.ts'
import { FalseEvidence } from './outcome.ts'

export interface CatchUpLoopOptions extends CatchUpOptions {
  /** How long after a run that ended early the next one begins, ms; default 2000. */
  againMs?: number
}

/**
 * Catches up whenever it is asked to, one run at a time. A claim that cannot be checked yet is later rejected, or its
 * evidence appears. The node repeats the run until it reaches the newest claim.
 */
export class CatchUpLoop {
  readonly #options: CatchUpLoopOptions
  readonly #abort = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  /** The obstacle that was told last. A run begins every two seconds until it is gone. */
  #told = ''

  constructor(options: CatchUpLoopOptions) {
    this.#options = options
  }

  /**
   * One at a time: a claim posted while catching up is caught up with next. A final claim that is false ends the run and not the node: nothing
   * this node does changes it, and a reorganisation that removes it is an event.
   *
   * @throws trouble of this node
   */
  async run(): Promise<void> {
    this.#running = this.#running.catch(() => {}).then(async () => this.#run())
    return this.#running
  }

  /**
   * Replays a claim whose state was lost from the disk, from the newest state before it, and saves the state: those who wait for it go
   * on. What fails is tried again.
   */
  async restore(claimHash: Hash): Promise<void> {
    const claims = (): PostedRound[] => {
      const all = this.#options.history.claims()
      return all.slice(0, all.findIndex((one) => one.claimHash === claimHash) + 1)
    }
    this.#running = this.#running
      .catch(() => {})
      .then(async () => {
        // A claim that does not stand is needed by nobody.
        if (!this.#abort.signal.aborted && claims().length > 0) await this.#run(claims)
      })
    await this.#running.catch((error: unknown) => {
      if (this.#abort.signal.aborted) return
      this.#options.ports.logger.error({ claimHash, error: String(error) }, 'could not restore a model state')
      this.#later()
    })
  }

  /** @param claims up to which to catch up; default all that stand */
  async #run(claims?: () => PostedRound[]): Promise<void> {
    const { ports } = this.#options
    try {
      const isNews = ({ claimHash }: PostedRound, reason: string): boolean => this.#isNews(`${claimHash} ${reason}`)
      const options = { ...this.#options, isNews, ...(claims && { history: { claims } }) }
      const { complete } = await catchUp(options, this.#abort.signal)
      if (!complete) this.#later()
    } catch (error) {
      if (!(error instanceof FalseEvidence)) throw error
      ports.logger.error(
        { code: error.code, ...error.details },
        `a final claim is false; this node goes no further: ${error.message}`,
      )
    }
  }

  #isNews(obstacle: string): boolean {
    const news = obstacle !== this.#told
    this.#told = obstacle
    return news
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
    const { ports, againMs = 2000 } = this.#options
    this.#timer = setTimeout(() => {
      this.run().catch((error: unknown) => {
        if (this.#abort.signal.aborted) return
        ports.logger.error({ error: String(error) }, 'could not catch up; the node will retry')
        this.#later()
      })
    }, againMs)
  }
}
