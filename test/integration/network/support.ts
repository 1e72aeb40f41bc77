import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { PrivateKeyAccount } from 'viem/accounts'
import { Lifecycle, silentLogger } from '../../../src/core/index.ts'
import type { Metrics } from '../../../src/core/index.ts'
import {
  createBlobExchange,
  createGossip,
  createNetworkNode,
  createRoundSync,
  generatePeerSeed,
  gossipTopic,
  peerKeyFromSeed,
} from '../../../src/network/index.ts'
import type {
  BlobExchange,
  BlobSource,
  DocumentPart,
  Gossip,
  NetworkNode,
  NetworkNodeOptions,
  PeerKey,
  PeerMember,
  PeerMembership,
  RoundSync,
} from '../../../src/network/index.ts'
import {
  commitmentOf,
  commitmentsHash,
  eventOf,
  concat,
  initialRoundState,
  lowerHex,
  messagesOf,
  reduceRound,
  segmentRoots,
  signStatement,
  toHex,
  updateRoot,
  validateMessage,
} from '../../../src/protocol/index.ts'
import type { Address, Hash, Message, RoundPlan, RoundState } from '../../../src/protocol/index.ts'
import { until } from './until.ts'

export const domain = { chainId: 31_337, ledger: '0x00000000000000000000000000000000000000aa' as Address }
export const task = { ...domain, task: 1n }

/** Counts by name and labels, for assertions. */
export class CountingMetrics implements Metrics {
  readonly #counts: { name: string; labels: Record<string, string>; by: number }[] = []
  readonly #waiting = new Set<() => void>()

  count(name: string, labels: Record<string, string> = {}, by = 1): void {
    this.#counts.push({ name, labels, by })
    for (const wake of this.#waiting) wake()
  }

  /** Resolves when a counter with these labels has reached `least`. */
  async seen(name: string, labels: Record<string, string> = {}, least = 1): Promise<void> {
    if (this.sum(name, labels) >= least) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => {
      if (this.sum(name, labels) >= least) resolve()
    }
    this.#waiting.add(look)
    await promise
    this.#waiting.delete(look)
  }

  gauge(): void {}
  observe(): void {}

  /** Sum of a counter over all label sets that contain `labels`. */
  sum(name: string, labels: Record<string, string> = {}): number {
    const match = (entry: { name: string; labels: Record<string, string> }): boolean =>
      entry.name === name && Object.entries(labels).every(([key, value]) => entry.labels[key] === value)
    return this.#counts.filter(match).reduce((sum, entry) => sum + entry.by, 0)
  }
}

/** The registrations, as on chain. */
export class Registry implements PeerMembership {
  readonly #members = new Map<PeerKey, PeerMember>()
  readonly #listeners = new Set<() => void>()

  register(peerKey: PeerKey, member: PeerMember): void {
    this.#members.set(peerKey, member)
    this.#notify()
  }

  evict(peerKey: PeerKey): void {
    this.#members.delete(peerKey)
    this.#notify()
  }

