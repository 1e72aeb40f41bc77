import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Lifecycle, noMetrics, silentLogger } from '../../../src/core/index.ts'
import {
  createGossip,
  createNetworkNode,
  createRoundSync,
  generatePeerSeed,
  gossipTopic,
  peerKeyFromSeed,
} from '../../../src/network/index.ts'
import type { NetworkNode } from '../../../src/network/index.ts'
import {
  agree,
  AgreementFiles,
  AgreementLoop,
  Agreements,
  Inbox,
  loadAgreements,
  NodeEvents,
  Rounds,
  saidIn,
  StateStore,
  Voice,
} from '../../../src/node/index.ts'
import type { NodeEvent } from '../../../src/node/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import type { Journal } from '../../../src/storage/index.ts'
import type { Hash, Message } from '../../../src/protocol/index.ts'
import type { PostedRound } from '../../../src/replay/index.ts'
import { ClaimChain, DOMAIN, signer, snapshotOfSigners, TASK } from '../../support/claim-chain.ts'
import type { Signer } from '../../support/claim-chain.ts'
import { Registry } from '../network/support.ts'
import { until } from '../network/until.ts'

const task = { ...DOMAIN, task: TASK }
const signers = [signer(1), signer(2), signer(3)]

/** Who a member is, over restarts. */
interface Member extends Signer {
  seed: Uint8Array
  folder: string
}

let registry: Registry
let chain: ClaimChain
let root: string
let members: Member[]
const running = new Set<Node>()

/** What a member's node has of agreements, over real libp2p, SQLite, states and files. It runs none of the rounds: they were before it started. */
class Node {
  readonly told: NodeEvent[] = []
  readonly agreements: Agreements
  readonly network: NetworkNode
  readonly #journal: Journal
  readonly #files: AgreementFiles
  readonly #life: Lifecycle

  private constructor({ owner, key, folder }: Member, network: NetworkNode, states: StateStore) {
    this.network = network
    this.#journal = openJournal(folder)
    this.#files = new AgreementFiles(join(folder, 'agreements'), silentLogger)
    const { history } = chain
    const events = new NodeEvents(silentLogger)
    events.onAny((event) => this.told.push(event))
    this.agreements = new Agreements({
      domain: DOMAIN,
      task: TASK,
      quorumBps: 6667,
      journal: this.#journal,
      history,
      snapshotOf: async () => snapshotOfSigners(signers),
      isFinal: async () => false,
      files: this.#files,
      events,
      logger: silentLogger,
    })
    const { agreements } = this
    const inbox = new Inbox({
      domain: DOMAIN,
      task: TASK,
      rounds: new Rounds({ journal: this.#journal, logger: silentLogger, metrics: noMetrics }),
      openings: { announced: () => {} },
      agreements,
    })
    const gossip = createGossip({
      node: network,
      task,
      validate: async (message) => inbox.validate(message),
      handle: (message) => inbox.accept(message),
      logger: silentLogger,
      metrics: noMetrics,
    })
    const sync = createRoundSync({
      node: network,
      gossip,
      task: TASK,
      messagesOf: (round) => agreements.messages(round),
      wantedRounds: () => agreements.wanted().slice(0, 2),
      logger: silentLogger,
      metrics: noMetrics,
    })
    const publish = async (message: Message): Promise<unknown> => gossip.publish(message)
    const voice = new Voice({ domain: DOMAIN, owner, account: key, said: saidIn(this.#journal), publish })
    const loop = new AgreementLoop({
      self: owner,
      agreements,
      agree: agree({ task: { id: TASK, domain: DOMAIN, spec: undefined as never, document: '' }, voice }),
      states,
      verified: async () => true,
      publish,
      sync,
      logger: silentLogger,
      everyMs: 50,
    })
    this.#life = new Lifecycle([network, gossip, sync, loop])
  }

  static async start(member: Member): Promise<Node> {
    const states = await StateStore.open(join(member.folder, 'states'))
    const network = await createNetworkNode({
      seed: member.seed,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      topics: [gossipTopic(task)],
      membership: registry,
      logger: silentLogger,
      metrics: noMetrics,
      redial: { baseMs: 20, maxMs: 200 },
    })
    const node = new Node(member, network, states)
    await node.#life.start()
    await network.dial([...running].flatMap((other) => other.network.addresses()))
    running.add(node)
    return node
  }

  async stop(): Promise<void> {
    running.delete(this)
    await this.#life.stop()
    await this.#files.settled()
    this.#journal.close()
  }

  /** How many of the members this node knows to agree to each claim. */
  sizes(claims: readonly PostedRound[]): number[] {
    return claims.map(({ claimHash }) => this.agreements.of(claimHash).size)
  }

  /** Hashes of the claims that this node said to have a quorum, sorted. */
  get quorate(): Hash[] {
    return this.told.flatMap((event) => (event.event === 'agreed' ? [event.claimHash] : [])).toSorted()
  }
}

/** The member's node has replayed the claim: its state is on disk. */
async function verify({ folder }: Member, { round, claim, claimHash }: PostedRound): Promise<void> {
  const states = await StateStore.open(join(folder, 'states'))
  const model = new Int32Array(256)
  await states.save({
    round,
    claim,
    claimHash,
    height: Number(round),
    model,
    reference: null,
    ledger: new Map(),
    ledgerTotal: 0n,
  })
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'quorate-agreements-'))
  registry = new Registry()
  chain = new ClaimChain()
  members = []
  for (const [i, who] of signers.entries()) {
    const seed = generatePeerSeed()
    registry.register(await peerKeyFromSeed(seed), { member: who.owner, role: 'member' })
    members.push({ ...who, seed, folder: join(root, String(i)) })
  }
})
afterEach(async () => {
  for (const node of running) await node.stop()
  await rm(root, { recursive: true })
})

describe('agreements between nodes', () => {
  it('a restarted node agrees to the claims posted before the restart and collects the agreements of the others', async () => {
    const claims = [5n, 6n, 7n].map((round) => chain.post(round))
    for (const posted of claims) for (const member of members) await verify(member, posted)
    const [one, two, three] = members as [Member, Member, Member]
    const a = await Node.start(one)
    const b = await Node.start(two)
    await until(
      () => [a.sizes(claims), b.sizes(claims)],
      [
        [2, 2, 2],
        [2, 2, 2],
      ],
    )
    expect(a.quorate).toEqual([])

    // The third was away. Two of three equal stakes are no quorum of 66.67 %, so all three are needed.
    const c = await Node.start(three)
    const newest = claims.at(-1)!.claimHash
    await until(() => [a, b, c].map((node) => node.sizes(claims).at(-1)), [3, 3, 3])
    for (const node of [a, b, c]) {
      await until(() => node.quorate.includes(newest), true)
      expect(node.agreements.wanted()).toEqual([])
    }
  })

  it('what one node collected is served after its restart, when the authors are gone', async () => {
    const posted = chain.post(5n)
    const [one, two, three] = members as [Member, Member, Member]
    for (const member of [one, two]) await verify(member, posted)
    const a = await Node.start(one)
    const b = await Node.start(two)
    await until(() => [a, b].map((node) => node.sizes([posted])), [[2], [2]])
    await a.stop()
    await b.stop()

    const again = await Node.start(one)
    expect(again.sizes([posted])).toEqual([2])
    const c = await Node.start(three)
    await until(() => c.sizes([posted]), [2])
    await c.stop()
    const kept = await loadAgreements(join(three.folder, 'agreements'), posted.claimHash)
    expect(kept.map(({ member }) => member).toSorted()).toEqual([one.owner, two.owner])
  })
})
