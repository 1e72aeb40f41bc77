import type { Service } from '../../core/index.ts'
import type { RoundSync } from '../../network/index.ts'
import type { Rounds } from './rounds.ts'

export interface AskPeersOptions {
  rounds: Pick<Rounds, 'latest' | 'states'>
  sync: Pick<RoundSync, 'sync'>
  /** Time between two requests, ms; default 5000. */
  everyMs?: number
}

/** How often peers are asked for a round that was over before the node came: little is said of it any more. */
const TRIES = 3

/**
 * Asks peers now and then for what the node may have missed of the open round, and for the receipts of rounds that were over before it
 * came: gossip reaches only those who are there when it is sent.
 */
export class AskPeers implements Service {
  readonly name = 'ask-peers'
  readonly #options: AskPeersOptions
  readonly #abort = new AbortController()
  /** By round that was over. */
  readonly #tries = new Map<bigint, number>()
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
    const { rounds, sync } = this.#options
    const wanted: bigint[] = []
    const { latest } = rounds
    if (latest && !latest.posted) wanted.push(latest.plan.round)
    const missed = rounds.states().find(({ plan }) => plan.caughtUp && (this.#tries.get(plan.round) ?? 0) < TRIES)?.plan.round
    if (missed !== undefined) {
      this.#tries.set(missed, (this.#tries.get(missed) ?? 0) + 1)
      wanted.push(missed)
    }
    for (const round of wanted) await sync.sync(round, { signal: this.#abort.signal }).catch(() => 0)
  }
}
