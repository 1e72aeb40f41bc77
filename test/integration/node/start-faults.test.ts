import { openPeerRecord } from '../../../src/network/peer-record.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Coordinator } from '../../../coordinator/app.ts'
import type { Participant } from '../../../participant/app.ts'
import { openRemoteSigner } from '../../../src/signer/index.ts'
import { createCoordinatorClient } from '../../../src/rpc/index.ts'
import type { ProxyReply } from '../../support/chain/rpc-proxy.ts'
import { auditTask } from '../../../src/replay/index.ts'
import { otherRules } from '../../support/chain/other-rules.ts'
import type { JudgePart } from '../../support/chain/other-rules.ts'
import { startReferenceSigner } from '../../support/signer/reference-signer.ts'
import { Outage, SILENCE, StartChain, Started } from '../../support/node/start-chain.ts'
import { LONG } from '../../support/long.ts'

let world: StartChain
let operator: Coordinator | undefined

beforeAll(async () => {
  world = await StartChain.make()
})
afterEach(async () => {
  world.proxy.fault = undefined
  await operator?.[Symbol.asyncDispose]()
  operator = undefined
})
afterAll(() => world[Symbol.asyncDispose]())

type Start = (started: Started) => Promise<AsyncDisposable>

const startOperator: Start = async (started) => world.coordinator(started)

/** A member's start, beside an operator whose RPC node does not fail. */
async function memberStart(): Promise<Start> {
  operator = await world.coordinator(new Started(), { chain: { ...world.chain, rpcUrl: world.on.anvil.rpcUrl } })
  const at = [{ address: operator.address, caPath: operator.certificatePath }]
  return async (started) => world.member(started, at)
}

/** Requests that a start makes while nothing fails. */
async function requestsOf(start: Start): Promise<number> {
  world.proxy.requests.length = 0
  const running = await start(new Started())
  const { length } = world.proxy.requests
  await running[Symbol.asyncDispose]()
  expect(length).toBeGreaterThan(10)
  return length
}

function isRunning(ended: unknown): ended is AsyncDisposable {
  return typeof ended === 'object' && ended !== null && Symbol.asyncDispose in ended
}

/** An outage begins at each request; in `npm test` at every ninth, so that each fault has its turn. */
const STEP = LONG ? 1 : 9

const FAULTS: readonly ProxyReply[] = [
  { status: 429, body: 'too many requests' },
  { status: 503, body: 'service unavailable' },
  { status: 200, body: '{"jsonrpc":"2.0","id":1,"resu' },
  'drop',
]

describe.each([
  ['an operator', async () => startOperator],
  ['a member', memberStart],
])('the start of %s', (_, make) => {
  it('survives an outage of the RPC node from each of its requests on, and says that it waits', async () => {
    const start = await make()
    const requests = await requestsOf(start)
    for (let from = 1; from <= requests; from += STEP) {
      const outage = new Outage(from, FAULTS[from % FAULTS.length])
      world.proxy.fault = outage.fault
      const started = new Started()
      void started.waits('waiting for the').then(() => outage.mend())
      void started.waits(`waiting for task`).then(() => outage.mend())
      await using _running = await start(started)
      expect(started.told.filter(({ event }) => event === 'started')).toHaveLength(1)
    }
  }, 200_000)

  it('ends at once when it is interrupted while the RPC node is silent, at each of its requests, and leaves no lock', async () => {
    const start = await make()
    const requests = await requestsOf(start)
    const interrupted: unknown[] = []
    for (let from = 1; from <= requests; from += STEP) {
      const outage = new Outage(from, SILENCE)
      world.proxy.fault = outage.fault
      const started = new Started()
      void outage.begun().then(() => started.interrupt())
      const ended: unknown = await start(started).catch((error: unknown) => error)
      // A start may make fewer requests than the one that was counted: polls go on beside it.
      if (isRunning(ended)) await ended[Symbol.asyncDispose]()
      else interrupted.push(ended)
    }
    expect(interrupted.length).toBeGreaterThan(LONG ? 10 : 0)
    for (const ended of interrupted) expect(ended).toMatchObject({ code: 'CANCELLED', exitCode: 130 })
    world.proxy.fault = undefined
    await using _running = await start(new Started())
  }, 200_000)
})

