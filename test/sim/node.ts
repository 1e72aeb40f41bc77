import type { LedgerEvent } from '../../src/chain/events/ledger-event.ts'
import { noMetrics, silentLogger } from '../../src/core/index.ts'
import { JournalSpan } from '../../src/node/chain/journal-span.ts'
import { rowsToSeal } from '../../src/node/duties/seal.ts'
import { Rounds } from '../../src/node/rounds/rounds.ts'
import { saidIn } from '../../src/node/rounds/said.ts'
import type { Said } from '../../src/node/rounds/said.ts'
import {
  commitmentOf,
  decide,
  eventOf,
  forcedHashOf,
  lowerHex,
  maySpeak,
  messagesOf,
  mustEnd,
  ownCommitment,
  sameAddress,
  selfWith,
  toHex,
  VIA_CHAIN,
} from '../../src/protocol/index.ts'
import type {
  Address,
  CommitmentMessage,
  Hash,
  Message,
  Objection,
  RoundEffect,
  RoundEvent,
  RoundPlan,
  RoundState,
  Self,
} from '../../src/protocol/index.ts'
import { keccak } from '../../src/protocol/hash.ts'
import { definitionOf } from '../../src/protocol/statements/registry.ts'
import { judgeList } from '../../src/protocol/statements/seal.ts'
import { ClaimHistory } from '../../src/replay/claim-history.ts'
import { SNAPSHOT, TOTAL_STAKE } from './cast.ts'
import type { Person } from './cast.ts'
import { SimJournal } from './journal.ts'
import type { Standing, Transaction } from './ledger.ts'
import { DOMAIN, QUORUM_BPS, SEAL_DEPTH, SIGNATURE, TASK, THRESHOLDS, WINDOWS } from './task.ts'
import type { World } from './world.ts'

const MOST_WAITING = 200
const MOST_EARLY = 64

/**
 * A node over the real rounds, statements and history; chain and network are the world's. What `ChainFeed`, `Inbox`, `DutyRunner` and the duties do in a
 * program, it does here without waiting.
 */
export class SimNode {
  readonly person: Person
  readonly inbox: Message[] = []
  online = true
  journal = new SimJournal()
  /** The newest round when the journal was last lost or replaced by an older one: what was said up to it is not sure. */
  unsureUpTo = 0n
  readonly #world: World
  readonly #self: Self
  #rounds!: Rounds
  #said!: Said
  #span!: JournalSpan
  #history = new ClaimHistory()
  /** Hashes of the blocks that were followed. */
  #trail: Hash[] = []
  #early: Message[] = []
  readonly #sent = new Map<string, Transaction>()
  /** Lives of the data folder: a lost update is trained anew, with another outcome. */
  #life = 0

