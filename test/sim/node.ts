import { noMetrics, silentLogger } from '../../src/core/index.ts'
import { Rounds } from '../../src/node/rounds/rounds.ts'
import { saidIn } from '../../src/node/rounds/said.ts'
import type { Said } from '../../src/node/rounds/said.ts'
import {
  decide,
  eventOf,
  lowerHex,
  maySpeak,
  messagesOf,
  mustEnd,
  ownCommitment,
  sameAddress,
  selfWith,
} from '../../src/protocol/index.ts'
import type { CommitmentMessage, Message, Objection, RoundState, Self } from '../../src/protocol/index.ts'
import { definitionOf } from '../../src/protocol/statements/registry.ts'
import { judgeList } from '../../src/protocol/statements/seal.ts'
import type { ClaimHistory } from '../../src/replay/claim-history.ts'
import type { Person } from './cast.ts'
import { perform } from './duties.ts'
import type { DutyPorts } from './duties.ts'
import { Following } from './following.ts'
import { SimJournal } from './journal.ts'
import type { Transaction } from './ledger.ts'
import { DOMAIN, SIGNATURE, TASK } from './task.ts'
import type { World } from './world.ts'

const MOST_WAITING = 200
const MOST_EARLY = 64

/**
 * A node over the real rounds, statements and history; chain and network are the world's. What `Inbox` and `DutyRunner` do in a program, it does here
 * without waiting; `Following` stands for `ChainFeed`, and `perform` for the duties.
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
  #chain!: Following
  #early: Message[] = []
  readonly #sent = new Map<string, Transaction>()
  /** Lives of the state folder: a lost update is trained anew, with another outcome. */
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
    return this.#chain.history
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
    this.#chain = new Following(this.#world, this.person.owner, this.#rounds, this.journal)
    this.#early = []
    this.#sent.clear()
  }

  // ── The chain ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** Follows the chain up to that block. A back end that lags behind what was followed shows nothing. */
  follow(to: number): void {
    if (this.#chain.follow(to)) this.#world.rules.followed(this, this.#chain.head)
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
    if (!this.#chain.hasBegun) return
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
          const events = perform(effect, current, this.#ports)
          for (const event of events) this.#rounds.dispatch(plan.round, event)
          again ||= events.length > 0
        }
      }
    }
    this.#publishList()
    this.#takeSeat()
    this.#dispute()
  }

  #send(key: string, tx: Transaction): void {
    const before = this.#sent.get(key)
    if (before && this.#world.chain.waits(before)) return
    this.#sent.set(key, tx)
    this.#world.chain.send(tx)
  }

  #publish(message: Message): void {
    this.#world.publish(message, this)
  }

  get #ports(): DutyPorts {
    return {
      person: this.person,
      world: this.#world,
      said: this.#said,
      life: this.#life,
      hold: (root) => this.#world.hold(root, this),
      fetch: (root) => this.#world.fetch(root, this),
      publish: (message) => this.#publish(message),
      send: (key, tx) => this.#send(key, tx),
    }
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

  /** The list goes out again until there is a claim: peers may have missed it. */
  #publishList(): void {
    for (const { plan, seal, posted } of this.#rounds.states()) {
      if (!seal || posted || !sameAddress(plan.operator, this.person.owner)) continue
      const rows = seal.rows.map(({ member, commitment, source }) => ({ member, commitment, source }))
      this.#publish({ kind: 'seal', task: TASK, round: plan.round, rows, operator: this.person.owner })
    }
  }

  #takeSeat(): void {
    const { state } = this.#chain.block
    if (this.person.role === 'operator' && !state.open && this.#world.wantsSeat(this))
      this.#send(`take ${state.next}`, { type: 'take', from: this.person.owner })
  }

  /** As the watcher does: a claim whose replay fails, or that leaves out a member whose receipt the node knows. */
  #dispute(): void {
    const { truth } = this.#world
    const now = this.#chain.block
    for (const claim of now.state.claims) {
      if (!this.#chain.isDisputable(now.state.claims, claim.round, now.time)) continue
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
