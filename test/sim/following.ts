import type { LedgerEvent } from '../../src/chain/events/ledger-event.ts'
import { JournalSpan } from '../../src/node/chain/journal-span.ts'
import type { Rounds } from '../../src/node/rounds/rounds.ts'
import { sameAddress, VIA_CHAIN } from '../../src/protocol/index.ts'
import type { Address, Hash, RoundEvent, RoundPlan } from '../../src/protocol/index.ts'
import { ClaimHistory } from '../../src/replay/claim-history.ts'
import { SNAPSHOT, TOTAL_STAKE } from './cast.ts'
import type { SimBlock } from './chain.ts'
import type { SimJournal } from './journal.ts'
import type { Standing } from './ledger.ts'
import { QUORUM_BPS, SEAL_DEPTH, TASK, THRESHOLDS, WINDOWS } from './task.ts'
import type { World } from './world.ts'

/** The chain as one process of a node follows it: what `ChainFeed` does in a program. It opens the rounds and tells them what the ledger says. */
export class Following {
  readonly history = new ClaimHistory()
  readonly #world: Pick<World, 'chain' | 'count' | 'fault'>
  readonly #owner: Address
  readonly #rounds: Rounds
  readonly #journal: SimJournal
  readonly #span: JournalSpan
  /** Hashes of the blocks that were followed. */
  readonly #trail: Hash[] = []

  constructor(world: Pick<World, 'chain' | 'count' | 'fault'>, owner: Address, rounds: Rounds, journal: SimJournal) {
    this.#world = world
    this.#owner = owner
    this.#rounds = rounds
    this.#journal = journal
    this.#span = new JournalSpan(journal)
  }

  get hasBegun(): boolean {
    return this.#trail.length > 0
  }

  /** Number of the newest block that was followed. */
  get head(): number {
    return this.#trail.length - 1
  }

  /** The newest block that was followed. */
  get block(): SimBlock {
    return this.#world.chain.block(this.head)!
  }

