import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  MembershipView,
  bond,
  connectChain,
  mintDevelopmentTokens,
  readLedgerEvents,
  watchLedger,
} from '../../../src/chain/index.ts'
import type { Chain, LedgerEvent, LedgerWatcher, ReorgEvent } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import type { Clock } from '../../../src/core/index.ts'
import { laggingBackEnd } from '../../support/chain/lagging-back-end.ts'
import type { LaggingBackEnd } from '../../support/chain/lagging-back-end.ts'
import { answersOf, errorsFor, startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import type { ProxiedAnswer, ProxiedCall, RpcFault, RpcProxy } from '../../support/chain/rpc-proxy.ts'
import { enrol, openTask, peerKeyOf, startTestChain } from './harness.ts'
import type { TestChain } from './harness.ts'

type Told = LedgerEvent | ReorgEvent

const isLogs = ({ method }: ProxiedCall) => method === 'eth_getLogs'

let on: TestChain
let task: bigint
let proxy: RpcProxy
let chain: Chain
let watcher: LedgerWatcher | undefined

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  await enrol(on, 3, 'member')
  task = await openTask(on)
})
afterEach(async () => {
  proxy.fault = undefined
  await watcher?.stop()
  watcher = undefined
  await chain.close()
  await proxy[Symbol.asyncDispose]()
})
afterAll(() => on[Symbol.asyncDispose]())

async function connect(fault?: RpcFault, clock?: Pick<Clock, 'sleep'>): Promise<void> {
  proxy = await startRpcProxy(on.anvil.rpcUrl, fault)
  const { chainId } = on.chain
  chain = await connectChain({ rpcUrl: proxy.url, chainId, logger: silentLogger, pollingIntervalMs: 10, clock })
}

/** A watcher that has reported the history; later events go to the list. */
async function follow(): Promise<Told[]> {
  const told: Told[] = []
  const { contracts, deployment } = on
  watcher = watchLedger({
    chain,
    contracts,
    task,
    fromBlock: deployment.fromBlock,
    onEvent: (event) => void told.push(event),
    pollingIntervalMs: 10,
  })
  await watcher.start()
  await watcher.synced()
  told.length = 0
  return told
}

/** Two events, in two blocks. */
async function mintAndBond(): Promise<void> {
  const { governor, contracts } = on
  const member = on.sender(3)
  await mintDevelopmentTokens(governor, { token: contracts.token, to: member.address, amount: 1n })
  await bond(member, { ...contracts, amount: 1n })
}

const types = (told: readonly Told[]) => told.map(({ type }) => type)
const height = () => on.chain.publicClient.getBlockNumber()

describe('a watcher of a load-balanced provider', () => {
  it.each(['error', 'empty'] as const)(
    'misses no event when a node lags that answers an unknown hash with %s',
    async (unknownHash) => {
      const lagging: LaggingBackEnd = { height: undefined, takes: isLogs, unknownHash }
      await connect(laggingBackEnd(lagging))
      const told = await follow()
      lagging.height = await height()
      const asked = proxy.seen(isLogs, 3)
      await mintAndBond()
      await asked
      expect(told).toEqual([])
      lagging.height = undefined
      await watcher!.synced()
      expect(types(told)).toEqual(['bonded'])
    },
  )

  it('does not take a node that lags for a reorganised chain', async () => {
    const lagging: LaggingBackEnd = { height: undefined, takes: () => true, unknownHash: 'error' }
    await connect(laggingBackEnd(lagging))
    const told = await follow()
    await mintAndBond()
    await watcher!.synced()
    lagging.height = (await height()) - 1n
    await proxy.seen(({ method }) => method === 'eth_blockNumber', 3)
    lagging.height = undefined
    await watcher!.synced()
    expect(types(told)).toEqual(['bonded'])
  })

  it.each([
    ['all events but the last', -1],
    ['no events', -Infinity],
  ])('misses no event when a node answers with %s', async (_, end) => {
    await connect()
    const told = await follow()
    const asked = proxy.seen(isLogs, 3)
    proxy.fault = async (request) => {
      const answers = await request.forward()
      const short = answers.map((answer, index) =>
        isLogs(request.calls[index]!) ? { ...answer, result: (answer.result as unknown[]).slice(0, end) } : answer,
      )
      return answersOf(request, short)
    }
    await mintAndBond()
    await asked
    proxy.fault = undefined
    await watcher!.synced()
    expect(types(told)).toEqual(['bonded'])
  })

  it.each([
    ['an internal error', { code: -32603, message: 'Internal error' }],
    ['no healthy node', { code: -32011, message: 'no backends available for method' }],
    ['a missing block', { code: -32000, message: 'header not found' }],
  ])('misses no event when a node answers with %s', async (_, error) => {
    await connect()
    const told = await follow()
    const asked = proxy.seen(isLogs, 3)
    proxy.fault = (request) => errorsFor(request, isLogs, error)
    await mintAndBond()
    await asked
    proxy.fault = undefined
    await watcher!.synced()
    expect(types(told)).toEqual(['bonded'])
  })

  it('catches up on settled blocks without a request for each', async () => {
    const snapshot = await on.test.snapshot()
    for (let times = 0; times < 10; times++) await on.test.mine({ blocks: 50 })
    await mintAndBond()
    await connect()
    const told = await follow()
    expect(told).toEqual([])
    const calls = proxy.requests.flat()
    expect(calls.filter(isLogs).length).toBeLessThan(30)
    expect(calls.length).toBeLessThan(220)
    expect(proxy.requests.length).toBeLessThan(60)
    await watcher!.stop()
    await on.revert(snapshot)
  })
})

