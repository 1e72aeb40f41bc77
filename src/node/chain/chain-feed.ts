import { readAccount, readCommittee, readCurrentRound, readFinality, readPausedBetween, readTask } from '../../chain/index.ts'
import type { Chain, Contracts, CurrentRound, LedgerEvent, ReorgEvent, RoundCommittee } from '../../chain/index.ts'
import type { Logger } from '../../core/index.ts'
import { sameAddress, VIA_CHAIN, ZERO_HASH } from '../../protocol/index.ts'
import type { Address, Hash, RoundEvent, RoundPlan, SealFact } from '../../protocol/index.ts'
import type { ClaimHistory, Opened, PostedRound } from '../../replay/index.ts'
import type { Journal } from '../../storage/index.ts'
import type { Rounds } from '../rounds/rounds.ts'
import { tickRounds } from '../rounds/tick-rounds.ts'
import { JournalSpan } from './journal-span.ts'
import type { Standing } from './journal-span.ts'

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
  rounds: Pick<Rounds, 'state' | 'states' | 'open' | 'dispatch' | 'close' | 'tick'>
  /** Told of the members of each drawn round that the node opens. */
  drawn?: (round: bigint, seed: Hash, committee: RoundCommittee) => void
  /** Brings the model state up to the last claim of the history; called when a claim is posted that the rounds did not follow. */
  catchUp(): Promise<void>
  logger: Logger
}

/**
 * Turns what happens on chain into rounds: opens each with its plan and its members, once they are known, tells them of seals, claims and forced
 * commitments, and closes those that failed or fell. The history is only recorded until `begin` is called.
 */
export class ChainFeed {
  readonly #options: ChainFeedOptions
  #live = false
  #head = 0n
  #awaited: CurrentRound | undefined
  #refreshing: Promise<void> = Promise.resolve()
  readonly #span: JournalSpan
  #spanned: Promise<void> | undefined

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

