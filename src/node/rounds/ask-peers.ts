import type { Service } from '../../core/index.ts'
import type { RoundSync } from '../../network/index.ts'
import type { Rounds } from './rounds.ts'

export interface AskPeersOptions {
  rounds: Pick<Rounds, 'latest'>
  sync: Pick<RoundSync, 'sync'>
  /** Time between two requests, ms; default 5000. */
  everyMs?: number
}

/** Asks peers now and then for what the node may have missed of the open round: gossip reaches only those who are there when it is sent. */
export class AskPeers implements Service {
  readonly name = 'ask-peers'
  readonly #options: AskPeersOptions
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(options: AskPeersOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.#ask(), this.#options.everyMs ?? 5000)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    clearInterval(this.#timer)
  }

  async #ask(): Promise<void> {
    const state = this.#options.rounds.latest
    if (!state || state.posted) return
    await this.#options.sync.sync(state.plan.round, { signal: this.#abort.signal }).catch(() => 0)
  }
}
