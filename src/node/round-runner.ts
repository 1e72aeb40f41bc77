import type { Logger, Metrics } from '../core/index.ts'
import { isQuorateError } from '../core/index.ts'
import { decide, initialRoundState, phaseOf, reduceRound } from '../protocol/index.ts'
import type { Phase, Role, RoundEffect, RoundEvent, RoundPlan, RoundState } from '../protocol/index.ts'
import type { Journal } from '../storage/index.ts'

/** Performs one effect and returns what happened. It must be safe to repeat: a killed process does it again. */
export type EffectHandler<T extends RoundEffect['type']> = (
  effect: Extract<RoundEffect, { type: T }>,
  state: RoundState,
  signal: AbortSignal,
) => Promise<RoundEvent[]>

export type EffectHandlers = { [T in RoundEffect['type']]?: EffectHandler<T> }

export interface RoundRunnerOptions {
  role: Role
  journal: Pick<Journal, 'append' | 'events' | 'get' | 'set' | 'prune' | 'transaction'>
  handlers: EffectHandlers
  logger: Logger
  metrics: Metrics
  /** Called after every change, for watchers and pages. */
  onChange?: (state: RoundState, phase: Phase) => void
  /** Wait before an effect that failed, or that is still owed, is tried again, in ms. */
  retryMs?: number
}

/** Rounds in memory and in the journal: the open one, and those that still collect agreements. */
const KEEP_ROUNDS = 4n

/**
 * Runs rounds: journals every event, reduces it, and performs what the state owes. The algorithm is in `src/protocol/round`; here is
 * only its engine. A restarted runner opens the same plan, reads its journal and finds the same debts.
 *
 * @example
 * const runner = new RoundRunner({ role: { kind: 'operator' }, journal, handlers, logger, metrics })
 * runner.open(plan)
 * runner.dispatch(plan.round, { type: 'commitment', … })
 */
export class RoundRunner {
  readonly #options: RoundRunnerOptions
  readonly #states = new Map<bigint, RoundState>()
  readonly #busy = new Set<string>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #running = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  /** Time of the last tick journalled, by round. */
  readonly #ticked = new Map<bigint, number>()
  #now = 0

  constructor(options: RoundRunnerOptions) {
    this.#options = options
  }

  /** State of a round this node still keeps. */
  state(round: bigint): RoundState | undefined {
    return this.#states.get(round)
  }

  /** The newest round. */
  get latest(): RoundState | undefined {
    return [...this.#states.values()].reduce<RoundState | undefined>(
      (best, state) => (best && best.plan.round > state.plan.round ? best : state),
      undefined,
    )
  }

