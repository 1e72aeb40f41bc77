import { createEngine } from '../../../../src/engine/index.ts'
import { rowsToSeal } from '../../../../src/node/duties/seal.ts'
import { commitmentOf, forcedHashOf, isKept, lowerHex, recordOf, VIA_CHAIN, ZERO_HASH } from '../../../../src/protocol/index.ts'
import type {
  Address,
  CommitmentMessage,
  Hash,
  Hex,
  Message,
  RoundEffect,
  RoundPlan,
  RoundRecord,
} from '../../../../src/protocol/index.ts'
import { claimComputer } from '../../../../src/replay/index.ts'
import type { ComputedClaim, ModelState } from '../../../../src/replay/index.ts'
import type { TaskSpec } from '../../../../src/protocol/index.ts'
import { MEMBERS, OPERATOR, TASK, TOTAL_STAKE } from '../random-round.ts'
import type { Random } from '../random-round.ts'
import { TEST_DOMAIN } from '../signed-round.ts'
import { memberKey, OPERATOR_KEY, OPERATOR_OWNER } from './accounts.ts'
import { LifeNode } from './life-node.ts'
import { WINDOWS } from './life-chain.ts'
import type { LifeChain } from './life-chain.ts'
import type { StatementLog } from './statement-log.ts'

export const DOCUMENT = '{}'

// Small rounds never leave the calling thread.
const compute = claimComputer(createEngine({ threads: 1 }))

export interface WorldInput {
  chain: LifeChain
  log: StatementLog
  spec: TaskSpec
  base: ModelState
  random: Random
  /** Slots of the members that follow the protocol. */
  honest: readonly number[]
  /** The update that each member would offer, by slot. */
  updateOf: (slot: number) => { root: Hash; update: Int8Array }
  /** Every update anybody ever made, by root. */
  updates: Map<Hash, Int8Array>
}

type Due = { at: number; from: 'opened' | 'sealed'; act: () => unknown }

/**
 * One number of a round: honest nodes that run the round machine, a chain, and whatever an adversary does to them. Messages between
 * honest nodes arrive at once; what an adversary tells only some of them, they pass on in the next step.
 */
export class LifeWorld {
  readonly chain: LifeChain
  readonly log: StatementLog
  readonly random: Random
  readonly operator: LifeNode
  readonly members: readonly LifeNode[]
  readonly salt: Hash = ZERO_HASH
  /** Members whose messages the operator does not hear before the seal. */
  readonly unheard: ReadonlySet<number>
  /** What the operator built, and from what. Attestations that come later have no part in it. */
  claim: ComputedClaim | undefined
  record: RoundRecord | undefined
  posted = false
  failed: string | undefined
  readonly #input: WorldInput
  /** By root, the nodes that have the bytes. */
  readonly #holders = new Map<Hash, Set<LifeNode>>()
  /** By root, the nodes that an adversary serves. */
  readonly #served = new Map<Hash, Set<LifeNode>>()
  #due: Due[] = []
  #relayed: Message[] = []
  #owed = new Set<string>()

  constructor(input: WorldInput) {
    this.#input = input
    const { chain, log, random, honest, spec, base } = input
    ;[this.chain, this.log, this.random] = [chain, log, random]
    const plan: RoundPlan = {
      task: TASK,
      round: chain.round,
      openedAt: chain.openedAt,
      snapshot: chain.timepoint,
      ...(chain.committee.size > 0 && { seed: chain.committee.seed }),
      memberCount: MEMBERS.length,
      windows: WINDOWS,
      base: base.claimHash,
      operator: lowerHex(OPERATOR_OWNER),
      operatorKey: lowerHex(OPERATOR_KEY.address),
      operatorSlot: OPERATOR.slot,
      members: chain.snapshot,
      totalStake: TOTAL_STAKE,
      quorumBps: 6667,
      spec,
    }
    this.operator = new LifeNode(plan.operator, undefined, plan)
    this.members = honest.map((slot) => new LifeNode(MEMBERS[slot]!.member, slot, plan))
    this.unheard = new Set(honest.filter(() => random(12) === 0))
  }

  get nodes(): LifeNode[] {
    return [this.operator, ...this.members]
  }

  get round(): bigint {
    return this.chain.round
  }

