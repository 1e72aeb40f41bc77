import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectChain, readLedgerEvents } from '../../../src/chain/index.ts'
import type { Chain, LedgerEvent } from '../../../src/chain/index.ts'
import { silentLogger, systemClock } from '../../../src/core/index.ts'
import type { Clock } from '../../../src/core/index.ts'
import { answersOf, errorsFor, errorsOf, startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import type { ProxiedCall, ProxiedRequest, ProxyReply, RpcFault, RpcProxy } from '../../support/chain/rpc-proxy.ts'
import { enrol, openTask, startTestChain } from './harness.ts'
import type { TestChain } from './harness.ts'

let on: TestChain
let task: bigint
let whole: LedgerEvent[]
let proxy: RpcProxy
let chain: Chain

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  task = await openTask(on)
  await on.test.mine({ blocks: 200 })
  whole = await readLedgerEvents(on.chain, { contracts: on.contracts, task })
})
afterEach(async () => {
  await chain.close()
  await proxy[Symbol.asyncDispose]()
})
afterAll(() => on[Symbol.asyncDispose]())

/** A connection through a faulty provider, which connected without the fault; `waited` lists the pauses, which take no time. */
async function connect(fault: RpcFault, clock?: Pick<Clock, 'sleep'>): Promise<{ waited: number[] }> {
  const waited: number[] = []
  proxy = await startRpcProxy(on.anvil.rpcUrl)
  chain = await connectChain({
    rpcUrl: proxy.url,
    chainId: on.chain.chainId,
    logger: silentLogger,
    clock: clock ?? { sleep: async (ms) => void waited.push(ms) },
    random: () => 0.5,
  })
  proxy.requests.length = 0
  proxy.fault = fault
  return { waited }
}

const history = (signal?: AbortSignal) => readLedgerEvents(chain, { contracts: on.contracts, task, signal })

/** Blocks in the range that a call asks for; 0 for another call. */
function rangeOf({ method, params }: ProxiedCall): number {
  const { fromBlock, toBlock } = (params?.[0] ?? {}) as { fromBlock?: string; toBlock?: string }
  return method === 'eth_getLogs' && toBlock !== undefined ? Number(BigInt(toBlock) - BigInt(fromBlock!)) + 1 : 0
}

describe('a provider that limits the range of events', () => {
  type Refusal = { code: number; message: string } | { status: number; body: string }

  const refuse = (limit: number, refusal: Refusal): RpcFault => {
    const wide = (call: ProxiedCall) => rangeOf(call) > limit
    return (request) => {
      if (!request.calls.some(wide)) return undefined
      return 'status' in refusal ? refusal : errorsFor(request, wide, refusal)
    }
  }

  it.each([
    ['the code of a rate limit', 7, { code: -32005, message: 'exceed maximum block range: 7' }],
    ['a count of results', 7, { code: -32005, message: 'query returned more than 10000 results' }],
    ['invalid params', 7, { code: -32602, message: 'range 72 exceeds limit of 7' }],
    ['words that nobody knows', 7, { code: -32000, message: 'computer says no' }],
    ['HTTP 413', 1, { status: 413, body: 'Request Entity Too Large' }],
  ] as const)('is read in shorter ranges when it refuses with %s', async (_, limit, refusal) => {
    await connect(refuse(limit, refusal))
    expect(await history()).toEqual(whole)
    // The limit is remembered: once more costs no refusal.
    proxy.requests.length = 0
    expect(await history()).toEqual(whole)
    expect(proxy.requests.flat().filter((call) => rangeOf(call) > limit)).toEqual([])
  })

  it('is given up when it serves no events at all', async () => {
    await connect(refuse(0, { code: -32005, message: 'exceed maximum block range: 0' }))
    await expect(history()).rejects.toMatchObject({ code: 'RPC_UNREACHABLE', details: { failure: 'rangeTooWide' } })
  })
})

