import type { LedgerEvent } from '../../../src/chain/index.ts'
import { isQuorateError, noMetrics, silentLogger } from '../../../src/core/index.ts'
import { commit, hold, Rounds, rowsToSeal, saidIn, Voice } from '../../../src/node/index.ts'
import type { NodePorts, Said } from '../../../src/node/index.ts'
import {
  decide,
  eventOf,
  forcedHashOf,
  lowerHex,
  messagesOf,
  recordOf,
  sameAddress,
  selfWith,
  VIA_CHAIN,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type {
  Address,
  Claim,
  CommitmentMessage,
  Hash,
  Message,
  ReceiptMessage,
  RoundEffect,
  RoundEvent,
  RoundState,
  Self,
} from '../../../src/protocol/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import { accountOf } from '../cast.ts'
import type { Person } from '../cast.ts'
import { DOCUMENT, SPEC, TASK } from '../task.ts'
import type { ChainView } from '../chain/chain-view.ts'
import { call } from '../chain/deploy.ts'
import type { Call } from '../chain/evm.ts'
import type { Claims } from './claims.ts'
import { signingKey } from './signing-key.ts'
import type { Updates } from './updates.ts'
import { verdictOn } from './validation.ts'

/** What a node asks of the world around it. */
export interface Surroundings {
  chain: ChainView
  updates: Updates
  claims: Claims
  /** To all other nodes. */
  publish: (message: Message, from: Address) => void
  /** Hands a commitment to the operator that has the seat; undefined when it gives no receipt. */
  handIn: (message: CommitmentMessage, operator: Address) => Promise<ReceiptMessage | undefined>
}

/** A transaction that a node wants, and what it learns once the transaction is mined and succeeded. */
export interface Wish {
  key: string
  call: Call
  done: (round: bigint) => RoundEvent[]
  round: bigint
}

const MOST_EARLY = 64
const MEMBER_DUTIES = ['hold', 'replay', 'train', 'commit'] as const
const OPERATOR_DUTIES = ['hold', 'replay', 'seal', 'build', 'post'] as const

/**
 * A node that follows the rules: the real rounds with their journal, the real decisions, the real handlers of commit, hold and seal. What it would send
 * to peers goes to the world, transactions are wishes that the world mines.
 */
export class HonestNode {
  readonly person: Person
  readonly rounds: Rounds
  online = true
  readonly #world: Surroundings
  readonly #self: Self
  readonly #said: Said
  readonly #journal = createMemoryJournal()
  /** Chain time at which the journal began. */
  readonly #since: number
  #voice!: Voice
  #key: Address
  #pending = new Set<string>()
  readonly #early: Message[] = []
  #lastReceipt: `0x${string}` | undefined
  /** Claims whose replay does not match, as this node sees it. */
  readonly disputed = new Set<Hash>()
  /** Receipts that operators gave to this member, by round. */
  readonly receipts = new Map<bigint, { commitment: Hash; signature: `0x${string}` }>()

  /** @param since chain time at which its journal began */
  constructor(world: Surroundings, person: Person, key: Address, since = 0) {
    this.#since = since
    this.#world = world
    this.person = person
    this.#key = key
    this.rounds = new Rounds({ journal: this.#journal, logger: silentLogger, metrics: noMetrics })
    this.#self = selfWith(person.owner, person.role === 'member' ? MEMBER_DUTIES : OPERATOR_DUTIES)
    this.#said = saidIn(this.#journal)
    this.useKey(key)
  }

  get key(): Address {
    return this.#key
  }

  /** From now on the node signs with this key. */
  useKey(key: Address): void {
    this.#key = key
    this.#voice = new Voice({
      domain: this.#world.chain.domain,
      owner: this.person.owner,
      account: signingKey(accountOf(key)),
      said: this.#said,
      publish: async (message) => this.#world.publish(message, this.person.owner),
    })
  }

  get #ports(): Pick<NodePorts, 'task' | 'voice' | 'logger'> {
    const { domain } = this.#world.chain
    return { task: { id: TASK, domain, spec: SPEC, document: DOCUMENT }, voice: this.#voice, logger: silentLogger }
  }

  // ── The chain ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** As `ChainFeed.onEvent`. */
  async follow(event: LedgerEvent): Promise<void> {
    switch (event.type) {
      case 'posted':
        this.rounds.dispatch(event.round, {
          type: 'posted',
          claimHash: event.claimHash,
          claim: event.claim,
          operator: event.operator,
        })
        return
      case 'failed':
      case 'voided':
      case 'rejected':
        this.rounds.close(event.round)
        return
      case 'sealed': {
        const sealed = await this.#world.chain.sealOf(event.round)
        if (sealed) this.rounds.dispatch(event.round, { type: 'sealed', ...sealed })
        return
      }
      case 'forced': {
        const { member, commitment } = event
        this.rounds.dispatch(event.round, { type: 'commitment', member, commitment, source: VIA_CHAIN })
        return
      }
      default:
    }
  }

  /** As `ChainFeed.refresh`: opens the round that the chain has open. */
  async refresh(): Promise<void> {
    const { chain } = this.#world
    if (chain.current.state === 0) return
    const { round, openedAt, parent } = chain.current
    const known = this.rounds.state(round)
    if (known && known.plan.openedAt === openedAt && known.plan.base === parent) return
    if (known) this.rounds.close(round)
    const plan = await chain.plan()
    // As `ChainFeed`: a journal that began after the round opened does not know the receipts that its operator gave.
    const lost = sameAddress(plan.operator, this.person.owner) && openedAt < this.#since
    this.rounds.open(lost ? { ...plan, lost } : plan)
    await this.#learn(round)
  }

  async #learn(round: bigint): Promise<void> {
    const { history } = this.#world.chain
    const sealed = await this.#world.chain.sealOf(round)
    const posted = history.claim(round)
    const forced = [...history.forced(round)].map(([member, commitment]) => ({ member: member as Address, commitment }))
    const claim = posted && { claimHash: posted.claimHash, claim: posted.claim, operator: posted.operator }
    this.rounds.dispatch(round, { type: 'chain', ...(sealed && { sealed }), ...(claim && { posted: claim }), forced })
  }

  /** As `ChainFeed.#reorganised`. */
  async reorganised(): Promise<void> {
    const { history } = this.#world.chain
    for (const { plan } of this.rounds.states()) {
      if (!this.rounds.state(plan.round)) continue
      const parent = history.claims().findLast((claim) => claim.round < plan.round)
      const opened = history.openedAt(plan.round) === plan.openedAt && (parent === undefined || parent.claimHash === plan.base)
      const stands = (history.open() === plan.round || history.claim(plan.round)) && opened
      if (stands) await this.#learn(plan.round)
      else this.rounds.close(plan.round)
    }
    await this.refresh()
  }

  /** As `ChainFeed.onBlock` and `tickRounds`. */
  async tick(): Promise<void> {
    const { chain } = this.#world
    for (const { plan, sealed } of this.rounds.states()) {
      const known = sealed?.shallow && chain.history.sealed(plan.round)
      if (known && chain.isDeep(known.blockNumber)) this.rounds.dispatch(plan.round, { type: 'deep', digest: known.digest })
    }
    const paused = new Map<bigint, number>()
    for (const { plan } of this.rounds.states()) paused.set(plan.round, await chain.pausedBetween(plan.openedAt, chain.now))
    this.rounds.tick(chain.now, paused)
  }

  // ── Gossip ────────────────────────────────────────────────────────────────────────────────────────────────────

  async hear(message: Message): Promise<boolean> {
    const state = this.rounds.state(message.round)
    if (!state) return false
    const verdict = await verdictOn(this.#world.chain.domain, message, state)
    if (verdict === 'early' && this.#early.length < MOST_EARLY) this.#early.push(message)
    if (verdict !== 'accept') return false
    const event = eventOf(message)
    if (event) this.rounds.dispatch(message.round, event)
    return true
  }

  /** Looks again at what came too early. */
  async recheck(): Promise<void> {
    for (const message of this.#early.splice(0)) await this.hear(message)
  }

  /** Everything that this node would serve to one that was away. */
  remembered(round: bigint): Message[] {
    const state = this.rounds.state(round)
    return state ? messagesOf(state) : []
  }

  /** As the operator's service answers `Commit`. */
  async takeCommitment(message: CommitmentMessage): Promise<ReceiptMessage | undefined> {
    const { owner } = this.person
    const plan = this.rounds.state(message.round)?.plan
    if (plan && !sameAddress(plan.operator, owner)) return undefined
    if (!(await this.hear(message)) && !isKept(this.rounds.state(message.round), message)) return undefined
    const { round, member, commitment } = message
    const body = { task: TASK, round, member, commitment }
    return { kind: 'receipt', ...body, operator: owner, signature: await this.#voice.sign('Receipt', body) }
  }

  // ── Duties ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Pays every debt that can be paid now. @returns transactions it wants */
  async act(): Promise<Wish[]> {
    const wishes: Wish[] = []
    const tried = new Set<string>()
    for (let again = true; again;) {
      again = false
      for (const { plan } of this.rounds.states()) {
        const state = this.rounds.state(plan.round)
        for (const effect of state ? decide(state, this.#self) : []) {
          if (tried.has(effect.key) || this.#pending.has(effect.key)) continue
          const current = this.rounds.state(plan.round)
          if (!current) break
          tried.add(effect.key)
          const done = await this.#perform(effect, current, wishes)
          for (const event of done) this.rounds.dispatch(plan.round, event)
          again ||= done.length > 0
        }
      }
    }
    return wishes
  }

  /** The world mined a wish, or dropped it. */
  settle({ key, round, done }: Wish, ok: boolean): void {
    this.#pending.delete(key)
    if (ok) for (const event of done(round)) this.rounds.dispatch(round, event)
  }

  async #perform(effect: RoundEffect, state: RoundState, wishes: Wish[]): Promise<RoundEvent[]> {
    const { round } = state.plan
    const signal = new AbortController().signal
    const wish = (one: Call, done: () => RoundEvent[] = () => []): [] => {
      this.#pending.add(effect.key)
      wishes.push({ key: effect.key, call: one, done, round })
      return []
    }
    try {
      switch (effect.type) {
        case 'train':
          return [{ type: 'trained', ...this.#train(round) }]
        case 'commit':
        case 'handIn':
        case 'reveal': {
          const handlers = commit(this.#ports, {
            handIn: async (message, operator) => this.#handIn(message, operator),
            force: async () => undefined,
          })
          return await handlers[effect.type]!(effect as never, state, signal)
        }
        case 'force':
          return await this.#force(effect, state, wish)
        case 'list':
          return [{ type: 'list', rows: rowsToSeal(state), known: state.commitments.size }]
        case 'seal':
          return this.#seal(effect.digest, state, wish)
        case 'fetch':
          return this.#fetch(effect.updateRoot)
        case 'attest':
          return await hold(this.#ports as NodePorts).attest!(effect, state, signal)
        case 'build':
          return await this.#build(state)
        case 'post':
          return this.#post(effect.claimHash, state, wish)
        case 'void':
          return wish(this.#voidCall(effect.claimHash, state))
        case 'fail':
          return wish(this.#call('fail', [TASK, state.plan.round]))
        case 'replay':
          return await this.#replay(effect.claimHash, state)
      }
    } catch (error) {
      if (isQuorateError(error) || error instanceof Refused) return []
      throw error
    }
  }

  #call(name: string, args: readonly unknown[]): Call {
    return call(this.#world.chain.stage, lowerHex(this.#key), 'ledger', name, args)
  }

  #voidCall(claimHash: Hash, { plan, voids }: RoundState): Call {
    const signed = [...voids]
      .filter(([, one]) => one.claimHash === claimHash)
      .sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1))
    const args = [TASK, plan.round, claimHash, signed.map(([member]) => member), signed.map(([, { signature }]) => signature)]
    return this.#call('voidWithQuorum', args)
  }

  #train(round: bigint): { updateRoot: Hash; salt: Hash } {
    const seed = Number.parseInt(this.person.name.slice(1), 10)
    const updateRoot = this.#world.updates.make('honest', round, seed)
    this.#world.updates.serve(updateRoot, this.person.owner)
    return { updateRoot, salt: ZERO_HASH }
  }

  async #handIn(message: CommitmentMessage, operator: Address): Promise<ReceiptMessage> {
    const receipt = await this.#world.handIn(message, operator)
    // What was not valid is not valid now.
    if (!receipt || receipt.signature === this.#lastReceipt) throw new Refused()
    this.#lastReceipt = receipt.signature
    this.receipts.set(message.round, { commitment: message.commitment, signature: receipt.signature })
    return receipt
  }

  async #force(
    effect: Extract<RoundEffect, { type: 'force' }>,
    state: RoundState,
    wish: (one: Call, done: () => RoundEvent[]) => [],
  ): Promise<RoundEvent[]> {
    let sent: CommitmentMessage | undefined
    const handlers = commit(this.#ports, {
      handIn: async () => Promise.reject(new Refused()),
      force: async (message) => void (sent = message),
    })
    const events = await handlers.force!(effect, state, new AbortController().signal)
    const { round, member, commitment, signature } = sent!
    return wish(this.#call('forceCommit', [TASK, round, [member], [commitment], [signature]]), () => events)
  }

  #seal(digest: Hash, { plan, list = [], forced }: RoundState, wish: (one: Call) => []): [] {
    const { round, openedAt } = plan
    const args = [TASK, round, openedAt, digest, list.length, forcedHashOf(forced)]
    return wish(this.#call('seal', args))
  }

  /** The list goes out once the seal is on chain, and again until a claim is. */
  publishList(): void {
    for (const { plan, seal, posted } of this.rounds.states()) {
      if (!seal || posted || !sameAddress(plan.operator, this.person.owner)) continue
      const rows = seal.rows.map(({ member, commitment, source }) => ({ member, commitment, source }))
      this.#world.publish({ kind: 'seal', task: TASK, round: plan.round, rows, operator: this.person.owner }, this.person.owner)
    }
  }

  #fetch(root: Hash): RoundEvent[] {
    const { updates } = this.#world
    if (!updates.isServed(root) || !updates.bytes(root)) return []
    updates.serve(root, this.person.owner)
    return [{ type: 'held', updateRoot: root }]
  }

  async #build(state: RoundState): Promise<RoundEvent[]> {
    const record = recordOf(this.#world.chain.domain, state)
    const computed = await this.#world.claims.compute(record)
    if (!computed) return []
    this.#world.claims.serve(computed, record, this.person.owner)
    this.#world.claims.learn(computed.claimHash)
    return [
      {
        type: 'built',
        openedAt: state.plan.openedAt,
        over: state.sealed!.digest,
        claimHash: computed.claimHash,
        claim: computed.claim,
      },
    ]
  }

  #post(claimHash: Hash, { built, plan, sealed }: RoundState, wish: (one: Call, done: () => RoundEvent[]) => []): [] {
    if (built?.claimHash !== claimHash || !sealed) return []
    const claim: Claim = built.claim
    const operator = this.person.owner
    const args = [TASK, plan.round, plan.openedAt, sealed.digest, claim]
    return wish(this.#call('post', args), () => [{ type: 'posted', claimHash, claim, operator }])
  }

  async #replay(claimHash: Hash, { posted, plan }: RoundState): Promise<RoundEvent[]> {
    if (posted?.claimHash !== claimHash) return []
    const match = await this.#world.claims.replays(plan.round, posted.claim, claimHash)
    if (match === true) this.#world.claims.learn(claimHash)
    else this.disputed.add(claimHash)
    return match === undefined ? [] : [{ type: 'replayed', claimHash, match }]
  }
}

class Refused extends Error {}

function isKept(state: RoundState | undefined, { member, commitment }: CommitmentMessage): boolean {
  const author = lowerHex(member)
  const rows = state?.list ?? state?.seal?.rows
  return state?.commitments.get(author)?.commitment === commitment && (!rows || rows.some((row) => row.member === author))
}
