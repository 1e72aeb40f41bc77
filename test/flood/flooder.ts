// A bonded member that floods the operator: gossip, dials, streams, connections and calls, with the keys of a real member.
//   node test/flood/flooder.ts --config member.toml --messages 100000 --dials 10000 --streams 1000
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { readFile } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { loadKey, readMemberConfig } from '../../src/config/index.ts'
import { noMetrics, silentLogger } from '../../src/core/index.ts'
import { createNetworkNode, gossipTopic, openPeerRecord } from '../../src/network/index.ts'
import { encodeGossip } from '../../src/network/gossip/decode-gossip.ts'
import { peerPrivateKey } from '../../src/network/peer-key.ts'
import { fromHex } from '../../src/protocol/index.ts'
import type { Address, Message } from '../../src/protocol/index.ts'
import { createCoordinatorClient } from '../../src/rpc/index.ts'

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    owner: { type: 'string' },
    messages: { type: 'string', default: '100000' },
    dials: { type: 'string', default: '10000' },
    streams: { type: 'string', default: '1000' },
    calls: { type: 'string', default: '10000' },
  },
})
const config = await readMemberConfig(values.config!)
const seed = fromHex(await loadKey(config.keys.peer))
const member = values.owner as Address
const [coordinator] = config.coordinator
const client = createCoordinatorClient({ address: coordinator!.address, tls: { ca: await readFile(coordinator!.ca, 'utf8') } })
const { peerRecords } = await client.getTask()
const { addresses } = await openPeerRecord(peerRecords[0]!)
const { chainId, ledger } = config.chain
const topic = gossipTopic({ chainId, ledger, task: config.task.id })
const tally: Record<string, number> = {}
const count = (what: string): void => void (tally[what] = (tally[what] ?? 0) + 1)

/** Runs `times` attempts, several side by side; one that fails is one that was refused. */
async function attempts(
  name: string,
  times: number,
  parallel: number,
  attempt: (i: number, worker: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const work = async (worker: number): Promise<void> => {
    while (next < times) {
      const i = next++
      try {
        await attempt(i, worker)
        count(`${name} made`)
      } catch {
        count(`${name} failed`)
      }
      if (i % 64 === 0) await turn()
    }
  }
  await Promise.all(Array.from({ length: parallel }, async (_, worker) => work(worker)))
}

async function messages(times: number): Promise<void> {
  const everybody = { memberOfPeer: () => ({ member, role: 'member' as const }), onChange: () => () => {} }
  const node = await createNetworkNode({
    seed,
    listen: [],
    topics: [topic],
    membership: everybody,
    logger: silentLogger,
    metrics: noMetrics,
  })
  await node.start()
  node.pubsub.subscribe(topic)
  await node.dial(addresses)
  const statement = (i: number): Message => ({
    kind: 'commitment',
    task: config.task.id,
    round: BigInt(i % 3 === 0 ? 1 + (i % 5) : 1_000_000 + i),
    member,
    commitment: `0x${i.toString(16).padStart(64, '0')}`,
    signature: `0x${'01'.repeat(64)}1b`,
  })
  await attempts('messages', times, 4, async (i) => {
    // Not faster than the wire takes them: a flood that waits in the flooder's memory hurts nobody else.
    if (i % 500 === 0) while (node.peers().length === 0) await node.dial(addresses).then(turn)
    const { recipients } = await node.pubsub.publish(topic, encodeGossip(statement(i)))
    if (recipients.length === 0) throw new Error('nobody listens')
  })
  await node.stop()
}

async function bare(): Promise<Awaited<ReturnType<typeof createLibp2p>>> {
  return createLibp2p({
    privateKey: await peerPrivateKey(seed),
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { reconnectRetries: 0, maxConnections: 1e6, maxParallelDials: 64 },
  })
}

const to = multiaddr(addresses[0])

async function dials(times: number): Promise<void> {
  // A node makes one dial of the same address at a time.
  const nodes = await Promise.all(Array.from({ length: 16 }, bare))
  await attempts('dials', times, nodes.length, async (_, worker) => {
    const connection = await nodes[worker]!.dial(to, { force: true, signal: AbortSignal.timeout(10_000) })
    // Whether it was let in: one that was refused is closed at once.
    await connection.newStream('/ipfs/id/1.0.0', { signal: AbortSignal.timeout(2000) })
  })
  await Promise.all(nodes.map(async (node) => node.stop()))
}

async function streams(times: number): Promise<void> {
  const node = await bare()
  await attempts('streams', times, 16, async (i) => {
    const connection = await node.dial(to, { signal: AbortSignal.timeout(10_000) })
    const protocol = i % 2 === 0 ? '/quorate/sync/1' : '/quorate/blob/1'
    await connection.newStream(protocol, { signal: AbortSignal.timeout(10_000), maxOutboundStreams: 1e6 })
  })
  await node.stop()
}

async function calls(times: number): Promise<void> {
  const [host, port] = coordinator!.address.split(':') as [string, string]
  await Promise.all([
    attempts('calls', times, 32, async () => client.getTask()),
    attempts(
      'connections',
      times,
      64,
      async () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(Number(port), host)
            .on('error', reject)
            .on('connect', () => resolve())
          socket.resume().setTimeout(30_000, () => socket.destroy())
        }),
    ),
  ])
}

const progress = setInterval(() => console.log(JSON.stringify(tally)), 5000)
await Promise.all([
  messages(Number(values.messages)),
  dials(Number(values.dials)),
  streams(Number(values.streams)),
  calls(Number(values.calls)),
])
clearInterval(progress)
client.close()
console.log(JSON.stringify(tally))
process.exit(0)