  /** For the watcher: one event at a time, in order. */
  async onEvent(event: LedgerEvent | ReorgEvent): Promise<void> {
    const { history, rounds, logger } = this.#options
    history.apply(event)
    if (!this.#live) return
    switch (event.type) {
      case 'posted':
        if (rounds.state(event.round)) rounds.dispatch(event.round, { type: 'posted', ...claimOf(event) })
        else await this.openDisputable()
        if (!this.#follows(event.round)) await this.#options.catchUp()
        return this.refresh()
      case 'failed':
      case 'voided':
      case 'rejected':
        // Nobody owes anything in it, or in what was built on it, any more.
        rounds.close(event.round)
        return this.refresh()
      case 'opened':
      case 'drawn':
        return this.refresh()
      case 'sealed':
        return this.#seal(event.round)
      case 'forced':
        return rounds.dispatch(event.round, {
          type: 'commitment',
          member: event.member,
          commitment: event.commitment,
          source: VIA_CHAIN,
        })
      case 'paused':
      case 'unpaused':
        // The rounds' clock asks the ledger (`tickRounds`): nothing to tell them.
        return logger.warn(
          event.type === 'paused' ? { until: event.until } : { end: event.end },
          `the contracts are ${event.type}`,
        )
      case 'reorg':
        return this.#reorganised()
      default:
    }
  }

  /** From here on events reach the rounds. Call it after the watcher has reported the history. */
  async begin(): Promise<void> {
    const { number } = await this.#options.chain.publicClient.getBlock()
    if (number > this.#head) this.#head = number
    await this.#beginSpan()
    this.#live = true
    // What happened while nothing was live reaches them now.
    for (const { plan } of this.#options.rounds.states()) if (!this.#stands(plan)) this.#options.rounds.close(plan.round)
    await this.openDisputable()
    await this.#options.catchUp()
    await this.refresh()
  }

  /** Opens the round that the chain has open, if this node does not run it yet and its members are known. One call after the other. */
  async refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.catch(() => {}).then(async () => this.#refresh())
    return this.#refreshing
  }

  async #refresh(): Promise<void> {
    const { chain, contracts, task, rounds } = this.#options
    const current = await readCurrentRound(chain, { ledger: contracts.ledger, task })
    // Nobody has the seat: the event that opens the next round comes here.
    this.#awaited = current.state !== 'empty' && current.committee > 0 && current.seed === ZERO_HASH ? current : undefined
    if (current.state === 'empty') return
    const { round, parent: base } = current
    const known = rounds.state(round)
    // A round that the node only caught up with is open when a reorganisation undid its claim: it owes its steps again.
    const runs = known && !known.plan.caughtUp
    if (runs && known.plan.base === base && sameSeat(known.plan, current) && isDrawnBy(known.plan, current.seed)) return
    if (known) rounds.close(round)
    // The event that stores the seed comes here.
    if (this.#awaited) return
    const { plan, committee } = await this.#plan(round, base, current)
    this.#span.opens(round)
    rounds.open({ ...plan, ...(this.#span.isResumed(round) && { resumed: true }) })
    if (plan.seed) this.#options.drawn?.(round, plan.seed, committee)
    // What the journal remembers may be undone, and what came while the node was away is not in it.
    await this.#follow(round)
  }

  /**
   * Opens the rounds of claims that may be disputed and that this node does not run: it was away, or joined later. What its journal has
   * of them comes back, and a receipt that it hears shows an omission. Call it after the watcher has reported the history, before the
   * node agrees to anything.
   */
  async openDisputable(): Promise<void> {
    const { chain, contracts, task, history, rounds } = this.#options
    await this.#beginSpan()
    const missing: PostedRound[] = []
    for (const posted of history.claims().toReversed()) {
      const { round } = posted
      if (rounds.state(round)) continue
      // So are all claims before it.
      if ((await readFinality(chain, { ledger: contracts.ledger, task, round })).final) break
      missing.push(posted)
    }
    for (const { round, claim } of missing.toReversed()) {
      const seat = history.seat(round)!
      const { seed, snapshot } = history.drawn(round) ?? { seed: ZERO_HASH, snapshot: seat.openedAt - 1 }
      const { plan } = await this.#plan(round, claim.parent, { ...seat, seed, snapshot })
      const { lost: _lost, ...over } = plan
      rounds.open({ ...over, caughtUp: true })
      await this.#follow(round)
    }
  }

  /** The plan of a round that the chain opened, and who was drawn for it. */
  async #plan(
    round: bigint,
    base: Hash,
    { openedAt, operator, operatorKey, seed, snapshot }: Opened & Pick<CurrentRound, 'seed' | 'snapshot'>,
  ): Promise<{ plan: RoundPlan; committee: RoundCommittee }> {
    const { chain, contracts, task, spec, self } = this.#options
    const { ledger, vault } = contracts
    const { timestamp } = await chain.publicClient.getBlock()
    const to = Number(timestamp)
    const [committee, { slot: operatorSlot }, { windows, quorumBps }, paused] = await Promise.all([
      readCommittee(chain, { vault, task, round, snapshot, committee: spec.committee, seed }),
      readAccount(chain, { vault, task, owner: operator }),
      readTask(chain, { ledger, task }),
      openedAt < to ? readPausedBetween(chain, { ledger, from: openedAt, to }) : 0,
    ])
    const { members, totalStake, memberCount } = committee
    const plan: RoundPlan = {
      task,
      round,
      openedAt,
      snapshot,
      ...(spec.committee > 0 && { seed, memberCount }),
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
    return { plan, committee }
  }

  /** Tells the rounds of seals that the new head makes deep enough. */
  onBlock(head: bigint): void {
    this.#head = head
    if (!this.#live) return
    const { rounds, history } = this.#options
    for (const { plan, sealed } of rounds.states()) {
      const known = sealed?.shallow && history.sealed(plan.round)
      if (known && this.#isDeep(known.blockNumber)) rounds.dispatch(plan.round, { type: 'deep', digest: known.digest })
    }
  }

  #isDeep(block: bigint): boolean {
    const { sealDepth = 0 } = this.#options
    return sealDepth === 0 || block + BigInt(sealDepth) <= this.#head
  }

  /** Finds out, once, what the journal has missed. */
  async #beginSpan(): Promise<void> {
    this.#spanned ??= this.#readStanding().then((standing) => this.#span.begin(standing))
    // The next call reads the chain again.
    return this.#spanned.catch((error: unknown) => {
      this.#spanned = undefined
      throw error
    })
  }

  async #readStanding(): Promise<Standing> {
    const { chain, contracts, task, history, journal } = this.#options
    const { state, round, parent } = await readCurrentRound(chain, { ledger: contracts.ledger, task })
    if (state === 'empty') return { newest: round - 1n, builtBase: false }
    const last = history.claims().at(-1)
    const built = last?.claimHash === parent && last.round === round - 1n ? journal.events<RoundEvent>(last.round) : []
    return { newest: round, builtBase: built.some(({ payload }) => payload.type === 'built' && payload.claimHash === parent) }
  }

  async #seal(round: bigint): Promise<void> {
    const sealed = await this.#sealOf(round)
    if (sealed) this.#options.rounds.dispatch(round, { type: 'sealed', ...sealed })
  }

  /** The seal of a round, in running time too. */
  async #sealOf(round: bigint): Promise<SealFact | undefined> {
    const { chain, contracts, history } = this.#options
    const [sealed, from] = [history.sealed(round), history.openedAt(round)]
    if (!sealed || from === undefined) return undefined
    const { digest, count, sealedAt: to, blockNumber } = sealed
    const paused = to > from ? await readPausedBetween(chain, { ledger: contracts.ledger, from, to }) : 0
    return { digest, count, sealedAt: to - paused, ...(!this.#isDeep(blockNumber) && { shallow: true }) }
  }

  /** Gives a round its events of the history. */
  async #follow(round: bigint): Promise<void> {
    const { rounds, history } = this.#options
    const sealed = await this.#sealOf(round)
    const posted = history.claim(round)
    const forced = [...history.forced(round)].map(([member, commitment]) => ({ member: member as Address, commitment }))
    rounds.dispatch(round, { type: 'chain', ...(sealed && { sealed }), ...(posted && { posted: claimOf(posted) }), forced })
  }

  /**
   * Undoes reorganised events in the rounds. Rounds that the chain opened differently are opened again; statements
   * already made stand, so nobody signs twice. The time follows before a list comes: one that is sealed again is not late by
   * blocks that are gone.
   */
  async #reorganised(): Promise<void> {
    const { chain, contracts, rounds } = this.#options
    for (const { plan } of rounds.states()) {
      if (!rounds.state(plan.round)) continue
      if (this.#stands(plan)) await this.#follow(plan.round)
      // What the new chain has of it is caught up with, or opened below.
      else rounds.close(plan.round)
    }
    const { timestamp } = await chain.publicClient.getBlock()
    await tickRounds({ chain, ledger: contracts.ledger, rounds }, Number(timestamp))
    // A rejection that is undone brings back claims, and what this node knows of them.
    await this.openDisputable()
    await this.refresh()
  }

  /** Whether the round's own duties replay its claim. */
  #follows(round: bigint): boolean {
    const state = this.#options.rounds.state(round)
    return state !== undefined && !state.plan.caughtUp
  }

  /** Whether the history opens a round as its plan says. */
  #stands(plan: RoundPlan): boolean {
    const { history } = this.#options
    const { round, base } = plan
    const seat = history.seat(round)
    if (!seat || (history.open() !== round && !history.claim(round))) return false
    if (!isDrawnBy(plan, history.drawn(round)?.seed ?? ZERO_HASH)) return false
    const parent = history.claims().findLast((claim) => claim.round < round)
    return sameSeat(plan, seat) && (parent === undefined || parent.claimHash === base)
  }
}

type Seat = Pick<Opened, 'openedAt' | 'operatorKey'>

/** Whether a round is of the same opening: a reorganisation may give the number to another key, even in the same second. */
function sameSeat(known: Seat, seat: Seat): boolean {
  return known.openedAt === seat.openedAt && sameAddress(known.operatorKey, seat.operatorKey)
}

/** Whether the members of the plan are those that a seed draws; zero for none. */
function isDrawnBy(plan: RoundPlan, seed: Hash): boolean {
  return (plan.seed ?? ZERO_HASH) === seed
}

function claimOf({ claimHash, claim, operator }: PostedRound): Pick<PostedRound, 'claimHash' | 'claim' | 'operator'> {
  return { claimHash, claim, operator }
}
