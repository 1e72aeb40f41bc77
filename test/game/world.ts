import type { LedgerEvent } from '../../src/chain/index.ts'
import { sameAddress } from '../../src/protocol/index.ts'
import type { Address, CommitmentMessage, Message, ReceiptMessage } from '../../src/protocol/index.ts'
import { Byzantine } from './actors/byzantine.ts'
import { Claims } from './actors/claims.ts'
import { Court } from './actors/court.ts'
import { HonestNode } from './actors/honest-node.ts'
import type { Surroundings, Wish } from './actors/honest-node.ts'
import { Updates } from './actors/updates.ts'
import { Watch } from './actors/watch.ts'
import { CAST, keyOf, personOf } from './cast.ts'
import { ChainView } from './chain/chain-view.ts'
import type { Mined } from './chain/chain-view.ts'
import { call } from './chain/deploy.ts'
import type { Stage } from './chain/deploy.ts'
import type { Call, Evm } from './chain/evm.ts'
import { Oracle } from './oracle.ts'
import { Rules } from './rules.ts'
import type { Stats } from './stats.ts'
import { TASK } from './task.ts'
import { Truth } from './truth.ts'
import { Violation } from './violation.ts'

/** A wish and the node that has it. */
interface Owned {
  wish: Wish
  node?: HonestNode
}

/** Rounds of talk before a block: an attestation waits for reveals, which wait for the list. */
const TALKS = 4

/** One game: a chain, honest nodes, one Byzantine mind. Time moves block by block, and the rules are checked after each. */
export class World implements Surroundings {
  readonly chain: ChainView
  readonly updates = new Updates()
  readonly claims: Claims
  readonly nodes: HonestNode[]
  readonly byzantine: Byzantine
  readonly watch: Watch
  readonly court: Court
  readonly truth: Truth
  readonly rules: Rules
  /** Absent where only what happens to the players is to be seen. */
  oracle: Oracle | undefined
  readonly stats: Stats
  /** Blocks mined in this game. */
  blocks = 0
  readonly #queue: { message: Message; from: Address }[] = []
  /** Lines of what happened, for whoever reads a counterexample. */
  readonly story: string[] = []

  constructor(evm: Evm, stage: Stage, stats: Stats) {
    this.stats = stats
    this.chain = new ChainView(evm, stage)
    this.claims = new Claims(this.chain, this.updates)
    this.nodes = CAST.filter(({ honest }) => honest).map((person) => new HonestNode(this, person, keyOf(person.name).address))
    this.byzantine = new Byzantine(this)
    this.watch = new Watch(this)
    this.court = new Court(this)
    this.truth = new Truth(this.chain, this.nodes)
    this.rules = new Rules(this)
  }

  async begin({ oracle = true } = {}): Promise<void> {
    await this.chain.begin()
    if (oracle) this.oracle = new Oracle(this.chain.current)
    await this.rules.begin()
  }

  node(name: string): HonestNode {
    return this.nodes.find(({ person }) => person.name === name)!
  }

  // ── Talk ──────────────────────────────────────────────────────────────────────────────────────────────────────

  publish(message: Message, from: Address): void {
    const { kind, round } = message
    if (kind === 'reveal' && personOf(from)?.honest && !this.revealedAt.has(round)) this.revealedAt.set(round, this.tick())
    this.#queue.push({ message, from })
  }

  /** A number that grows with every call. */
  tick(): number {
    return ++this.#ticks
  }

  #ticks = 0
  /** When the first honest member showed its update of a round. */
  readonly revealedAt = new Map<bigint, number>()

  /** To one node, which passes on what it takes. */
  whisper(message: Message, node: HonestNode): void {
    this.#whispers.push({ message, node })
  }

  readonly #whispers: { message: Message; node: HonestNode }[] = []

  async handIn(message: CommitmentMessage, operator: Address): Promise<ReceiptMessage | undefined> {
    const node = this.nodes.find(({ person }) => sameAddress(person.owner, operator))
    if (node) return node.online ? node.takeCommitment(message) : undefined
    return this.byzantine.handIn(message)
  }