  /**
   * Follows the chain up to that block. A back end that lags behind what was followed shows nothing.
   *
   * @returns whether the node saw the chain
   */
  follow(to: number): boolean {
    const { chain } = this.#world
    const first = this.#trail.length === 0
    let at = this.#trail.length - 1
    while (at >= 0 && chain.block(at)?.hash !== this.#trail[at]) at--
    const parted = at < this.#trail.length - 1
    if (parted && to < at + 1) return false
    if (parted) {
      this.#trail.length = at + 1
      this.history.apply({ type: 'reorg', toBlock: BigInt(at) })
      if (this.#world.fault !== 'undo') this.#reorganised()
    }
    for (let number = at + 1; number <= to; number++) {
      const block = chain.block(number)!
      this.#trail.push(block.hash)
      // A back end that lags answers with fewer logs than there are.
      const short = this.#world.fault === 'short' && number % 5 === 0
      for (const event of short ? [] : block.events) this.#onEvent(event, !first)
    }
    if (first) this.#begin()
    if (this.#trail.length === 0) return false
    this.#refresh()
    this.#tick()
    return true
  }

  #onEvent(event: LedgerEvent, live: boolean): void {
    this.#world.count()
    this.history.apply(event)
    if (!live) return
    switch (event.type) {
      case 'posted': {
        const { claimHash, claim, operator } = event
        if (this.#rounds.state(event.round)) this.#rounds.dispatch(event.round, { type: 'posted', claimHash, claim, operator })
        else this.#openDisputable()
        return this.#refresh()
      }
      case 'failed':
      case 'voided':
      case 'rejected':
        for (const { plan } of this.#rounds.states()) if (plan.round >= event.round) this.#rounds.close(plan.round)
        return this.#refresh()
      case 'opened':
        return this.#refresh()
      case 'sealed': {
        const sealed = this.#sealOf(event.round)
        if (sealed) this.#rounds.dispatch(event.round, sealed)
        return
      }
      case 'forced': {
        const { member, commitment } = event
        return this.#rounds.dispatch(event.round, { type: 'commitment', member, commitment, source: VIA_CHAIN })
      }
      default:
    }
  }

  /** As `ChainFeed.refresh`, which reads the round that is open in the block that it has followed. */
  #refresh(): void {
    const { open } = this.block.state
    if (!open) return
    const { round, openedAt, operator, parent } = open
    const known = this.#rounds.state(round)
    if (known && known.plan.openedAt === openedAt && sameAddress(known.plan.operator, operator) && known.plan.base === parent)
      return
    if (known) this.#rounds.close(round)
    this.#span.opens(round)
    this.#rounds.open({ ...this.#plan(round, parent, open), ...(this.#span.isResumed(round) && { resumed: true }) })
    this.#learn(round)
  }

  /** As `ChainFeed.begin`: what the journal missed is known before a round is opened. */
  #begin(): void {
    const { state } = this.block
    const newest = state.open ? state.open.round : state.next - 1n
    const last = this.history.claims().at(-1)
    const made = last?.round === newest - 1n ? this.#journal.events<RoundEvent>(last.round) : []
    const builtBase = made.some(({ payload }) => payload.type === 'built' && payload.claimHash === last!.claimHash)
    this.#span.begin({ newest, builtBase: state.open !== undefined && builtBase })
    this.#openDisputable()
  }

  #openDisputable(): void {
    const now = this.block
    for (const { round, claim } of this.history.claims()) {
      if (this.#rounds.state(round) || !this.isDisputable(now.state.claims, round, now.time)) continue
      const { lost: _lost, ...over } = this.#plan(round, claim.parent, this.history.seat(round)!)
      this.#rounds.open({ ...over, caughtUp: true })
      this.#learn(round)
    }
  }

  isDisputable(claims: readonly Standing[], round: bigint, now: number): boolean {
    const claim = claims.find((one) => one.round === round)
    return claim !== undefined && now < claim.postedAt + WINDOWS.challenge
  }

  #plan(round: bigint, base: Hash, { openedAt, operator }: { openedAt: number; operator: Address }): RoundPlan {
    const lost = sameAddress(operator, this.#owner) && !this.#span.covers(round)
    return {
      task: TASK,
      round,
      openedAt,
      snapshot: openedAt - 1,
      windows: WINDOWS,
      base,
      operator,
      operatorKey: operator,
      operatorSlot: 100,
      ...(lost && { lost }),
      members: SNAPSHOT,
      totalStake: TOTAL_STAKE,
      spec: THRESHOLDS,
      quorumBps: QUORUM_BPS,
    }
  }

  #sealOf(round: bigint): Extract<RoundEvent, { type: 'sealed' }> | undefined {
    const sealed = this.history.sealed(round)
    if (!sealed) return undefined
    const { digest, count, sealedAt } = sealed
    const shallow = !this.#isDeep(sealed.blockNumber)
    return { type: 'sealed', digest, count, sealedAt, ...(shallow && { shallow }) }
  }

  #isDeep(block: bigint): boolean {
    return block + SEAL_DEPTH <= BigInt(this.head)
  }

  #learn(round: bigint): void {
    const sealed = this.#sealOf(round)
    const posted = this.history.claim(round)
    const forced = [...this.history.forced(round)].map(([member, commitment]) => ({ member: member as Address, commitment }))
    this.#rounds.dispatch(round, { type: 'chain', ...(sealed && { sealed }), ...(posted && { posted }), forced })
  }

  #reorganised(): void {
    for (const { plan } of this.#rounds.states()) {
      if (!this.#rounds.state(plan.round)) continue
      if (this.#stands(plan)) this.#learn(plan.round)
      else this.#rounds.close(plan.round)
    }
  }

  #stands({ round, openedAt, operator, base }: RoundPlan): boolean {
    const seat = this.history.seat(round)
    if (!seat || (this.history.open() !== round && !this.history.claim(round))) return false
    const parent = this.history.claims().findLast((claim) => claim.round < round)
    return seat.openedAt === openedAt && sameAddress(seat.operator, operator) && (!parent || parent.claimHash === base)
  }

  #tick(): void {
    for (const { plan, sealed } of this.#rounds.states()) {
      const known = sealed?.shallow && this.history.sealed(plan.round)
      if (known && this.#isDeep(known.blockNumber)) this.#rounds.dispatch(plan.round, { type: 'deep', digest: known.digest })
    }
    this.#rounds.tick(this.block.time)
  }
}
