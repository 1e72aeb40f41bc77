import {
  readAccount,
  readCommittee,
  readCurrentRound,
  readFinality,
  readPausedBetween,
  readTask,
  readTaskBuckets,
} from '../../chain/index.ts'
import type { Chain, Contracts, CurrentRound, LedgerEvent, ReorgEvent, ReportedHead, RoundCommittee } from '../../chain/index.ts'
import type { Logger } from '../../core/index.ts'
import { drawnCommittee, sameAddress, ZERO_HASH } from '../../protocol/index.ts'
import type { Address, ChainFacts, Hash, RoundEvent, RoundPlan, RoundState, SealFact } from '../../protocol/index.ts'
import type { ClaimHistory, Opened, PostedRound } from '../../replay/index.ts'
import type { Journal } from '../../storage/index.ts'
import type { Rounds } from '../rounds/rounds.ts'
import { readPauses } from '../rounds/tick-rounds.ts'
import { JournalSpan } from './journal-span.ts'
import type { Standing } from './journal-span.ts'
import { pin } from './view/pin.ts'
import { isDrawnBy, isSameSeat, isStanding, roundFault } from './view/round-faults.ts'

export interface ChainFeedOptions {
  chain: Chain
  contracts: Contracts
  task: bigint
  /** The task's thresholds. */
  spec: RoundPlan['spec']
  /** Owner address of this node. */
  self: Address
  /** Blocks on top of a seal before members show their updates to it; default 0. */
  sealDepth?: number
  journal: Pick<Journal, 'get' | 'set' | 'transaction' | 'events'>
  history: ClaimHistory
  rounds: Pick<Rounds, 'state' | 'states' | 'open' | 'dispatch' | 'close' | 'settle' | 'tick'>
  /** Told of the members of each drawn round that the node opens. */
  drawn?: (round: bigint, seed: Hash, committee: RoundCommittee) => void
  /** Whether the node has the model state of a claim; default: of every claim. */
  hasState?: (claimHash: Hash) => boolean
  /** Brings the model state up to the last claim of the history; called when the node has no state of a claim and no duty that makes it. */
  catchUp(): Promise<void>
  logger: Logger
}

/** A block of the chain: what is read of it is read from a back end that has it. */
type At = Pick<ReportedHead, 'number' | 'hash' | 'timestamp'>

/** Blocks after which a node that is ahead of the history is not waiting for its watcher any more: its transaction is gone. */
const AHEAD = 3n

/** Blocks that a reorganisation may undo. */
const UNSETTLED_BLOCKS = 64n

/** A round that is to be opened. */
interface Opening {
  plan: RoundPlan
  committee: RoundCommittee
  facts: ChainFacts
}

/**
 * Turns what happens on chain into rounds: opens each with its plan and its members, once they are known, tells them of seals, claims and
 * forced commitments, and closes those that failed or fell.
 *
 * Events go to the history at once. The rounds are *aligned* with it whenever everything up to the head is reported: each round that is
 * open or may be disputed is compared with what the history says of it, and changed where it differs. What changes does so in one step,
 * so that nobody misses a round that still stands. The history is only recorded until `begin` is called.
 *
 * @example
 * const watcher = watchLedger({ …, onEvent: (event) => feed.onEvent(event), onHead: (head) => feed.onHead(head) })
 */
export class ChainFeed {
  readonly #options: ChainFeedOptions
  #live = false
  /** Newest block of the chain clock. */
  #height = 0n
  /** Newest block up to which the history is complete. */
  #at: At | undefined
  #awaited: CurrentRound | undefined
  /** The last event of the history that the rounds were aligned with. */
  #aligned: LedgerEvent | undefined
  /** Whether blocks were undone since. */
  #undone = false
  /** The block in which a round was first seen to be ahead of the history. */
  readonly #ahead = new Map<bigint, bigint>()
  /** What quorums made final in blocks that may be undone. */
  #finalised: Extract<LedgerEvent, { type: 'finalized' }>[] = []
  /** Newest round known to be final. */
  #final = -1n
  #catching: Promise<void> | undefined
  #working: Promise<unknown> = Promise.resolve()
  readonly #span: JournalSpan
  #isSpanned = false

  constructor(options: ChainFeedOptions) {
    this.#options = options
    this.#span = new JournalSpan(options.journal)
  }

  /** The open round, while its members are not drawn because the ledger has no seed for it. */
  get awaited(): CurrentRound | undefined {
    return this.#awaited
  }