describe('a block so crowded that its bloom allows everything', () => {
  /** Gives every new block a bloom without a gap; the node answers unknown hashes as told. */
  async function crowd(unknownHash: LaggingBackEnd['unknownHash']): Promise<bigint> {
    const lagging: LaggingBackEnd = { height: undefined, takes: isLogs, unknownHash }
    const route = laggingBackEnd(lagging)
    await connect()
    await follow()
    proxy.requests.length = 0
    const head = (lagging.height = (await height()) + 2n)
    proxy.fault = async (request) => {
      const { body } = (await route(request)) as { body: ProxiedAnswer | ProxiedAnswer[] }
      return answersOf(request, [body].flat().map(crowded))
    }
    await on.test.mine({ blocks: 2 })
    return head
  }

  function crowded(answer: ProxiedAnswer): ProxiedAnswer {
    const block = answer.result as { logsBloom?: string } | null | undefined
    return block?.logsBloom === undefined ? answer : { ...answer, result: { ...block, logsBloom: `0x${'ff'.repeat(256)}` } }
  }

  it('is without events when a node says so that refuses made-up hashes', async () => {
    const head = await crowd('error')
    expect(await watcher!.synced()).toBe(head)
    // Eight made-up hashes for the connection, and one question for each block.
    const asked = proxy.requests.flat().filter(isLogs)
    expect(asked.filter(isUnfiltered)).toHaveLength(8)
    expect(asked).toHaveLength(10)
  })

  it('is not believed to be without events when a node invents blocks', async () => {
    const head = await crowd('empty')
    await proxy.seen(isUnfiltered, 5)
    expect(watcher!.block).toBeLessThan(head)
  })

  const isUnfiltered = (call: ProxiedCall) => isLogs(call) && !('address' in (call.params![0] as object))
})

it('knows a new member when the node that is asked about it lags', async () => {
  const lagging: LaggingBackEnd = { height: undefined, takes: ({ method }) => method === 'eth_call', unknownHash: 'error' }
  await connect(laggingBackEnd(lagging))
  const { contracts, deployment } = on
  const { fromBlock } = deployment
  const view = new MembershipView({ chain, vault: contracts.vault, task, fromBlock })
  await view.start()
  const onEvent = (event: Told) => view.apply(event)
  watcher = watchLedger({ chain: on.chain, contracts, task, fromBlock, onEvent, pollingIntervalMs: 10 })
  await watcher.start()
  await watcher.synced()
  lagging.height = await height()
  const asked = proxy.seen(({ method }) => method === 'eth_call', 2)
  await enrol(on, 4, 'member')
  await asked
  lagging.height = undefined
  await watcher.synced()
  expect(view.memberOfPeer(peerKeyOf(4))).toEqual({ member: on.sender(4).address, role: 'member' })
})

describe('reading history from a load-balanced provider', () => {
  it.each(['error', 'empty'] as const)('waits for a node that answers an unknown hash with %s', async (unknownHash) => {
    const { contracts } = on
    await mintAndBond()
    const whole = await readLedgerEvents(on.chain, { contracts, task })
    const lagging: LaggingBackEnd = { height: (await height()) - 1n, takes: isLogs, unknownHash }
    await connect(laggingBackEnd(lagging))
    const asked = proxy.seen(isLogs, 3)
    const reading = readLedgerEvents(chain, { contracts, task })
    await Promise.race([asked, reading])
    lagging.height = undefined
    expect(await reading).toEqual(whole)
  })

  it('fails rather than leave events out', async () => {
    const { contracts } = on
    await mintAndBond()
    const lagging: LaggingBackEnd = { height: (await height()) - 1n, takes: isLogs, unknownHash: 'error' }
    await connect(laggingBackEnd(lagging), { sleep: async () => {} })
    await expect(readLedgerEvents(chain, { contracts, task })).rejects.toMatchObject({
      code: 'RPC_UNREACHABLE',
      details: { failure: 'behind' },
    })
  })
})
