import { Poll, QuorateError } from '../src/core/index.ts'
import type { Clock, Logger, Service } from '../src/core/index.ts'
import type { StakeAccount } from '../src/chain/index.ts'
import type { NodeEvents } from '../src/node/index.ts'
import type { Address } from '../src/protocol/index.ts'

export interface StakeWatchOptions {
  /** Owner address. */
  member: Address
  task: bigint
  membership: { account(owner: Address): Pick<StakeAccount, 'freeAt'> | undefined }
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
  clock?: Pick<Clock, 'sleep'> | undefined
}

/** How often the node looks, ms. */
const EVERY_MS = 5_000
/** Looks without stake before the node ends: an RPC node that lags shows the stake some seconds late. */
const PATIENCE = 12

/**
 * Watches that the member of a node has stake in the task. A member that left is told so once, and its node goes on: its stake answers
 * for open claims until it is free. A node whose member has no stake can do nothing: operators and peers refuse it. It ends.
 *
 * @example
 * const watch = new StakeWatch({ member, task, membership, events, logger })
 * throw await watch.gone // KEY_NOT_BONDED
 */
export class StakeWatch implements Service {
  readonly name = 'stake-watch'
  /** Resolves with KEY_NOT_BONDED when the node has nothing left to do. */
  readonly gone: Promise<QuorateError>
  readonly #options: StakeWatchOptions
  readonly #poll: Poll
  readonly #end: (error: QuorateError) => void
  #said = ''
  #missing = 0

  constructor(options: StakeWatchOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<QuorateError>()
    this.gone = promise
    this.#end = resolve
    const { clock } = options
    this.#poll = new Poll({ name: this.name, everyMs: EVERY_MS, look: async () => this.#look(), ...(clock && { clock }) })
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  #look(): void {
    const { member, task, membership } = this.#options
    const account = membership.account(member)
    this.#missing = account ? 0 : this.#missing + 1
    if (!account) {
      this.#say(`this member has no stake in task ${task}: without it the node ends, because operators and peers refuse it`)
      if (this.#missing > PATIENCE)
        this.#end(
          new QuorateError('KEY_NOT_BONDED', `${member} has no stake in task ${task}, so its node has nothing to do`, {
            details: { member, task },
          }),
        )
    } else if (account.freeAt > 0) {
      const free = new Date(account.freeAt * 1000).toISOString()
      this.#say(
        `this member has left task ${task}: it takes part in no new round, and answers for open claims until its stake is free (${free})`,
      )
    } else this.#said = ''
  }

  #say(reason: string): void {
    if (reason === this.#said) return
    this.#said = reason
    const { member, logger, events } = this.#options
    logger.warn({ code: 'KEY_NOT_BONDED', member }, reason)
    events.emit({ event: 'waiting', reason })
  }
}