  /** Whether the journal has everything that this node said in the round. */
  covers(round: bigint): boolean {
    return this.#span.covers(round)
  }

  /** Whether the history has changed since the rounds were aligned with it. */
  get behind(): boolean {
    return this.#undone || this.#options.history.events().at(-1) !== this.#aligned
  }

  /** For the watcher: one event at a time, in order. */
  async onEvent(event: LedgerEvent | ReorgEvent): Promise<void> {
    return this.#inOrder(async () => {
      const { history, logger } = this.#options
      history.apply(event)
      if (event.type === 'reorg') {
        this.#undone = true
        this.#final = -1n
        this.#finalised = this.#finalised.filter(({ blockNumber }) => blockNumber <= event.toBlock)
      }
      if (event.type === 'finalized') this.#finalised.push(event)
      if (!this.#live) return
      // The rounds' clock asks the ledger (`tickRounds`): nothing to tell them.
      if (event.type === 'paused') logger.warn({ until: event.until }, 'the contracts are paused')
      if (event.type === 'unpaused') logger.warn({ end: event.end }, 'the contracts are unpaused')
    })
  }

  /**
   * For the watcher, when every event up to a block was reported.
   *
   * @param current what the ledger says of the open round after that block, if the caller has read it
   */
  async onHead(head: ReportedHead, current?: CurrentRound): Promise<void> {
    return this.#inOrder(async () => {
      this.#at = head
      this.#settle(head.number)
      if (!this.#live || (!current && !this.behind)) return
      await this.#align(current ?? (await this.#current(head)), head)
    })
  }

  /** Tells the rounds what no reorganisation takes back. */
  #settle(head: bigint): void {
    for (let [first] = this.#finalised; first && first.blockNumber + UNSETTLED_BLOCKS <= head; [first] = this.#finalised) {
      this.#options.rounds.settle(first.round)
      this.#finalised.shift()
    }
  }

  /** From here on events reach the rounds. Call it after the watcher has reported the history. */
  async begin(): Promise<void> {
    await this.#inOrder(async () => {
      const at = this.#at ?? (await this.#latest())
      if (at.number > this.#height) this.#height = at.number
      const current = await this.#current(at)
      this.#beginSpan(current)
      this.#live = true
      await this.#align(current, at)
    })
    await this.#options.catchUp()
  }

  /** Aligns the rounds with the chain now. */
  async refresh(): Promise<void> {
    return this.#inOrder(async () => {
      const at = this.#at ?? (await this.#latest())
      await this.#align(await this.#current(at), at)
    })
  }

  /**
   * Opens the rounds of claims that may be disputed and that this node does not run: it was away, or joined later. What its journal has
   * of them comes back, and a receipt that it hears shows an omission. Call it after the watcher has reported the history, before the
   * node agrees to anything.
   */
  async openDisputable(): Promise<void> {
    return this.#inOrder(async () => {
      const at = this.#at ?? (await this.#latest())
      if (!this.#isSpanned) this.#beginSpan(await this.#current(at))
      for (const opening of await this.#disputable(at)) this.#open(opening)
    })
  }

  /** Tells the rounds of seals that the new head makes deep enough. */
  onBlock(head: bigint): void {
    this.#height = head
    if (!this.#live) return
    const { rounds, history } = this.#options
    for (const { plan, sealed } of rounds.states()) {
      const known = sealed?.shallow && history.sealed(plan.round)
      if (known && this.#isDeep(known.blockNumber)) rounds.dispatch(plan.round, { type: 'deep', digest: known.digest })
    }
  }

  /** Makes the rounds those that the chain has after a block. All is read before anything changes. */
  async #align(current: CurrentRound, at: At): Promise<void> {
    const { chain, contracts, history, rounds } = this.#options
    const last = history.events().at(-1)
    const { round } = current
    const isOpen = current.state !== 'empty'
    // A provider may answer for a block with what a later one changed. The members of a round are drawn once the history has its seed, too.
    const isDrawn = current.seed !== ZERO_HASH && history.drawn(round) !== undefined
    const awaited = isOpen && current.committee > 0 && !isDrawn ? current : undefined
    const gone: bigint[] = []
    const changed: { round: bigint; facts: ChainFacts }[] = []
    for (const state of rounds.states()) {
      const { plan } = state
      const isCurrent = isOpen && plan.round === round
      if (isCurrent ? !isOf(plan, current) : !isStanding(plan, history)) gone.push(plan.round)
      else if (this.#undone || this.#isToldOtherwise(state, at))
        changed.push({ round: plan.round, facts: await this.#facts(plan.round, at) })
    }
    const openings = await this.#disputable(at, gone)
    const known = rounds.state(round)
    // The event that stores the seed comes here.
    if (isOpen && !awaited && (!known || gone.includes(round)))
      openings.push(await this.#opening(round, current.parent, current, at))
    // Blocks that are undone take their time with them: no list is late by blocks that are gone.
    const paused = this.#undone ? await readPauses({ chain, ledger: contracts.ledger, rounds }, at.timestamp) : undefined

    this.#awaited = awaited
    for (const one of gone) rounds.close(one)
    if (paused) rounds.tick(at.timestamp, paused)
    for (const { round: one, facts } of changed) rounds.dispatch(one, { type: 'chain', ...facts })
    if (paused) rounds.tick(at.timestamp, paused)
    for (const opening of openings) this.#open(opening)
    const isBack = this.#undone && openings.some(({ plan }) => plan.caughtUp)
    this.#aligned = last
    this.#undone = false
    this.#catchUp(isBack)
  }

  /** Whether the round is told otherwise than the history has it, now or since some blocks. */
  #isToldOtherwise(state: RoundState, { number }: At): boolean {
    const { round } = state.plan
    const fault = roundFault(state, this.#options.history)
    if (fault !== 'ahead') {
      this.#ahead.delete(round)
      return fault === 'behind'
    }
    const since = this.#ahead.get(round) ?? number
    this.#ahead.set(round, since)
    if (number < since + AHEAD) return false
    this.#options.logger.warn({ round, block: number }, 'a transaction of this node is not in the chain any more')
    return true
  }

  #open({ plan, committee, facts }: Opening): void {
    const { rounds, drawn } = this.#options
    const { round, seed, caughtUp } = plan
    if (caughtUp) return void rounds.open(plan, facts)
    this.#span.opens(round)
    rounds.open({ ...plan, ...(this.#span.isResumed(round) && { resumed: true }) }, facts)
    if (seed) drawn?.(round, seed, committee)
  }

  /** The openings of claims that may be disputed, of rounds that this node does not run. */
  async #disputable(at: At, gone: readonly bigint[] = []): Promise<Opening[]> {
    const { chain, contracts, task, history, rounds } = this.#options
    const openings: Opening[] = []
    for (const { round, claim } of history.claims().toReversed()) {
      if (rounds.state(round) && !gone.includes(round)) continue
      // So are all claims before it.
      if (round <= this.#final) break
      const { final } = await readFinality(chain, { ledger: contracts.ledger, task, round, ...pin(at) })
      if (final) {
        this.#final = round
        break
      }
      const seat = history.seat(round)
      // The provider left the opening out: it comes with the next comparison (`ChainView`).
      if (!seat) continue
      const { seed, snapshot } = history.drawn(round) ?? { seed: ZERO_HASH, snapshot: seat.openedAt - 1 }
      const { plan, ...rest } = await this.#opening(round, claim.parent, { ...seat, seed, snapshot }, at)
      const { lost: _lost, ...over } = plan
      openings.unshift({ ...rest, plan: { ...over, caughtUp: true } })
    }
    return openings
  }

  /** A round that the chain opened: its plan, who was drawn for it, and what the history says of it. */
  async #opening(
    round: bigint,
    base: Hash,
    { openedAt, operator, operatorKey, seed, snapshot }: Opened & Pick<CurrentRound, 'seed' | 'snapshot'>,
    at: At,
  ): Promise<Opening> {
    const { chain, contracts, task, spec, self } = this.#options
    const { ledger, vault } = contracts
    const to = at.timestamp
    const [committee, { slot: operatorSlot }, { windows, quorumBps }, paused, facts, buckets] = await Promise.all([
      readCommittee(chain, { vault, task, round, snapshot, committee: spec.committee, seed, ...pin(at) }),
      readAccount(chain, { vault, task, owner: operator, ...pin(at) }),
      readTask(chain, { ledger, task }),
      openedAt < to ? readPausedBetween(chain, { ledger, from: openedAt, to, ...pin(at) }) : 0,
      this.#facts(round, at),
      readTaskBuckets(chain, { ledger, vault, task, round, spec, ...pin(at) }),
    ])
    const { members, totalStake, memberCount } = committee
    const plan: RoundPlan = {
      task,
      round,
      openedAt,
      snapshot,
      ...(drawnCommittee(spec) > 0 && { seed, memberCount }),
      ...(buckets && { buckets }),
      windows,
      base,
      operator,
      operatorKey,
      operatorSlot,
      ...(sameAddress(operator, self) && !this.#span.covers(round) && { lost: true }),
      paused,
      members: members.map(({ peerKey: _peerKey, ...member }) => member),
      totalStake,
      spec,
      quorumBps,
    }
    return { plan, committee, facts }
  }

  /** What the history says of a round. */
  async #facts(round: bigint, at: At): Promise<ChainFacts> {
    const { history } = this.#options
    const sealed = await this.#seal(round, at)
    const posted = history.claim(round)
    const forced = [...history.forced(round)].map(([member, commitment]) => ({ member: member as Address, commitment }))
    return { ...(sealed && { sealed }), ...(posted && { posted: claimOf(posted) }), forced }
  }

  /** The seal of a round, in running time too. */
  async #seal(round: bigint, at: At): Promise<SealFact | undefined> {
    const { chain, contracts, history } = this.#options
    const [sealed, from] = [history.sealed(round), history.openedAt(round)]
    if (!sealed || from === undefined) return undefined
    const { digest, count, sealedAt: to, blockNumber } = sealed
    const paused = to > from ? await readPausedBetween(chain, { ledger: contracts.ledger, from, to, ...pin(at) }) : 0
    return { digest, count, sealedAt: to - paused, ...(!this.#isDeep(blockNumber) && { shallow: true }) }
  }

  #isDeep(block: bigint): boolean {
    const { sealDepth = 0 } = this.#options
    return sealDepth === 0 || block + BigInt(sealDepth) <= this.#height
  }

  /** Finds out, once, what the journal has missed. */
  #beginSpan(current: CurrentRound): void {
    if (!this.#isSpanned) this.#span.begin(this.#standing(current))
    this.#isSpanned = true
  }

  #standing({ state, round, parent }: CurrentRound): Standing {
    const { history, journal } = this.#options
    if (state === 'empty') return { newest: round - 1n, builtBase: false }
    const last = history.claims().at(-1)
    const built = last?.claimHash === parent && last.round === round - 1n ? journal.events<RoundEvent>(last.round) : []
    return { newest: round, builtBase: built.some(({ payload }) => payload.type === 'built' && payload.claimHash === parent) }
  }

  async #current(at: At): Promise<CurrentRound> {
    const { chain, contracts, task } = this.#options
    return readCurrentRound(chain, { ledger: contracts.ledger, task, ...pin(at) })
  }

  async #latest(): Promise<At> {
    const { number, hash, timestamp } = await this.#options.chain.publicClient.getBlock()
    return { number, hash, timestamp: Number(timestamp) }
  }

  /**
   * Fetches the state of the newest claim if no duty makes it: the node did not run the round, or replayed its claim and lost the state
   * since. Others wait for that state as the base of the next round.
   *
   * @param isBack whether a reorganisation brought claims back: a false one is to be disputed again
   */
  #catchUp(isBack: boolean): void {
    const { history, rounds, hasState = () => true, logger } = this.#options
    const newest = history.claims().at(-1)
    if (!this.#live || !newest || this.#catching) return
    const state = rounds.state(newest.round)
    const isReplaying = state !== undefined && !state.plan.caughtUp && !state.replay
    if (isReplaying || (state?.replay?.match === false && !isBack) || hasState(newest.claimHash)) return
    this.#catching = this.#options
      .catchUp()
      .catch((error: unknown) =>
        logger.warn({ round: newest.round, error: String(error) }, 'could not catch up; the node will retry'),
      )
      .finally(() => (this.#catching = undefined))
  }

  /** One piece of work after the other: events, heads and what the program asks for. */
  async #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#working.catch(() => {}).then(work)
    this.#working = done
    return done
  }
}

/**
 * Whether a plan is that of the open round. A round that the node only caught up with is open when a reorganisation undid its claim: it is
 * opened anew, and owes its steps again.
 */
function isOf(plan: RoundPlan, current: CurrentRound): boolean {
  return !plan.caughtUp && plan.base === current.parent && isSameSeat(plan, current) && isDrawnBy(plan, current.seed)
}

function claimOf({ claimHash, claim, operator }: PostedRound): Pick<PostedRound, 'claimHash' | 'claim' | 'operator'> {
  return { claimHash, claim, operator }
}