  constructor(world: World, person: Person) {
    this.#world = world
    this.person = person
    this.#self = selfWith(
      person.owner,
      person.role === 'member' ? ['hold', 'replay', 'train', 'commit'] : ['hold', 'replay', 'seal', 'build', 'post'],
    )
    this.#start()
  }

  get rounds(): Rounds {
    return this.#rounds
  }

  get history(): ClaimHistory {
    return this.#history
  }

  /** The process ends and starts again, with this journal. */
  restart(journal: SimJournal = this.journal): void {
    if (journal !== this.journal) {
      this.unsureUpTo = this.#world.chain.head.state.next
      this.#life++
    }
    this.online = true
    this.journal = journal
    this.inbox.length = 0
    this.#start()
  }

  #start(): void {
    const options = { journal: this.journal, logger: silentLogger, metrics: noMetrics }
    this.#rounds = new Rounds(options)
    this.#said = saidIn(this.journal)
    this.#span = new JournalSpan(this.journal)
    this.#history = new ClaimHistory()
    this.#trail = []
    this.#early = []
    this.#sent.clear()
  }

  // ── The chain ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** Follows the chain up to that block. A back end that lags behind what was followed shows nothing. */
  follow(to: number): void {
    const { chain } = this.#world
    const first = this.#trail.length === 0
    let at = this.#trail.length - 1
    while (at >= 0 && chain.block(at)?.hash !== this.#trail[at]) at--
    const parted = at < this.#trail.length - 1
    if (parted && to < at + 1) return
    if (parted) {
      this.#trail.length = at + 1
      this.#history.apply({ type: 'reorg', toBlock: BigInt(at) })
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
    if (this.#trail.length === 0) return
    this.#refresh()
    this.#tick()
    this.#world.rules.followed(this, this.#trail.length - 1)
  }

  #onEvent(event: LedgerEvent, live: boolean): void {
    this.#world.count()
    this.#history.apply(event)
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
    const { open } = this.#world.chain.block(this.#trail.length - 1)!.state
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
    const { state } = this.#world.chain.block(this.#trail.length - 1)!
    const newest = state.open ? state.open.round : state.next - 1n
    const last = this.#history.claims().at(-1)
    const made = last?.round === newest - 1n ? this.journal.events<RoundEvent>(last.round) : []
    const builtBase = made.some(({ payload }) => payload.type === 'built' && payload.claimHash === last!.claimHash)
    this.#span.begin({ newest, builtBase: state.open !== undefined && builtBase })
    this.#openDisputable()
  }

  /** As `Statements`: peers are asked what this key said before the node says anything in a round that it resumed. */
  #ask(): void {
    for (const state of this.#rounds.states()) {
      const { plan, asked, foreign, posted } = state
      if (!plan.resumed || asked || foreign || posted) continue
      const told = this.#world.nodes.filter((peer) => peer !== this && peer.online).flatMap((peer) => peer.remembered(plan.round))
      if (told.some((message) => this.#isForeign(message, state)))
        this.#rounds.dispatch(plan.round, { type: 'foreign', since: 'before' })
      this.#rounds.dispatch(plan.round, { type: 'asked' })
    }
  }

  #isForeign(message: Message, state: RoundState): boolean {
    const { owner } = this.person
    if (message.kind === 'commitment')
      return sameAddress(message.member, owner) && message.commitment !== ownCommitment(state, lowerHex(owner))
    if (message.kind !== 'receiptNotice' || !sameAddress(state.plan.operator, owner)) return false
    return state.receipts.get(lowerHex(message.member))?.commitment !== message.commitment
  }

  #openDisputable(): void {
    const now = this.#world.chain.block(this.#trail.length - 1)!
    for (const { round, claim } of this.#history.claims()) {
      if (this.#rounds.state(round) || !this.#isDisputable(now.state.claims, round, now.time)) continue
      const { lost: _lost, ...over } = this.#plan(round, claim.parent, this.#history.seat(round)!)
      this.#rounds.open({ ...over, caughtUp: true })
      this.#learn(round)
    }
  }

  #isDisputable(claims: readonly Standing[], round: bigint, now: number): boolean {
    const claim = claims.find((one) => one.round === round)
    return claim !== undefined && now < claim.postedAt + WINDOWS.challenge
  }

  #plan(round: bigint, base: Hash, { openedAt, operator }: { openedAt: number; operator: Address }): RoundPlan {
    const lost = sameAddress(operator, this.person.owner) && !this.#span.covers(round)
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
    const sealed = this.#history.sealed(round)
    if (!sealed) return undefined
    const { digest, count, sealedAt } = sealed
    const shallow = !this.#isDeep(sealed.blockNumber)
    return { type: 'sealed', digest, count, sealedAt, ...(shallow && { shallow }) }
  }

  #isDeep(block: bigint): boolean {
    return block + SEAL_DEPTH <= BigInt(this.#trail.length - 1)
  }

  #learn(round: bigint): void {
    const sealed = this.#sealOf(round)
    const posted = this.#history.claim(round)
    const forced = [...this.#history.forced(round)].map(([member, commitment]) => ({ member: member as Address, commitment }))
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
    const seat = this.#history.seat(round)
    if (!seat || (this.#history.open() !== round && !this.#history.claim(round))) return false
    const parent = this.#history.claims().findLast((claim) => claim.round < round)
    return seat.openedAt === openedAt && sameAddress(seat.operator, operator) && (!parent || parent.claimHash === base)
  }

  #tick(): void {
    for (const { plan, sealed } of this.#rounds.states()) {
      const known = sealed?.shallow && this.#history.sealed(plan.round)
      if (known && this.#isDeep(known.blockNumber)) this.#rounds.dispatch(plan.round, { type: 'deep', digest: known.digest })
    }
    this.#rounds.tick(this.#world.chain.block(this.#trail.length - 1)!.time)
  }

  // ── Gossip ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A message is on its way here. The oldest is lost when too many are. */
  receive(message: Message): void {
    this.inbox.push(message)
    if (this.inbox.length > MOST_WAITING) this.inbox.shift()
  }

  /** Takes the message at that place of the queue. */
  deliver(index: number): void {
    const [message] = this.inbox.splice(index % Math.max(1, this.inbox.length), 1)
    if (message) this.#hear(message)
  }

  /** Looks again at what came too early. */
  recheck(): void {
    for (const message of this.#early.splice(0)) this.#hear(message)
  }

  #hear(message: Message): boolean {
    this.#world.count()
    const state = this.#rounds.state(message.round)
    const latest = this.#rounds.latest?.plan.round ?? 0n
    const objection = state && judged(message, state)
    const isEarly = state ? objection?.code === 'MESSAGE_EARLY' : message.round > latest
    if (isEarly && this.#early.length < MOST_EARLY) this.#early.push(message)
    if (!state || objection) return false
    const event = eventOf(message)
    if (event) this.#rounds.dispatch(message.round, event)
    return true
  }

  /** What it serves to a peer that asks for a round. */
  remembered(round: bigint): Message[] {
    const state = this.#rounds.state(round)
    return state ? messagesOf(state) : []
  }

  /** As the operator's service answers `Commit`: true stands for a receipt. */
  takeCommitment(message: CommitmentMessage): boolean {
    const state = this.#rounds.state(message.round)
    if (!state || !sameAddress(state.plan.operator, this.person.owner)) return false
    if (this.person.honest && (!maySpeak(state) || mustEnd(state))) return false
    if (!this.#hear(message) && !isKept(this.#rounds.state(message.round), message)) return false
    // Journalled and told before it is given.
    const { round, member, commitment } = message
    const { operatorKey } = state.plan
    const notice: Message = { kind: 'receiptNotice', task: TASK, round, member, commitment, operatorKey, signature: SIGNATURE }
    this.#rounds.dispatch(round, eventOf(notice)!)
    this.#publish(notice)
    this.#world.truth.receipts.push({ operator: this.person.owner, round: message.round, member: message.member })
    return true
  }

  // ── Duties ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Pays every debt that can be paid now. */
  act(): void {
    if (this.#trail.length === 0) return
    this.#ask()
    const tried = new Set<string>()
    for (let again = true; again;) {
      again = false
      for (const { plan } of this.#rounds.states()) {
        const state = this.#rounds.state(plan.round)
        for (const effect of state ? decide(state, this.#self) : []) {
          const current = this.#rounds.state(plan.round)
          if (!current || tried.has(effect.key)) continue
          tried.add(effect.key)
          this.#world.count()
          const events = this.#perform(effect, current)
          for (const event of events) this.#rounds.dispatch(plan.round, event)
          again ||= events.length > 0
        }
      }
    }
    this.#publishList()
    this.#takeSeat()
    this.#dispute()
  }

  #send(key: string, tx: Transaction): [] {
    const before = this.#sent.get(key)
    if (before && this.#world.chain.waits(before)) return []
    this.#sent.set(key, tx)
    this.#world.chain.send(tx)
    return []
  }

  #publish(message: Message): void {
    this.#world.publish(message, this)
  }

  #perform(effect: RoundEffect, state: RoundState): RoundEvent[] {
    const { owner: member, honest } = this.person
    const { round, openedAt } = state.plan
    const base = { task: TASK, round, member, signature: SIGNATURE }
    switch (effect.type) {
      case 'train': {
        const updateRoot = toHex(keccak(new TextEncoder().encode(`${member} ${round} ${this.#life}`)))
        this.#world.hold(updateRoot, this)
        return [{ type: 'trained', updateRoot, salt: updateRoot }]
      }
      case 'commit': {
        const commitment = commitmentOf(TASK, round, member, effect.updateRoot, effect.salt)
        const message: CommitmentMessage = { kind: 'commitment', ...base, commitment }
        this.#publish(message)
        if (!this.#world.handIn(message, state.plan.operator)) return []
        const notice: Message = { kind: 'receiptNotice', ...base, commitment, operatorKey: state.plan.operatorKey }
        this.#publish(notice)
        return [eventOf(message)!, eventOf(notice)!]
      }
      case 'force': {
        const commitment = commitmentOf(TASK, round, member, effect.updateRoot, effect.salt)
        return this.#send(effect.key, { type: 'force', from: member, round, commitment })
      }
      case 'reveal': {
        const { updateRoot, salt } = effect
        const message: Message = { kind: 'reveal', ...base, updateRoot, salt }
        this.#publish(message)
        return [eventOf(message)!]
      }
      case 'fetch':
        return this.#world.fetch(effect.updateRoot, this) ? [{ type: 'held', updateRoot: effect.updateRoot }] : []
      case 'attest': {
        const { commitments } = effect
        const about = `${round}:${commitments}`
        const held = this.#world.fault === 'unsaid' ? effect.held : this.#said('attestation', about, () => effect.held)
        const message: Message = { kind: 'attestation', ...base, commitments, held }
        this.#publish(message)
        return [eventOf(message)!]
      }
      case 'list': {
        const rows = rowsToSeal(state)
        // A Byzantine operator leaves somebody out.
        return [{ type: 'list', rows: honest || rows.length < 4 ? rows : rows.slice(1), known: state.commitments.size }]
      }
      case 'seal': {
        const { list = [], forced } = state
        const call = { round, openedAt, digest: effect.digest, count: list.length, forcedHash: forcedHashOf(forced) }
        return this.#send(effect.key, { type: 'seal', from: member, ...call })
      }
      case 'build':
        return [
          {
            type: 'built',
            openedAt: state.plan.openedAt,
            over: state.sealed!.digest,
            ...this.#world.truth.claimOf(state, !honest && round % 2n === 0n),
          },
        ]
      case 'post': {
        const { claim, claimHash } = state.built!
        const call = { round, openedAt, digest: state.sealed!.digest, claim, claimHash }
        return this.#send(effect.key, { type: 'post', from: member, ...call })
      }
      case 'fail':
        return this.#send(effect.key, { type: 'fail', from: member })
      case 'replay':
      case 'void':
        return []
    }
  }

  /** The list goes out again until there is a claim: peers may have missed it. */
  #publishList(): void {
    for (const { plan, seal, posted } of this.#rounds.states()) {
      if (!seal || posted || !sameAddress(plan.operator, this.person.owner)) continue
      const rows = seal.rows.map(({ member, commitment, source }) => ({ member, commitment, source }))
      this.#publish({ kind: 'seal', task: TASK, round: plan.round, rows, operator: this.person.owner })
    }
  }

  #takeSeat(): void {
    const { state } = this.#world.chain.block(this.#trail.length - 1)!
    if (this.person.role === 'operator' && !state.open && this.#world.wantsSeat(this))
      this.#send(`take ${state.next}`, { type: 'take', from: this.person.owner })
  }

  /** As the watcher does: a claim whose replay fails, or that leaves out a member whose receipt the node knows. */
  #dispute(): void {
    const { truth, chain } = this.#world
    const now = chain.block(this.#trail.length - 1)!
    for (const claim of now.state.claims) {
      if (!this.#isDisputable(now.state.claims, claim.round, now.time)) continue
      const receipts = [...(this.#rounds.state(claim.round)?.receipts ?? [])].map(([member, { operatorKey }]) => ({
        operator: operatorKey,
        round: claim.round,
        member,
      }))
      if (!truth.replayFails(claim) && !truth.leavesOut(claim, receipts)) continue
      const { round, claimHash } = claim
      this.#send(`reject ${claimHash}`, { type: 'reject', from: this.person.owner, round, claimHash })
    }
  }
}

/** What speaks against a message, signatures aside. */
function judged(message: Message, state: RoundState): Objection | undefined {
  if (message.kind === 'seal') return judgeList(message, state)
  return definitionOf(message).judge(message, { domain: DOMAIN, state }) as Objection | undefined
}

function isKept(state: RoundState | undefined, { member, commitment }: CommitmentMessage): boolean {
  const author = lowerHex(member)
  const rows = state?.list ?? state?.seal?.rows
  return state?.commitments.get(author)?.commitment === commitment && (!rows || rows.some((row) => row.member === author))
}