describe('a provider that limits the rate', () => {
  /** Turns away the first `times` requests for events. */
  const limited = (times: number, reply: (request: ProxiedRequest) => ProxyReply): RpcFault => {
    let left = times
    return (request) => (request.calls.some((call) => rangeOf(call) > 0) && left-- > 0 ? reply(request) : undefined)
  }
  const in200 = (request: ProxiedRequest) => errorsOf(request, { code: -32005, message: 'daily request count exceeded' })
  const in429 = (headers?: Record<string, string>) => (): ProxyReply => ({ status: 429, body: 'slow down', headers })

  it.each([
    ['-32005 in HTTP 200', in200],
    [
      'its own code in HTTP 200',
      (request: ProxiedRequest) => errorsOf(request, { code: -32007, message: '25/second request limit reached' }),
    ],
    ['HTTP 429', in429()],
  ])('is asked the same again, later, when it answers with %s', async (_, reply) => {
    const { waited } = await connect(limited(3, reply))
    expect(await history()).toEqual(whole)
    // Half of each pause is jitter, here drawn in the middle.
    expect(waited).toEqual([375, 750, 1500])
    const ranges = proxy.requests
      .flat()
      .map(rangeOf)
      .filter((range) => range > 0)
    expect(ranges).toHaveLength(4)
    expect(new Set(ranges).size).toBe(1)
  })

  it('is left alone for as long as it asks', async () => {
    const { waited } = await connect(limited(1, in429({ 'retry-after': '7' })))
    expect(await history()).toEqual(whole)
    expect(waited).toEqual([7000])
  })

  it('is not asked at all during a long pause that it asks for', async () => {
    await connect(limited(Infinity, in429({ 'retry-after': '3600' })))
    const error = { code: 'RPC_UNREACHABLE', details: { failure: 'rateLimited', retryAfterMs: 3_600_000 } }
    await expect(history()).rejects.toMatchObject(error)
    proxy.requests.length = 0
    await expect(history()).rejects.toMatchObject(error)
    expect(proxy.requests).toEqual([])
  })

  it('is given up after about half a minute', async () => {
    const { waited } = await connect(limited(Infinity, in200))
    await expect(history()).rejects.toMatchObject({ code: 'RPC_UNREACHABLE', details: { failure: 'rateLimited' } })
    expect(waited.reduce((sum, ms) => sum + ms)).toBeLessThan(60_000)
  })

  it('is not waited for by a caller that gave up', async () => {
    const controller = new AbortController()
    const sleeping = Promise.withResolvers<void>()
    await connect(limited(Infinity, in200), {
      sleep: (_, signal) => (sleeping.resolve(), systemClock.sleep(2 ** 31 - 1, signal)),
    })
    const reading = history(controller.signal)
    reading.catch(() => {})
    await sleeping.promise
    controller.abort()
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' })
    const other = history()
    other.catch(() => {})
    await chain.close()
    await expect(other).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('a provider that limits batches', () => {
  const LIMIT = 3
  /** The forms of a rate limit: by name, by HTTP status, by one answer, by an error for each call, by silence. */
  const faults: [string, RpcFault][] = [
    [
      'HTTP 500 and its limit',
      () => ({ status: 500, body: { message: 'Batch of more than 3 requests are not allowed on free tier', code: 31 } }),
    ],
    ['HTTP 413', () => ({ status: 413, body: 'Payload Too Large' })],
    ['HTTP 400 and no reason', () => ({ status: 400, body: 'Bad Request' })],
    [
      'one error in an array of one',
      ({ calls }) => ({ body: [{ jsonrpc: '2.0', id: calls[0]!.id, error: { code: -32600, message: 'batch too large' } }] }),
    ],
    ['one bare error', () => ({ body: { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Invalid Request' } } })],
    ['an error for each call', (request) => errorsOf(request, { code: -32600, message: 'batch size exceeds the limit' })],
    ['the first answers only', async ({ calls, forward }) => ({ body: await forward(calls.slice(0, LIMIT)) })],
    [
      'the last answers only, backwards',
      async ({ calls, forward }) => ({ body: (await forward(calls.slice(-LIMIT))).toReversed() }),
    ],
    [
      'a cut within the answers',
      async ({ calls, forward }) => ({
        body: [
          ...(await forward(calls.slice(0, LIMIT))),
          ...calls.slice(LIMIT).map(({ id }) => ({ jsonrpc: '2.0', id, error: { code: -32003, message: 'response too large' } })),
        ],
      }),
    ],
    ['an empty array', () => ({ body: [] })],
    ['a closed connection', () => 'drop'],
  ]

  const heights = Array.from({ length: 40 }, (_, index) => BigInt(index))
  const numbers = () =>
    Promise.all(heights.map(async (blockNumber) => (await chain.publicClient.getBlock({ blockNumber })).number))

  it.each(faults)('gets every request when it answers larger ones with %s', async (_, fault) => {
    await connect((request) => (request.calls.length > LIMIT ? fault(request) : undefined))
    expect(await numbers()).toEqual(heights)
    proxy.requests.length = 0
    expect(await numbers()).toEqual(heights)
    expect(Math.max(...proxy.requests.map((calls) => calls.length))).toBeLessThanOrEqual(LIMIT)
  })

  it('gets single requests when it takes no batch at all', async () => {
    await connect(({ batch }) => (batch ? { status: 405, body: 'batch requests are not supported' } : undefined))
    expect(await numbers()).toEqual(heights)
  })

  it('gets no more requests for one that it refuses alone', async () => {
    await connect((request) =>
      request.batch ? undefined : errorsOf(request, { code: -32601, message: 'the method does not exist' }),
    )
    await expect(chain.publicClient.getBlockNumber()).rejects.toThrow('does not exist')
    expect(proxy.requests).toHaveLength(1)
  })

  it('answers with the results of the right requests when they come in another order', async () => {
    await connect(async (request) => answersOf(request, (await request.forward()).toReversed()))
    expect(await numbers()).toEqual(heights)
  })

  it('is not split for a caller that it does not know', async () => {
    await connect(() => ({ status: 401, body: 'Must be authenticated' }))
    await expect(numbers()).rejects.toThrow('authenticated')
    expect(proxy.requests).toHaveLength(1)
  })
})