  memberOfPeer(peerKey: PeerKey): PeerMember | undefined {
    return this.#members.get(peerKey)
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #notify(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** An identity: an owner address that is also its operator key, and a peer seed. */
export interface Identity {
  account: PrivateKeyAccount
  owner: Address
  seed: Uint8Array
  peerKey: PeerKey
}

export async function createIdentity(): Promise<Identity> {
  const seed = generatePeerSeed()
  const account = privateKeyToAccount(generatePrivateKey())
  return { account, owner: lowerHex(account.address), seed, peerKey: await peerKeyFromSeed(seed) }
}

/** A round that is open for `members`, operated by `operator`. */
export function openPlan(operator: Identity, members: readonly Identity[]): RoundPlan {
  return {
    task: 1n,
    round: 1n,
    openedAt: 1000,
    snapshot: 999,
    windows: { commit: 100, reveal: 100, attest: 100, post: 100, challenge: 100 },
    base: `0x${'11'.repeat(32)}`,
    operator: operator.owner,
    operatorKey: operator.owner,
    operatorSlot: 100,
    members: members.map(({ owner }, slot) => ({ member: owner, operatorKey: owner, slot, stake: 100n })),
    totalStake: 100n * BigInt(members.length),
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    quorumBps: 6667,
  }
}

/** Updates and documents in memory; `tamper` may change served bytes. */
export class MemorySource implements BlobSource {
  readonly updates = new Map<Hash, Uint8Array>()
  readonly documents = new Map<Hash, Uint8Array>()
  /** Numbers of the segments served. */
  readonly served: number[] = []
  tamper: (segment: Uint8Array, index: number) => Uint8Array = (segment) => segment
  /** What is served of a document from an offset. */
  tamperDocument: (bytes: Uint8Array, offset: number) => Uint8Array | undefined = (bytes) => bytes

  add(update: Uint8Array): Hash {
    const root = toHex(updateRoot(update))
    this.updates.set(root, update)
    return root
  }

  async updateSegmentRoots(root: Hash): Promise<Uint8Array | undefined> {
    const update = this.updates.get(root)
    return update && concat(segmentRoots(update))
  }

  async updateSegments(root: Hash, first: number, count: number): Promise<Uint8Array | undefined> {
    const update = this.updates.get(root)
    if (!update || update.length < (first + count) * 8192) return undefined
    const indices = Array.from({ length: count }, (_, i) => first + i)
    this.served.push(...indices)
    return concat(indices.map((index) => this.tamper(update.slice(index * 8192, (index + 1) * 8192), index)))
  }

  async document(hash: Hash, offset: number, length: number): Promise<DocumentPart | undefined> {
    const document = this.documents.get(hash)
    const bytes = document && this.tamperDocument(document.slice(offset, offset + length), offset)
    return document && bytes && { bytes, size: document.length }
  }
}

/** A whole peer: the real network over the real round state machine and validator. */
export class TestPeer implements AsyncDisposable {
  readonly identity: Identity
  readonly metrics: CountingMetrics
  readonly source = new MemorySource()
  readonly node: NetworkNode
  readonly gossip: Gossip
  readonly blobs: BlobExchange
  readonly sync: RoundSync
  /** What the handler took, in order. */
  readonly handled: Message[] = []
  state: RoundState
  readonly #life: Lifecycle

  constructor(identity: Identity, node: NetworkNode, plan: RoundPlan, metrics: CountingMetrics) {
    this.identity = identity
    this.node = node
    this.metrics = metrics
    this.state = initialRoundState(plan)
    const context = {
      domain,
      task: 1n,
      roundState: (round: bigint) => (round === plan.round ? this.state : undefined),
      latestRound: () => plan.round,
    }
    this.gossip = createGossip({
      node,
      task,
      validate: (message) => validateMessage(context, message),
      handle: (message) => this.apply(message),
      logger: silentLogger,
      metrics,
    })
    this.blobs = createBlobExchange({ node, source: this.source, metrics })
    this.sync = createRoundSync({
      node,
      gossip: this.gossip,
      task: 1n,
      messagesOf: (round) => (round === plan.round ? toldOf(this.state) : []),
      wantedRounds: () => [plan.round],
      logger: silentLogger,
      metrics,
    })
    this.#life = new Lifecycle([node, this.gossip, this.blobs, this.sync])
  }

  async start(): Promise<void> {
    await this.#life.start()
  }

  /** Takes a message into the round, as the handler and the author itself do. */
  apply(message: Message): void {
    this.handled.push(message)
    const event = eventOf(message)
    if (event) this.state = reduceRound(this.state, event)
  }

  /** Says something: takes it in and publishes it. */
  async say(message: Message): Promise<number> {
    this.apply(message)
    return this.gossip.publish(message)
  }

  async commitment(update: Hash): Promise<Message> {
    const { account, owner } = this.identity
    const body = { task: 1n, round: 1n, member: owner, commitment: commitmentOf(1n, 1n, owner, update, SALT) }
    return { kind: 'commitment', ...body, signature: await signStatement(domain, 'Commitment', body, account) }
  }

  async reveal(update: Hash): Promise<Message> {
    const { account, owner } = this.identity
    const body = { task: 1n, round: 1n, member: owner, updateRoot: update, salt: SALT }
    return { kind: 'reveal', ...body, signature: await signStatement(domain, 'Reveal', body, account) }
  }

  /** The operator's list of the commitments it knows. */
  async seal(): Promise<Message> {
    const rows = this.state.plan.members
      .map(({ member }) => ({ member, entry: this.state.commitments.get(member) }))
      .flatMap(({ member, entry }) => (entry ? [{ member, ...entry }] : []))
    return { kind: 'seal', task: 1n, round: 1n, rows, operator: this.identity.owner }
  }

  /** The chain has the seal over this list. */
  sealed(list: Message): void {
    if (list.kind !== 'seal') throw new Error('no list')
    const fact = { digest: commitmentsHash(list.rows), count: list.rows.length, sealedAt: 1010 }
    this.state = reduceRound(this.state, { type: 'sealed', ...fact })
    void this.gossip.recheck()
  }

  async stop(): Promise<void> {
    await this.#life.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

export const SALT: Hash = `0x${'5a'.repeat(32)}`

/** A peer's messages of the round: reveals first, the worst order for a peer that catches up. */
function toldOf(state: RoundState): Message[] {
  const messages = messagesOf(state)
  const reveals = messages.filter(({ kind }) => kind === 'reveal')
  return [...reveals, ...messages.filter(({ kind }) => kind === (state.seal ? 'seal' : 'commitment'))]
}

/** A peer that listens on a free port of the loopback interface, unless the options say otherwise. */
export async function createPeer(
  identity: Identity,
  registry: Registry,
  plan: RoundPlan,
  { port = 0, ...options }: Partial<Pick<NetworkNodeOptions, 'listen' | 'relay' | 'reserve'>> & { port?: number } = {},
): Promise<TestPeer> {
  const metrics = new CountingMetrics()
  const node = await createNetworkNode({
    seed: identity.seed,
    listen: [`/ip4/127.0.0.1/tcp/${port}`],
    topics: [gossipTopic(task)],
    membership: registry,
    logger: silentLogger,
    metrics,
    redial: { baseMs: 20, maxMs: 200 },
    ...options,
  })
  return new TestPeer(identity, node, plan, metrics)
}

/** Started peers, all registered, all connected to each other; the first operates. */
export class Cluster implements AsyncDisposable {
  readonly registry = new Registry()
  readonly identities: Identity[] = []
  readonly peers: TestPeer[] = []
  plan!: RoundPlan

  static async start(size: number): Promise<Cluster> {
    const cluster = new Cluster()
    for (let i = 0; i < size; i++) cluster.identities.push(await createIdentity())
    cluster.plan = openPlan(cluster.identities[0]!, cluster.identities)
    for (const [i, identity] of cluster.identities.entries()) {
      cluster.registry.register(identity.peerKey, { member: identity.owner, role: i === 0 ? 'operator' : 'member' })
    }
    for (const identity of cluster.identities) await cluster.add(identity)
    await cluster.meshed()
    return cluster
  }

  /** Starts a peer of this identity and dials the others. */
  async add(identity: Identity): Promise<TestPeer> {
    const others = this.peers.flatMap((other) => other.node.addresses())
    const peer = await this.addAlone(identity)
    await peer.node.dial(others)
    return peer
  }

  /** Starts a peer that knows no addresses. */
  async addAlone(identity: Identity): Promise<TestPeer> {
    const peer = await createPeer(identity, this.registry, this.plan)
    await peer.start()
    this.peers.push(peer)
    return peer
  }

  /** Stops a peer for good. */
  async remove(peer: TestPeer): Promise<void> {
    this.peers.splice(this.peers.indexOf(peer), 1)
    await peer.stop()
  }

  /** Everyone knows that everyone takes part. */
  async meshed(): Promise<void> {
    for (const peer of this.peers) await until(() => peer.gossip.subscribers().length, this.peers.length - 1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.peers.map((peer) => peer.stop()))
  }
}
