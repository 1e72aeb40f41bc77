import { isChainAhead } from '../../chain/index.ts'
import type { Logger, Metrics, Tracer } from '../../core/index.ts'
import { decide, DUTY_OF } from '../../protocol/index.ts'
import type { RoundEffect, RoundEvent, RoundState, Self } from '../../protocol/index.ts'
import { codedError } from '../../storage/index.ts'
import { handlerOf } from '../duties/duty.ts'
import type { EffectHandler, RoundDuties } from '../duties/duty.ts'
import { factsOfWork } from './facts-of-work.ts'
import type { Rounds } from './rounds.ts'

export interface DutyRunnerOptions {
  self: Self
  rounds: Pick<Rounds, 'state' | 'states' | 'dispatch' | 'onChange'>
  duties: RoundDuties
  logger: Logger
  metrics: Metrics
  /** Hears of each duty that was done, and once of each that fails. */
  tracer?: Tracer
  /** Length of an update, for traces. */
  updateBytes?: number
  /** Wait before an effect that failed, or that is still owed, is tried again, in ms. */
  retryMs?: number
  /** How long the chain may be ahead of the node before that counts as a failure, in ms. */
  aheadMs?: number
}

/** What a duty led to: events, or the code of its error. */
interface Outcome {
  happened?: readonly RoundEvent[]
  code?: string
}

/**
 * Performs the duties of a node in its rounds. On every change of a round it asks `decide` for the open duties and runs
 * their handlers, each once at a time. A debt that is still there after its handler ended is tried again.
 */
export class DutyRunner {
  readonly #options: DutyRunnerOptions
  readonly #busy = new Set<string>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** The code that the last attempt of a debt failed with: the same failure is logged once. */
  readonly #failed = new Map<string, string>()
  /** Since when the ledger refuses a debt because the chain is ahead, ms of the process. */
  readonly #ahead = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #unsubscribe: (() => void) | undefined

  constructor(options: DutyRunnerOptions) {
    this.#options = options
  }

  /** Duties are performed from now on, those of already open rounds first. */
  start(): void {
    const { rounds } = this.#options
    this.#unsubscribe = rounds.onChange((state) => this.#settle(state))
    for (const state of rounds.states()) this.#settle(state)
  }

  /** Stops effects and waits for those in flight. */
  async stop(): Promise<void> {
    this.#abort.abort()
    this.#unsubscribe?.()
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.allSettled(this.#running)
  }

  #settle(state: RoundState): void {
    for (const effect of decide(state, this.#options.self)) this.#perform(effect, state)
  }

  #perform(effect: RoundEffect, state: RoundState): void {
    const handler = handlerOf(this.#options.duties, DUTY_OF[effect.type], effect.type)
    if (!handler || this.#busy.has(effect.key) || this.#abort.signal.aborted) return
    this.#busy.add(effect.key)
    const { round } = state.plan
    const running = this.#run(handler, effect, round).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #run(handler: EffectHandler<RoundEffect['type']>, effect: RoundEffect, round: bigint): Promise<void> {
    // Let the caller finish first: an effect may start in the middle of a dispatch.
    await Promise.resolve()
    const { logger, metrics, rounds, self, retryMs = 1000 } = this.#options
    const { signal } = this.#abort
    const started = performance.now()
    const trace = (outcome: Outcome): void => this.#trace(effect, round, started, outcome)
    try {
      const current = rounds.state(round)
      // The round may have moved on since: what is not owed any more is not said any more.
      if (!current || signal.aborted || !owes(current, self, effect)) return void this.#busy.delete(effect.key)
      const happened = await handler(effect, current, signal)
      trace({ happened })
      for (const event of happened) rounds.dispatch(round, event)
      this.#settled(effect)
      metrics.observe('round_effect_seconds', (performance.now() - started) / 1000, { effect: effect.type })
    } catch (error) {
      // CANCELLED alone says nothing: a peer or an operator that stops cancels calls, too.
      if (signal.aborted) return
      const { code } = codedError(error)
      const fields = { round, effect: effect.type, code, error: String(error) }
      if (this.#waitsForEvent(effect, error)) logger.debug(fields, 'the chain is ahead of a duty; the node looks again')
      else {
        metrics.count('round_effect_failures_total', { effect: effect.type, code })
        const known = this.#failed.get(effect.key) === code
        if (!known) trace({ code })
        const level = known ? 'debug' : 'warn'
        this.#failed.set(effect.key, code)
        logger[level](
          { ...fields, ...(code === 'INTERNAL' ? { stack: (error as Error).stack } : {}) },
          'a duty failed; the node will retry',
        )
      }
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#busy.delete(effect.key)
      const state = rounds.state(round)
      if (signal.aborted) return
      const owed = state && owes(state, self, effect)
      if (owed) this.#perform(owed, state)
      else this.#settled(effect)
    }, retryMs)
    this.#timers.add(timer)
  }

  /** Whether the next block will settle the debt: it is no failure that the node has not seen an event yet. */
  #waitsForEvent({ key }: RoundEffect, error: unknown): boolean {
    if (!isChainAhead(error)) return false
    const now = performance.now()
    const since = this.#ahead.get(key) ?? now
    this.#ahead.set(key, since)
    return now - since < (this.#options.aheadMs ?? 60_000)
  }

  #settled({ key }: RoundEffect): void {
    this.#failed.delete(key)
    this.#ahead.delete(key)
  }

  #trace(effect: RoundEffect, round: bigint, started: number, { happened = [], code }: Outcome): void {
    const { tracer, self, updateBytes } = this.#options
    const endedAt = Date.now()
    const startedAt = endedAt - (performance.now() - started)
    const attributes = factsOfWork(effect, { happened, self: self.address, updateBytes })
    tracer?.record({ name: effect.type, round, startedAt, endedAt, attributes, code })
  }
}

function owes(state: RoundState, self: Self, { key }: RoundEffect): RoundEffect | undefined {
  return decide(state, self).find((owed) => owed.key === key)
}
