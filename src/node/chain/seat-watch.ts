import { describeStart, startProgress } from '../../chain/index.ts'
import type { StakeAccount, Task } from '../../chain/index.ts'
import { isQuorateError, Poll } from '../../core/index.ts'
import type { Logger, Service, TokenUnit } from '../../core/index.ts'
import type { ClaimHistory } from '../../replay/index.ts'
import type { NodeEvents } from '../events/index.ts'

export interface SeatWatchOptions {
  task: Pick<Task, 'task' | 'minMembers' | 'minStake'>
  /** Of the staked token. */
  unit: TokenUnit
  membership: { accounts(): readonly Pick<StakeAccount, 'eligible'>[] }
  history: Pick<ClaimHistory, 'open'>
  /** Sends the transaction that takes the seat; absent for nodes that only wait. */
  send?: (signal: AbortSignal) => Promise<unknown>
  /** What the seat has to wait for although enough members joined; undefined for nothing. */
  lacks?: (signal: AbortSignal) => Promise<string | undefined>
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
  /** How long stake exists before it counts, seconds: in tasks that draw their members. Default 0. */
  entryDelay?: number
  /** How often the node looks, ms. Default one second. */
  everyMs?: number
}

/** What the ledger says of a seat that is not to be had now: another operator was faster, or a wait is not over. */
const NOT_NOW = ['SeatTaken', 'TooEarly', 'RingFull', 'NotWaiting']

const UNFUNDED = 'waiting for rewards: those of the next round are not paid in'

/**
 * Looks after the empty seat of a task: reports each change of the missing condition, and takes the seat if the node may.
 * An operator's node may.
 *
 * @example
 * const service = new SeatWatch({ task: onChain, unit, membership, history, send, events, logger })
 */
export class SeatWatch implements Service {
  readonly name = 'seat-watch'
  readonly #options: SeatWatchOptions
  readonly #poll: Poll
  #said = ''
  /** Why the ledger refused the seat last, after enough members had joined. */
  #refused = ''

  constructor(options: SeatWatchOptions) {
    this.#options = options
    const { history, everyMs = 1000 } = options
    const look = async (): Promise<void> => {
      if (history.open() === undefined) await this.look()
      else this.#said = this.#refused = ''
    }
    this.#poll = new Poll({ name: this.name, everyMs, look })
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  /** Checks once: reports changes, and sends the transaction when a round may open. */
  async look(): Promise<void> {
    const { task, membership, send, unit } = this.#options
    const progress = startProgress(membership.accounts(), task)
    if (!progress.enough || !send || this.#refused === '') this.#say(describeStart(progress, unit))
    if (!progress.enough || !send) return
    try {
      const lack = await this.#options.lacks?.(this.#poll.signal)
      if (lack !== undefined) return this.#say((this.#refused = lack))
      await send(this.#poll.signal)
    } catch (error) {
      // Stake counts from the second after it joined (in a drawn task later), and another node may have been faster: the next look knows.
      const early = isQuorateError(error, 'NOT_ENOUGH_MEMBERS') || isQuorateError(error, 'NOT_ENOUGH_STAKE')
      const beaten = isQuorateError(error) && NOT_NOW.includes(String(error.details['error']))
      const { entryDelay = 0 } = this.#options
      if (this.#poll.signal.aborted || beaten || (early && entryDelay === 0)) return
      if (early)
        return this.#say((this.#refused = `waiting for stake to count: in this task it counts ${entryDelay} s after it joined`))
      this.#refused = this.#reasonOf(error)
      this.#say(this.#refused, 'warn')
    }
  }

  #reasonOf(error: unknown): string {
    if (isQuorateError(error) && error.details['error'] === 'Underfunded') return UNFUNDED
    return `could not take the seat: ${String(error)}`
  }

  #say(reason: string, level: 'info' | 'warn' = 'info'): void {
    if (reason === this.#said) return
    this.#said = reason
    const { task, logger, events } = this.#options
    logger[level]({ task: task.task }, reason)
    events.emit({ event: 'waiting', reason })
  }
}