  /** The key that speaks for a member in this round. */
  keyOf(slot: number): ReturnType<typeof memberKey> {
    const { operatorKey } = this.chain.memberAt(slot)!
    for (let version = 0; ; version++) {
      const key = memberKey(slot, version)
      if (lowerHex(key.address) === operatorKey) return key
    }
  }

  commitmentTo(slot: number, root: Hash): Hash {
    return commitmentOf(TASK, this.round, MEMBERS[slot]!.member, root, this.salt)
  }

  /** Something that happens so many seconds of running time after the opening, or after the seal. */
  plan(from: Due['from'], at: number, act: () => unknown): void {
    this.#due.push({ from, at, act })
  }

  /** Bytes that an adversary hands to some nodes. */
  serve(root: Hash, nodes: readonly LifeNode[]): void {
    const served = this.#served.get(root) ?? new Set()
    for (const node of nodes) served.add(node)
    this.#served.set(root, served)
  }

  /** Tells some nodes, which tell the others later. */
  async tell(message: Message, nodes: readonly LifeNode[]): Promise<void> {
    this.log.messages.push(message)
    for (const node of nodes) if (await node.hear(message)) this.#relayed.push(message)
  }

  /** The operator's answer to a member that hands in its commitment (coordinator/services). */
  async handIn(message: CommitmentMessage): Promise<Hex | undefined> {
    const { operator } = this
    await operator.hear(message)
    if (!isKept(operator.state, message)) return undefined
    const { task, round, member, commitment } = message
    return this.log.sign('Receipt', { task, round, member, commitment }, OPERATOR_KEY)
  }

  async signCommitment(slot: number, commitment: Hash, key = this.keyOf(slot)): Promise<CommitmentMessage> {
    const body = { task: TASK, round: this.round, member: MEMBERS[slot]!.member, commitment }
    return { kind: 'commitment', ...body, signature: await this.log.sign('Commitment', body, key) }
  }

  /** Puts a commitment on chain, and tells all nodes what the chain has. */
  force(member: Address, commitment: Hash, signature: Hex = '0x', doomed = false): void {
    if (!this.chain.force(member, commitment, signature, doomed)) return
    for (const node of this.nodes) node.dispatch({ type: 'commitment', member, commitment, source: VIA_CHAIN })
  }

  reorganise(): void {
    if (!this.chain.reorganise()) return
    for (const node of this.nodes) node.dispatch({ type: 'chain', ...this.chain.facts() })
  }

  /** Plays the round to its end. @param stopAt running seconds after which the operator gives up; it crashed, say */
  async play(stopAt = Infinity): Promise<void> {
    await this.#step()
    while (!this.posted && this.failed === undefined) {
      if (this.chain.elapsed >= stopAt) this.failed = 'stopped'
      else {
        this.chain.wait(1 + this.random(5))
        await this.#step()
      }
    }
  }

  async pause(seconds: number): Promise<void> {
    await this.chain.pause(seconds, async () => this.#settle())
  }

  async #step(): Promise<void> {
    const now = this.chain.openedAt + this.chain.elapsed
    for (const node of this.nodes) node.dispatch({ type: 'tick', now })
    const relayed = this.#relayed
    this.#relayed = []
    for (const message of relayed) for (const node of this.nodes) await this.#hears(node, message)
    const { sealed, openedAt } = this.chain
    const isDue = ({ from, at }: Due): boolean =>
      from === 'opened' ? now >= openedAt + at : sealed !== undefined && now >= sealed.sealedAt + at
    const due = this.#due.filter(isDue)
    this.#due = this.#due.filter((one) => !isDue(one))
    for (const { act } of due) await act()
    await this.#settle()
  }

  /** Everything that nodes owe, until nothing new is owed. A debt that could not be paid is tried again in the next step. */
  async #settle(): Promise<void> {
    this.#owed = new Set()
    for (let busy = true; busy && !this.posted && this.failed === undefined;) {
      busy = false
      for (const node of this.nodes) {
        for (const effect of node.owes()) {
          const key = `${node.owner} ${effect.key}`
          if (this.#owed.has(key)) continue
          this.#owed.add(key)
          busy = true
          await this.#perform(node, effect)
        }
      }
    }
  }