  states(): RoundState[] {
    return [...this.#states.values()]
  }

  /** Begins a round, or picks it up where the journal left it. */
  open(plan: RoundPlan): RoundState {
    const { round } = plan
    const known = this.#states.get(round)
    if (known) return known
    let state = initialRoundState(this.#options.role, plan)
    for (const event of this.#options.journal.events<RoundEvent>(round)) state = reduceRound(state, event.payload)
    state = reduceRound(state, { type: 'tick', now: this.#now - (plan.paused ?? 0) })
    this.#states.set(round, state)
    this.#forget(round - KEEP_ROUNDS)
    this.#options.logger.info({ round, members: plan.members.length, phase: phaseOf(state) }, 'round opened')
    this.#settle(state)
    return state
  }

  /** Drops a round and those after it from memory: the chain has undone them. Its journal stays, so no statement is made twice. */
  close(from: bigint): void {
    for (const round of this.#states.keys()) {
      if (round < from) continue
      this.#states.delete(round)
      this.#ticked.delete(round)
    }
  }

  /** Applies an event; journalled first, unless it changes nothing. Events of unknown rounds are dropped. */
  dispatch(round: bigint, event: RoundEvent): void {
    const before = this.#states.get(round)
    if (!before || this.#abort.signal.aborted) return
    const after = reduceRound(before, event)
    if (after === before) return
    this.#remember(round, before, event, after)
    this.#states.set(round, after)
    if (phaseOf(after) !== phaseOf(before)) {
      this.#options.metrics.count('round_phases_total', { phase: phaseOf(after) })
      this.#options.logger.info({ round, phase: phaseOf(after) }, 'phase')
    }
    this.#settle(after)
  }

  /**
   * Tells every round the chain's time.
   *
   * @param paused seconds of it, by round, in which the contracts were paused since the round opened; a round not named keeps what it had
   */
  tick(now: number, paused: ReadonlyMap<bigint, number> = new Map()): void {
    if (now <= this.#now) return
    this.#now = now
    for (const [round, state] of this.#states) {
      const known = state.plan.paused ?? 0
      const seconds = paused.get(round) ?? known
      // Not journalled: whoever opens the round again asks the ledger again.
      if (seconds !== known) this.#states.set(round, { ...state, plan: { ...state.plan, paused: seconds } })
      // The clock of a round stands still in pauses, as its windows do.
      this.dispatch(round, { type: 'tick', now: now - seconds })
    }
  }

  /** Stops effects and waits for those in flight. */
  async stop(): Promise<void> {
    this.#abort.abort()
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.allSettled(this.#running)
  }

  /**
   * Journals an event. Ticks are too many to keep: one is written only where it matters, that is when it moved the round or when another
   * event is about to be stamped with its time.
   */
  #remember(round: bigint, before: RoundState, event: RoundEvent, after: RoundState): void {
    const { journal } = this.#options
    if (event.type === 'tick') {
      if (after.attestFrom !== before.attestFrom) this.#append(round, event)
      return
    }
    journal.transaction(() => {
      if (this.#ticked.get(round) !== before.now) this.#append(round, { type: 'tick', now: before.now })
      this.#append(round, event)
    })
  }

  #append(round: bigint, event: RoundEvent): void {
    this.#options.journal.append(round, event.type, event)
    if (event.type === 'tick') this.#ticked.set(round, event.now)
  }

  #settle(state: RoundState): void {
    this.#options.onChange?.(state, phaseOf(state))
    for (const effect of decide(state)) this.#perform(effect, state)
  }

  #perform(effect: RoundEffect, state: RoundState): void {
    const handler = this.#options.handlers[effect.type] as EffectHandler<RoundEffect['type']> | undefined
    if (!handler || this.#busy.has(effect.key) || this.#abort.signal.aborted) return
    this.#busy.add(effect.key)
    const { round } = state.plan
    const running = this.#run(handler, effect, round).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #run(handler: EffectHandler<RoundEffect['type']>, effect: RoundEffect, round: bigint): Promise<void> {
    // Let the caller finish first: an effect may start in the middle of a dispatch.
    await Promise.resolve()
    const { logger, metrics, retryMs = 1000 } = this.#options
    const { signal } = this.#abort
    const started = performance.now()
    try {
      const current = this.#states.get(round)
      if (!current || signal.aborted) return
      for (const event of await handler(effect, current, signal)) this.dispatch(round, event)
      metrics.observe('round_effect_seconds', (performance.now() - started) / 1000, { effect: effect.type })
    } catch (error) {
      if (signal.aborted || isQuorateError(error, 'CANCELLED')) return
      const code = isQuorateError(error) ? error.code : 'INTERNAL'
      metrics.count('round_effect_failures_total', { effect: effect.type, code })
      logger.warn(
        {
          round,
          effect: effect.type,
          code,
          error: String(error),
          ...(code === 'INTERNAL' ? { stack: (error as Error).stack } : {}),
        },
        'effect failed, will be tried again',
      )
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#busy.delete(effect.key)
      const state = this.#states.get(round)
      if (state && !signal.aborted) for (const owed of decide(state)) if (owed.key === effect.key) this.#perform(owed, state)
    }, retryMs)
    this.#timers.add(timer)
  }

  #forget(before: bigint): void {
    for (const round of this.#states.keys()) {
      if (round >= before) continue
      this.#states.delete(round)
      this.#ticked.delete(round)
    }
    if (before > 0n) this.#options.journal.prune(before)
  }
}