describe('a start', () => {
  it('of a member waits for its coordinator, and can be interrupted meanwhile', async () => {
    const port = await freePort()
    const before = await world.coordinator(new Started())
    const certificate = before.certificatePath
    await before[Symbol.asyncDispose]()
    const at = [{ address: `127.0.0.1:${port}`, caPath: certificate }]
    const first = new Started()
    void first.waits('waiting for the coordinator').then(() => first.interrupt())
    await expect(world.member(first, at)).rejects.toMatchObject({ code: 'CANCELLED' })
    const second = new Started()
    const member = world.member(second, at)
    await second.waits('waiting for the coordinator')
    operator = await world.coordinator(new Started(), { grpc: { listen: `127.0.0.1:${port}`, hosts: [] } })
    await using _running = await member
  })

  it('of a member tells its operator the addresses that it listens on, although its first session came before', async () => {
    const start = await memberStart()
    await using running = (await start(new Started())) as Participant
    const [address] = running.node.network.addresses()
    const { certificatePath, address: at } = operator!
    const client = createCoordinatorClient({ address: at, tls: { ca: await readFile(certificatePath, 'utf8') } })
    const known = async (): Promise<string[]> => {
      const records = await Promise.all((await client.getTask()).peerRecords.map(async (record) => openPeerRecord(record)))
      return records.flatMap(({ addresses }) => addresses)
    }
    await expect.poll(known, { timeout: 60_000 }).toContain(address)
    client.close()
  })

  it('of an operator waits for a task that is not created yet, and can be interrupted meanwhile', async () => {
    const started = new Started()
    const file = { specPath: `${world.folder}/spec.json`, documentPath: `${world.folder}/document.json`, genesisPath: '' }
    const start = world.coordinator(started, { task: { id: 99n, ...file } })
    expect(await started.waits('task 99')).toContain('there is no task 99')
    started.interrupt()
    await expect(start).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('of an operator waits for its signer, and ends for a signer that has other keys', async () => {
    const { privateKey, address } = world.on.hot(1)
    const signer = await startReferenceSigner({ keys: [privateKey] })
    const { url, port } = signer
    await signer[Symbol.asyncDispose]()
    const started = new Started()
    const starting = world.coordinator(started, { operatorKey: openRemoteSigner({ url, address }) })
    expect(await started.waits('the signer')).toContain(url)
    await using back = await startReferenceSigner({ keys: [privateKey], port })
    operator = await starting
    await operator[Symbol.asyncDispose]()
    operator = undefined
    const wrong = openRemoteSigner({ url: back.url, address: world.on.hot(9).address })
    await expect(world.coordinator(new Started(), { operatorKey: wrong })).rejects.toMatchObject({ code: 'SIGNER_MISMATCH' })
  })

  it('that time does not mend ends at once', async () => {
    const { chain } = world
    const wrong = async (changes: Parameters<StartChain['coordinator']>[1]): Promise<unknown> =>
      world.coordinator(new Started(), changes).catch((error: { code: unknown }) => error.code)
    expect(await wrong({ chain: { ...chain, chainId: 1 } })).toBe('CHAIN_ID_MISMATCH')
    expect(await wrong({ chain: { ...chain, ledger: world.on.sender(5).address } })).toBe('CONTRACT_NOT_FOUND')
    expect(await wrong({ operatorKey: world.on.hot(9).privateKey })).toBe('KEY_NOT_REGISTERED')
    expect(await wrong({ task: { ...(await world.otherTask()) } })).toBe('SPEC_MISMATCH')
    const [id, specPath, genesisPath] = [world.task, `${world.folder}/spec.json`, `${world.folder}/genesis.i32`]
    const documentPath = `${world.folder}/other-document.json`
    await writeFile(documentPath, `${await readFile(`${world.folder}/document.json`, 'utf8')} `)
    expect(await wrong({ task: { id, specPath, documentPath, genesisPath } })).toBe('SPEC_MISMATCH')
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    expect(await wrong({ grpc: { listen: `127.0.0.1:${port}`, hosts: [] } })).toBe('CONFIG_INVALID')
    const busy = world.coordinator(new Started(), { p2p: { listen: [`/ip4/127.0.0.1/tcp/${port}`] } })
    await expect(busy).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `p2p.listen: cannot listen on /ip4/127.0.0.1/tcp/${port}: address already in use 127.0.0.1:${port}`,
    })
    await new Promise((resolve) => taken.close(resolve))
    await using _running = await world.coordinator(new Started())
  })
})

describe.each<JudgePart>(['judge', 'memberProofs', 'traceRules', 'bucketProofs', 'court'])(
  'a task whose judge has another %s than this version',
  (part) => {
    it('gets no operator, no member and no audit', async () => {
      const { on, task, folder } = world
      const start = await memberStart()
      await using _other = await otherRules(on, { task, part })
      const unknown = { code: 'JUDGE_UNKNOWN', message: expect.stringContaining(`the judge of task ${task}`) as string }
      await expect(world.coordinator(new Started())).rejects.toMatchObject(unknown)
      await expect(start(new Started())).rejects.toMatchObject(unknown)
      const { chain, contracts } = on
      await expect(auditTask({ chain, contracts, task, evidence: folder })).rejects.toMatchObject(unknown)
    })
  },
)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