  async #gossip(): Promise<void> {
    for (const { message, node } of this.#whispers.splice(0))
      if (await node.hear(message)) this.publish(message, node.person.owner)
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const { message, from } = next
      for (const node of this.nodes) if (node.online && !sameAddress(node.person.owner, from)) await node.hear(message)
      await this.byzantine.overhear(message)
    }
    for (const node of this.nodes) if (node.online) await node.recheck()
  }

  /** A node that was away follows the chain again and hears what the others remember. */
  async comeBack(node: HonestNode): Promise<void> {
    node.online = true
    await node.reorganised()
    await node.tick()
    const { round } = this.chain.current
    const other = this.nodes.find((one) => one !== node && one.online)!
    for (const message of other.remembered(round)) await node.hear(message)
  }

  /** A node that lost its disk. */
  async replace(name: string): Promise<void> {
    const at = this.nodes.findIndex(({ person }) => person.name === name)
    const { person, key } = this.nodes[at]!
    const fresh = new HonestNode(this, person, key, this.chain.now)
    this.nodes[at] = fresh
    await this.comeBack(fresh)
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Everybody acts, then one block is mined `seconds` after the last, and the rules are checked. */
  async block(seconds: number): Promise<Mined[]> {
    const wishes: Owned[] = []
    for (let talk = 0; talk < TALKS; talk++) {
      for (const node of this.nodes) {
        if (!node.online) continue
        if (node.person.role === 'operator') node.publishList()
        for (const wish of await node.act()) wishes.push({ wish, node })
      }
      await this.#gossip()
    }
    const { before, after } = await this.byzantine.act()
    await this.#gossip()
    const answerer = this.nodes.find(({ person, online }) => person.role === 'member' && online)!.person.owner
    const answers = this.court.answers(answerer).map((call) => ({ wish: { key: 'answer', call, done: () => [], round: 0n } }))
    wishes.push(
      ...this.watch.fines().map((wish) => ({ wish })),
      ...answers,
      ...(await this.#seats(seconds)),
      ...(await this.watch.wishes()).map((wish) => ({ wish })),
    )
    return this.#mine(before, wishes, after, seconds)
  }

  async #mine(before: readonly Call[], wishes: readonly Owned[], after: readonly Call[], seconds: number): Promise<Mined[]> {
    const calls = [...before, ...wishes.map(({ wish }) => wish.call), ...after]
    const mined = await this.chain.mine(calls, this.chain.now + seconds)
    this.blocks++
    this.stats.blocks++
    for (const [i, { wish, node }] of wishes.entries()) {
      const { ok } = mined[before.length + i]!.outcome
      node?.settle(wish, ok)
      if (!ok && wish.key.startsWith('proof')) await this.#refused(wish)
    }
    this.#tellStory(mined)
    const { now, current, stage } = this.chain
    const members = current.state === 0 ? 0 : (await this.chain.snapshot(current.openedAt - 1)).members.length
    this.oracle?.follow(mined, now, current, members, stage.ledger)
    await this.#tell(mined)
    await this.rules.check(mined)
    return mined
  }

  /** A proof that the judge refuses although the claim stands is a lie without proof. */
  async #refused({ call: proof, round }: Wish): Promise<void> {
    const claim = this.chain.history.claim(round)
    const lie = claim && this.byzantine.lies.get(claim.claimHash)
    if (!lie || this.chain.isPaused) return
    const reason = await this.chain.evm.reason(proof)
    throw new Violation('rule 2', `the judge refuses the proof of "${lie.name}" in round ${round}: ${reason.slice(0, 200)}`)
  }

  async #tell(mined: readonly Mined[]): Promise<void> {
    const events: LedgerEvent[] = mined.flatMap((one) => one.events)
    for (const node of this.nodes) {
      if (!node.online) continue
      for (const event of events) await node.follow(event)
      await node.refresh()
      await node.tick()
    }
    await this.byzantine.mined(mined)
  }

  /** As `SeatWatch`: an operator takes an empty seat when it may, and opens a round that waited for the ring. */
  async #seats(seconds: number): Promise<Owned[]> {
    const { state, operator } = this.chain.current
    if (state !== 0) return []
    const wishes: Owned[] = []
    for (const node of this.nodes) {
      const { role, owner } = node.person
      if (role !== 'operator' || !node.online) continue
      const wish = (name: 'open' | 'takeSeat'): Wish => {
        const { stage } = this.chain
        return { key: name, call: call(stage, node.key, 'ledger', name, [TASK]), done: () => [], round: 0n }
      }
      if (BigInt(operator) !== 0n) {
        if (sameAddress(operator, owner)) wishes.push({ wish: wish('open'), node })
        continue
      }
      const [, since] = await this.chain.view<[bigint, bigint]>('ledger', 'seatFrom', [TASK, owner])
      if (this.chain.now + seconds >= Number(since)) wishes.push({ wish: wish('takeSeat'), node })
    }
    return wishes
  }

  /** The newest blocks never were. Their transactions come again, or are lost. */
  async reorganise(depth: number, lost: boolean): Promise<void> {
    const blocks = Math.min(depth, this.chain.depth)
    if (blocks === 0) return
    const undone = await this.chain.rollback(blocks)
    if (!undone) return
    this.oracle?.rollback(blocks)
    this.stats.reorgs++
    this.story.push(`${this.chain.now}: the last blocks are undone (${undone.length} transactions${lost ? ' lost' : ''})`)
    this.rules.disturb('reorg')
    this.watch.forget()
    for (const node of this.nodes) if (node.online) await node.reorganised()
    await this.byzantine.reorganised()
    if (lost) return
    const calls = undone.map((one) => one.call)
    await this.#mine(calls, [], [], 1)
  }

  #tellStory(mined: readonly Mined[]): void {
    const lines = mined.map(({ call: { from, data }, outcome, events }) => {
      const who =
        CAST.find(({ name, owner }) => owner === from.toLowerCase() || sameAddress(keyOf(name).address, from))?.name ?? from
      return `${who} ${outcome.ok ? events.map((event) => event.type).join('+') || data.slice(0, 10) : `failed ${data.slice(0, 10)}`}`
    })
    this.story.push(`${this.chain.now}: state ${this.chain.current.state} round ${this.chain.current.round}; ${lines.join(', ')}`)
    if (this.story.length > 400) this.story.shift()
  }
}
