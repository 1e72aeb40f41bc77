import { describeStart, startProgress } from '../../chain/index.ts'
import type { StakeAccount, Task } from '../../chain/index.ts'
import { isQuorateError, systemClock } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import type { ClaimHistory } from '../../replay/index.ts'
import type { NodeEvents } from '../events/index.ts'

export interface StartWatchOptions {
  task: Pick<Task, 'task' | 'minMembers' | 'minStake'>
  membership: { accounts(): readonly Pick<StakeAccount, 'eligible'>[] }
  history: Pick<ClaimHistory, 'started'>
  /** Sends the transaction that starts the task; absent for nodes that only wait. */
  send?: (signal: AbortSignal) => Promise<unknown>
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
  /** How often the node looks, ms. Default one second. */
  everyMs?: number
}

/**
 * Waits until a task is started, reports each change of the missing condition, and starts the task if the node may. An
 * operator's node may.
 *
 * @example
 * const service = new StartWatch({ task: onChain, membership, history, send, events, logger })
 */
export class StartWatch implements Service {
  readonly name = 'start-watch'
  readonly #options: StartWatchOptions
  readonly #stopped = new AbortController()
  #running: Promise<void> | undefined
  #said = ''

  constructor(options: StartWatchOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { history, everyMs = 1000 } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted && !history.started()) {
      await this.look()
      await systemClock.sleep(everyMs, signal).catch(() => {})
    }
  }

  /** Checks once: reports changes, and sends the transaction when the task may start. */
  async look(): Promise<void> {
    const { task, membership, send } = this.#options
    const progress = startProgress(membership.accounts(), task)
    this.#say(describeStart(progress))
    if (!progress.enough || !send) return
    try {
      await send(this.#stopped.signal)
    } catch (error) {
      // Stake counts from the second after it was bonded, and another node may have been faster: the next look knows.
      const early = isQuorateError(error, 'NOT_ENOUGH_MEMBERS') || isQuorateError(error, 'NOT_ENOUGH_STAKE')
      const beaten = isQuorateError(error) && error.details['error'] === 'AlreadyStarted'
      if (this.#stopped.signal.aborted || early || beaten) return
      this.#say(`could not start the task: ${String(error)}`, 'warn')
    }
  }

  #say(reason: string, level: 'info' | 'warn' = 'info'): void {
    if (reason === this.#said) return
    this.#said = reason
    const { task, logger, events } = this.#options
    logger[level]({ task: task.task }, reason)
    events.emit({ event: 'waiting', reason })
  }
}