  async #perform(node: LifeNode, effect: RoundEffect): Promise<void> {
    const { owner, slot, state } = node
    const base = { task: TASK, round: this.round, member: owner }
    switch (effect.type) {
      case 'train': {
        const { root } = this.#input.updateOf(slot!)
        this.#holds(node, root)
        return node.dispatch({ type: 'trained', updateRoot: root, salt: this.salt })
      }
      case 'commit': {
        const commitment = this.commitmentTo(slot!, effect.updateRoot)
        const message = await this.signCommitment(slot!, commitment)
        this.log.count('honest: commitment')
        await this.#publish(message)
        const signature = this.unheard.has(slot!) ? undefined : await this.handIn(message)
        const operatorKey = lowerHex(OPERATOR_KEY.address)
        if (!signature) return
        node.dispatch({ type: 'receipt', member: owner, commitment, operatorKey, signature })
        return this.#publish({ kind: 'receiptNotice', ...base, commitment, operatorKey, signature })
      }
      case 'force': {
        const message = await this.signCommitment(slot!, this.commitmentTo(slot!, effect.updateRoot))
        this.log.count('honest: forced commitment')
        this.force(owner, message.commitment, message.signature)
        return
      }
      case 'reveal': {
        const body = { ...base, updateRoot: effect.updateRoot, salt: effect.salt }
        const signature = await this.log.sign('Reveal', body, this.keyOf(slot!))
        node.dispatch({ type: 'reveal', member: owner, updateRoot: effect.updateRoot, salt: effect.salt, signature })
        return this.#publish({ kind: 'reveal', ...body, signature })
      }
      case 'fetch': {
        const anybody = (this.#holders.get(effect.updateRoot)?.size ?? 0) > 0
        if (anybody || this.#served.get(effect.updateRoot)?.has(node)) this.#holds(node, effect.updateRoot)
        return
      }
      case 'attest': {
        const body = { ...base, commitments: effect.commitments, held: effect.held }
        const signature = await this.log.sign('Attestation', body, this.keyOf(slot!))
        this.log.count('honest: attestation')
        node.dispatch({ type: 'attestation', member: owner, commitments: effect.commitments, held: effect.held, signature })
        return this.#publish({ kind: 'attestation', ...body, signature })
      }
      case 'list':
        return node.dispatch({ type: 'list', rows: rowsToSeal(state), known: state.commitments.size })
      case 'seal':
        return this.#seal(node)
      case 'build': {
        const record = recordOf(TEST_DOMAIN, state)
        this.record = record
        const { spec, base: parent, updates } = this.#input
        this.claim = await compute({ task: TASK, spec, document: DOCUMENT, base: parent, record, updates })
        return node.dispatch({
          type: 'built',
          openedAt: state.plan.openedAt,
          over: state.sealed!.digest,
          claimHash: this.claim.claimHash,
          claim: this.claim.claim,
        })
      }
      case 'post':
        this.posted = this.chain.post()
        return
      case 'fail':
        this.failed = effect.reason
        return
      case 'replay':
    }
  }

  async #seal(node: LifeNode): Promise<void> {
    const { list = [], forced, plan } = node.state
    const fact = this.chain.seal(list, forcedHashOf(forced, plan.seed))
    // Refused: what the node believed of the chain is over.
    if (!fact) return this.reorganise()
    for (const other of this.nodes) other.dispatch({ type: 'chain', ...this.chain.facts() })
    await this.#publish({ kind: 'seal', task: TASK, round: this.round, rows: [...list], operator: node.owner })
  }

  #holds(node: LifeNode, root: Hash): void {
    const holders = this.#holders.get(root) ?? new Set()
    this.#holders.set(root, holders.add(node))
    node.dispatch({ type: 'held', updateRoot: root })
  }

  async #publish(message: Message): Promise<void> {
    this.log.messages.push(message)
    for (const node of this.nodes) await this.#hears(node, message)
  }

  async #hears(node: LifeNode, message: Message): Promise<void> {
    const censored =
      node === this.operator &&
      message.kind === 'commitment' &&
      this.members.some(({ owner, slot }) => owner === message.member && this.unheard.has(slot!))
    if (!censored) await node.hear(message)
  }
}
