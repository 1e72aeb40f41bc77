import { Poll } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { RING } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import type { Agreements } from './agreements.ts'
import { newestQuorum } from './newest-quorum.ts'
import type { QuorateClaim } from './newest-quorum.ts'

/** Looks during which a claim that was made final may still be open here. After that, a reorganisation has undone the transaction. */
const PATIENCE = 12

/** Open claims from which on a node makes room. */
const CROWDED = (3 * RING) / 4

export interface FinalizerOptions {
  agreements: Pick<Agreements, 'open' | 'of' | 'newestQuorate'>
  /** Makes a claim final with the agreements of a quorum, and every claim before it. */
  send: (claim: QuorateClaim, signal: AbortSignal) => Promise<{ hash: Hash }>
  logger: Logger
  /** How many open claims there are before the node acts. Default 48. */
  crowded?: number
  /** How often the node looks, ms. Default five seconds. */
  everyMs?: number
}

/**
 * Makes room in the ledger's ring. No round opens while the ring is full of claims that are not final, which takes 64 rounds within one
 * challenge window. Before it comes to that, a node sends the agreements of a quorum to the newest claim that has one. Where rounds take
 * longer nothing is sent, since claims become final by themselves.
 *
 * @example
 * const finalizer = new Finalizer({ agreements: node.agreements, send, logger })
 */
export class Finalizer implements Service {
  readonly name = 'finalizer'
  readonly #options: FinalizerOptions
  readonly #poll: Poll
  /** The last claim that was made final: it stays open here until the node has read that from the chain. */
  #done: { claimHash: Hash; looks: number } | undefined

  constructor(options: FinalizerOptions) {
    this.#options = options
    const { everyMs = 5000, logger } = options
    const failed = (error: unknown): void =>
      logger.warn({ error: String(error) }, 'could not make claims final although the ring fills; the node will retry')
    this.#poll = new Poll({ name: this.name, everyMs, look: async () => this.look(), failed })
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  /** Looks once. Errors: those of the transaction. */
  async look(): Promise<void> {
    const { agreements, send, logger, crowded = CROWDED } = this.#options
    if (agreements.open().length < crowded) return
    const claim = newestQuorum(agreements)
    if (!claim || (this.#done?.claimHash === claim.claimHash && ++this.#done.looks <= PATIENCE)) return
    const { round, claimHash } = claim
    const { hash } = await send(claim, this.#poll.signal)
    this.#done = { claimHash, looks: 0 }
    logger.info({ round, claimHash, transaction: hash }, 'made claims final, because the ring of the ledger fills')
  }
}
