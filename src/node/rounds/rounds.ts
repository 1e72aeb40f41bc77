import type { Logger, Metrics } from '../../core/index.ts'
import { deadlines, initialRoundState, phaseOf, reduceRound } from '../../protocol/index.ts'
import type { ChainFacts, RoundEvent, RoundPlan, RoundState } from '../../protocol/index.ts'
import type { Journal } from '../../storage/index.ts'

export interface RoundsOptions {
  journal: Pick<Journal, 'append' | 'events' | 'prune' | 'transaction' | 'lazily'>
  logger: Logger
  metrics: Metrics
}

/** Rounds in memory besides those whose claim may be disputed: the open one, and some before it. */
const KEEP_ROUNDS = 4n
/** Numbers in the journal: a reorganisation may open one again that failed, and what was said of it still binds. */
const KEEP_JOURNAL = 64n

/**
 * Events that bind this node: its update and its salt, the receipts that it gave or got, its list, its claim, its word that the round is void, and that somebody else speaks with its key. They are on
 * disk before they take effect. All others come again: from peers, from the chain, or from the same work over the same files. They are written in order with these and
 * reach the disk with the next of these, so that no statement outlives what it rests on.
 */
const BINDING: ReadonlySet<RoundEvent['type']> = new Set(['trained', 'receipt', 'list', 'built', 'void', 'foreign'])

/**
 * The rounds of a node as states: journals every event, reduces it (`src/protocol/round`), and tells its listeners. A restarted node opens the same plan, reads
 * its journal and has the same state.
 *
 * @example
 * const rounds = new Rounds({ journal, logger, metrics })
 * rounds.onChange((state) => …)
 * rounds.open(plan)
 * rounds.dispatch(plan.round, { type: 'commitment', … })
 */
export class Rounds {
  readonly #options: RoundsOptions
  readonly #states = new Map<bigint, RoundState>()
  readonly #listeners = new Set<(state: RoundState) => void>()
  /** Time of the last tick journalled, by round. */
  readonly #ticked = new Map<bigint, number>()
  /** No claim up to this round can be disputed. */
  #settled = -1n
  #now = 0
  #ended = false

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** Told of every new state, in order. @returns ends the subscription */
  onChange(listener: (state: RoundState) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
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

  /**
   * Begins a round, or picks it up where the journal left it.
   *
   * @param facts what the chain says of the round by now: nobody sees what the journal remembers otherwise
   */
  open(plan: RoundPlan, facts?: ChainFacts): RoundState {
    const { round } = plan
    const known = this.#states.get(round)
    if (known) return known
    const remembered = this.#read(plan)
    const event: RoundEvent | undefined = facts && { type: 'chain', ...facts }
    const state = event ? reduceRound(remembered, event) : remembered
    if (event) this.#remember(round, remembered, event, state)
    this.#states.set(round, state)
    this.#forget(round - KEEP_ROUNDS)
    this.#options.logger.info({ round, members: plan.members.length, phase: phaseOf(state) }, 'round opened')
    this.#tell(state)
    return state
  }

  /** Drops a round from memory: the chain has undone it. Its journal stays, so no statement is made twice. */
  close(round: bigint): void {
    this.#drop(round)
  }

  /**
   * A quorum made the claim of a round final, and no reorganisation undoes that: neither it nor a claim before it can be disputed, however
   * long their challenge windows last.
   */
  settle(round: bigint): void {
    if (round > this.#settled) this.#settled = round
  }

  /** Applies an event; journalled first, unless it changes nothing. Events of unknown rounds are dropped. */
  dispatch(round: bigint, event: RoundEvent): void {
    const before = this.#states.get(round)
    if (!before || this.#ended) return
    const after = reduceRound(before, event)
    if (after === before) return
    this.#remember(round, before, event, after)
    this.#states.set(round, after)
    if (phaseOf(after) !== phaseOf(before)) {
      this.#options.metrics.count('round_phases_total', { phase: phaseOf(after) })
      this.#options.logger.info({ round, phase: phaseOf(after) }, 'phase')
    }
    this.#tell(after)
  }

  /**
   * Tells every round the chain's time. It goes back when blocks are undone.
   *
   * @param paused seconds of it, by round, in which the contracts were paused since the round opened; a round that is
   *   not named keeps its value
   */
  tick(now: number, paused: ReadonlyMap<bigint, number> = new Map()): void {
    this.#now = now
    for (const [round, state] of this.#states) {
      const known = state.plan.paused ?? 0
      const seconds = paused.get(round) ?? known
      // Not journalled: after a restart the node asks the ledger again.
      if (seconds !== known) this.#states.set(round, { ...state, plan: { ...state.plan, paused: seconds } })
      // The clock of a round stands still in pauses, as its windows do.
      this.dispatch(round, { type: 'tick', now: now - seconds })
    }
  }

  /** Takes no more events: the node stops, and its journal closes. */
  end(): void {
    this.#ended = true
  }

  /** The state that the journal gives under a plan, at the chain's time. */
  #read(plan: RoundPlan): RoundState {
    const { round, paused = 0 } = plan
    const events = this.#options.journal.events<RoundEvent>(round).map(({ payload }) => payload)
    const state = events.reduce(reduceRound, initialRoundState(plan))
    // Before the first block was told, the journal knows the time best.
    return this.#now === 0 ? state : reduceRound(state, { type: 'tick', now: this.#now - paused })
  }

  #tell(state: RoundState): void {
    for (const listener of this.#listeners) listener(state)
  }

  /**
   * Journals an event. Ticks are too many to store. A tick is written only when it moved the round, or when another
   * event is about to get its time.
   */
  #remember(round: bigint, before: RoundState, event: RoundEvent, after: RoundState): void {
    const { journal } = this.#options
    // The next process asks again.
    if (event.type === 'asked') return
    if (event.type === 'tick') {
      if (after.attestFrom !== before.attestFrom) journal.lazily(() => this.#append(round, event))
      return
    }
    const write = (): void => {
      if (this.#ticked.get(round) !== before.now) this.#append(round, { type: 'tick', now: before.now })
      this.#append(round, event)
    }
    if (BINDING.has(event.type)) journal.transaction(write)
    else journal.lazily(write)
  }

  #append(round: bigint, event: RoundEvent): void {
    this.#options.journal.append(round, event.type, event)
    if (event.type === 'tick') this.#ticked.set(round, event.now)
  }

  /**
   * Forgets rounds before a number, unless their claim may still be disputed: until then a receipt is a proof. Operators may burn any
   * number of rounds within one block.
   */
  #forget(before: bigint): void {
    for (const [round, state] of this.#states) if (round < before && (round <= this.#settled || isOver(state))) this.#drop(round)
    const kept = before + KEEP_ROUNDS - KEEP_JOURNAL
    const oldest = [...this.#states.keys()].reduce((least, round) => (round < least ? round : least), kept)
    if (oldest > 0) this.#options.journal.prune(oldest)
  }

  #drop(round: bigint): void {
    this.#states.delete(round)
    this.#ticked.delete(round)
  }
}

/** Whether the challenge of the round's claim has ended, whenever it was posted. */
function isOver(state: RoundState): boolean {
  return state.now >= deadlines(state).post + state.plan.windows.challenge
}
