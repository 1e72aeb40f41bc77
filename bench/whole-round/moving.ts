import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noMetrics, silentLogger } from '../../src/core/index.ts'
import { createBlobExchange, createNetworkNode, generatePeerSeed, gossipTopic, peerKeyFromSeed } from '../../src/network/index.ts'
import type { BlobExchange, NetworkNode, PeerKey, PeerMember, UpdateFetch } from '../../src/network/index.ts'
import { obtainUpdate, storeSource } from '../../src/node/index.ts'
import { keccak, SEGMENT, updateRoot } from '../../src/protocol/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'
import { KeptLeaves } from '../../src/replay/index.ts'
import { openBlobStore } from '../../src/storage/index.ts'
import type { BlobStore } from '../../src/storage/index.ts'
import { updatesOf } from '../arrays.ts'
import { roundOf } from '../round.ts'

/** What moving the updates of one round costs. */
export interface MovingReport {
  /** Least processor time of a round by node, ms: asking, serving, hashing, writing to disk. */
  cpu: number
  rounds: number
}

interface Mover {
  member: Address
  node: NetworkNode
  blobs: BlobExchange
  updates: BlobStore
}

const LEDGER: Address = `0x${'aa'.repeat(20)}`
const TASK = { chainId: 31_337, ledger: LEDGER, task: 1n }

/**
 * `n` members and an operator in this process, connected to each other over TCP. In every round each member has an update and everybody fetches
 * the others', as nodes do: over libp2p, checked against the root, to disk.
 */
export async function benchMoving(n: number, length: number, rounds = 8): Promise<MovingReport> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-moving-'))
  const movers: Mover[] = []
  try {
    const seeds = Array.from({ length: n + 1 }, () => generatePeerSeed())
    const members = new Map<PeerKey, PeerMember>()
    for (const [i, seed] of seeds.entries()) members.set(await peerKeyFromSeed(seed), { member: addressOf(i), role: 'member' })
    for (const [i, seed] of seeds.entries()) {
      const mover = await startMover(join(folder, `${i}`), addressOf(i), seed, members)
      await mover.node.dial(movers.flatMap(({ node }) => node.addresses()))
      movers.push(mover)
    }
    let cpu = Infinity
    for (let round = 0; round <= rounds; round++) {
      const owned = await Promise.all(
        updatesOf(n, length, round + 1).map(async (update, i) => ({
          author: movers[i]!.member,
          root: await movers[i]!.updates.add(new Uint8Array(update)),
        })),
      )
      const before = process.cpuUsage()
      await Promise.all(movers.map(async (mover) => pull(mover, owned, length)))
      const { user, system } = process.cpuUsage(before)
      // The first one opens the streams and warms the compiler.
      if (round > 0) cpu = Math.min(cpu, (user + system) / 1000 / movers.length)
    }
    return { cpu, rounds }
  } finally {
    for (const { blobs, node } of movers) {
      await blobs.stop()
      await node.stop()
    }
    await rm(folder, { recursive: true })
  }
}

async function startMover(
  folder: string,
  member: Address,
  seed: Uint8Array,
  members: ReadonlyMap<PeerKey, PeerMember>,
): Promise<Mover> {
  const updates = await openBlobStore({ folder: join(folder, 'updates'), extension: '.q8', addressOf: updateRoot })
  const documents = await openBlobStore({ folder: join(folder, 'documents'), extension: '.json', addressOf: keccak })
  const common = { logger: silentLogger, metrics: noMetrics }
  const node = await createNetworkNode({
    seed,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    topics: [gossipTopic(TASK)],
    membership: { memberOfPeer: (key) => members.get(key), onChange: () => () => {} },
    ...common,
  })
  const blobs = createBlobExchange({ node, source: storeSource(updates, documents), ...common })
  await node.start()
  await blobs.start()
  return { member, node, blobs, updates }
}

async function pull({ blobs, updates }: Mover, owned: { author: Address; root: Hash }[], length: number): Promise<void> {
  const needs = {
    task: { id: 1n, domain: TASK, spec: roundOf([new Int8Array(length)]).spec, document: '' },
    stores: { updates, leaves: new KeptLeaves() },
    metrics: noMetrics,
    supply: {
      fetchUpdate: async (root: Hash, fetch: Pick<UpdateFetch, 'signal' | 'onSegments'> & { author?: Address }) =>
        blobs.fetchSegments(root, { ...fetch, segments: length / SEGMENT }),
    },
  }
  const { signal } = new AbortController()
  await Promise.all(owned.map(async ({ author, root }) => obtainUpdate(needs, root, signal, author)))
}

function addressOf(index: number): Address {
  return `0x${(index + 1).toString(16).padStart(40, '0')}`
}
