import type { LedgerEvent, ReorgEvent } from '../../chain/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import type { RoundSync } from '../../network/index.ts'
import type { Address, Message } from '../../protocol/index.ts'
import type { PostedRound } from '../../replay/index.ts'
import type { Agree } from '../duties/agree.ts'
import type { StateStore } from '../stores/state-store.ts'
import type { Agreements } from './agreements.ts'

export interface AgreementLoopOptions {
  /** Owner address that the node speaks for. */
  self: Address
  agreements: Pick<Agreements, 'begin' | 'settle' | 'follow' | 'open' | 'has' | 'memberOf' | 'take' | 'wanted'>
  /** Signs a claim; absent: the node collects the agreements of others only. */
  agree?: Agree
  /** A state is here when this node computed it itself, so it tells which claims are verified. */
  states: Pick<StateStore, 'head'>
  /** Whether nothing that was signed contradicts the rows of a claim that this node computed. */
  verified: (posted: PostedRound, signal: AbortSignal) => Promise<boolean>
  publish: (message: Message) => Promise<unknown>
  sync: Pick<RoundSync, 'sync'>
  logger: Pick<Logger, 'debug' | 'info'>
  /** Time between two looks, ms. */
  everyMs?: number
}

/** Rounds that peers are asked for at each look; the others have their turn at the next. */
const ASK = 2

/**
 * Brings claims to their quorum: signs every open claim that this node has verified (in a live round, while catching
 * up, or before a restart) and asks peers for missed agreements. It runs after each change and at intervals, so
 * failures are retried.
 */
export class AgreementLoop implements Service {
  readonly name = 'agreements'
  readonly #options: AgreementLoopOptions
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #begun = false
  /** Whether to read the final claims from the chain again. */
  #due = true
  #again = false
  #looking: Promise<void> | undefined
  #asking: Promise<void> | undefined
  /** Where the turn of the rounds to ask for stands. */
  #turn = 0

  constructor(options: AgreementLoopOptions) {
    this.#options = options
  }

  /** Start it once the history is complete. Claims verified before the restart are agreed to now. */
  async start(): Promise<void> {
    await this.#options.agreements.begin()
    this.#begun = true
    const lookAndAsk = (): void => {
      this.look()
      this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
    }
    lookAndAsk()
    this.#timer = setInterval(lookAndAsk, this.#options.everyMs ?? 5000)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    clearInterval(this.#timer)
    await Promise.all([this.#looking, this.#asking])
  }

  /** Told of each event after the history was. */
  onEvent(event: LedgerEvent | ReorgEvent): void {
    if (!this.#begun) return
    this.#options.agreements.follow({ reorg: event.type === 'reorg' })
    if (!['posted', 'finalized', 'rejected', 'reorg'].includes(event.type)) return
    this.#due = true
    this.look()
  }

  /** Looks for claims to sign. Call it when a claim was verified; one look runs at a time. */
  look(): void {
    if (!this.#begun || this.#abort.signal.aborted) return
    this.#again = true
    this.#looking ??= this.#run()
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#abort.signal.aborted) {
      this.#again = false
      for (const step of [async () => this.#settle(), async () => this.#agree()]) {
        await step().catch((error: unknown) =>
          this.#options.logger.debug({ error: String(error) }, 'could not update agreements; the node will retry'),
        )
      }
    }
    this.#looking = undefined
  }

  async #settle(): Promise<void> {
    if (!this.#due) return
    this.#due = false
    try {
      await this.#options.agreements.settle(this.#abort.signal)
    } catch (error) {
      this.#due = true
      throw error
    }
  }

  async #agree(): Promise<void> {
    const { self, agreements, agree, states, verified, publish, logger } = this.#options
    if (!agree) return
    for (const posted of agreements.open()) {
      const { round, claimHash } = posted
      if (agreements.has(claimHash, self) || !states.head(claimHash)) continue
      if (!(await agreements.memberOf(posted, self))) continue
      if (!(await verified(posted, this.#abort.signal))) continue
      const message = await agree(posted)
      if (this.#abort.signal.aborted) return
      agreements.take(message)
      await publish(message)
      logger.info({ round, claimHash }, 'agreed to the claim')
    }
  }

  /** Peers send their agreements; gossip reaches only who is there when it is sent. */
  async #ask(): Promise<void> {
    const { agreements, sync } = this.#options
    const wanted = agreements.wanted()
    const rounds = Array.from({ length: Math.min(ASK, wanted.length) }, (_, i) => wanted[(this.#turn + i) % wanted.length]!)
    this.#turn = wanted.length === 0 ? 0 : (this.#turn + rounds.length) % wanted.length
    for (const round of rounds) await sync.sync(round, { signal: this.#abort.signal }).catch(() => 0)
  }
}
