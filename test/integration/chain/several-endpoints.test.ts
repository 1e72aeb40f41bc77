import { createTestClient, http } from 'viem'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  connectChain,
  readCurrentRound,
  readLedgerEvents,
  readMembers,
  sendEther,
  startAnvil,
  TransactionSender,
} from '../../../src/chain/index.ts'
import type { Chain } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import type { Logger } from '../../../src/core/index.ts'
import { answersOf, lying, startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import type { RpcFault, RpcProxy } from '../../support/chain/rpc-proxy.ts'
import { startTcpProxy } from '../../support/chain/tcp-proxy.ts'
import { enrol, openTask, startTestChain } from './harness.ts'
import type { TestChain } from './harness.ts'

let on: TestChain
let task: bigint
let proxies: RpcProxy[] = []
let chain: Chain | undefined
const told: string[] = []
const logger: Logger = {
  ...silentLogger,
  warn: ({ code, rpcUrl }, message) => void told.push([code, rpcUrl, message].filter(Boolean).join(' ')),
  info: (_, message) => void told.push(message),
}

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  await enrol(on, 2, 'member')
  task = await openTask(on)
})
afterEach(async () => {
  await chain?.close()
  chain = undefined
  for (const proxy of proxies.splice(0)) await proxy[Symbol.asyncDispose]()
  told.length = 0
})
afterAll(() => on[Symbol.asyncDispose]())

/** A connection over providers: those given first, then `count` of the same node. */
async function connect(count: number, ...first: RpcProxy[]): Promise<Chain> {
  const others = await Promise.all(Array.from({ length: count }, async () => startRpcProxy(on.anvil.rpcUrl)))
  proxies = [...first, ...others]
  chain = await connectChain({
    rpcUrl: proxies.map(({ url }) => `${url}/v3/secret`),
    chainId: on.chain.chainId,
    logger,
    pollingIntervalMs: 10,
  })
  for (const proxy of proxies) proxy.requests.length = 0
  return chain
}

const current = (through: Chain) => readCurrentRound(through, { ledger: on.contracts.ledger, task })

/** The last byte of a contract's answer is another. */
const lyingCalls = lying('eth_call', ({ id, result }) => ({ jsonrpc: '2.0', id, result: `${String(result).slice(0, -2)}5a` }))
const dead: RpcFault = () => 'drop'

describe('two endpoints', () => {
  it('answer what both say, at the same block', async () => {
    const through = await connect(2)
    expect(await current(through)).toEqual(await current(on.chain))
    const calls = proxies.map(({ requests }) => requests.flat().filter(({ method }) => method === 'eth_call'))
    expect(calls.map(({ length }) => length)).toEqual([1, 1])
    expect(calls[0]![0]!.params).toEqual(calls[1]![0]!.params)
    expect(calls[0]![0]!.params![1]).toMatchObject({ blockHash: expect.stringMatching(/^0x[0-9a-f]{64}$/) })
  })

  it('that contradict each other give a coded error that names them without secrets, and no answer', async () => {
    const through = await connect(2)
    proxies[1]!.fault = lyingCalls
    const error: unknown = await current(through).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'RPC_DISAGREEMENT' })
    for (const { url } of proxies) expect(String(error)).toContain(url)
    expect(String(error) + JSON.stringify((error as { details: unknown }).details)).not.toContain('secret')
    expect(told.filter((line) => line.startsWith('RPC_DISAGREEMENT'))).toHaveLength(1)
    proxies[1]!.fault = undefined
    expect(await current(through)).toEqual(await current(on.chain))
    expect(told.at(-1)).toContain('agree again')
  })

  it('of which one is away give no answer, say so once, and go on when it is back', async () => {
    const through = await connect(2)
    proxies[1]!.fault = dead
    await expect(current(through)).rejects.toMatchObject({
      code: 'RPC_UNREACHABLE',
      message: expect.stringContaining(proxies[1]!.url),
    })
    await expect(current(through)).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
    await expect(current(through)).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
    proxies[1]!.fault = undefined
    await until(async () => current(through))
    expect(told.filter((line) => line.includes('signs nothing'))).toHaveLength(1)
    expect(told.at(-1)).toContain('agree again')
  })

  it('of which one lags answer for the newest block that both have', async () => {
    const through = await connect(2)
    const before = await through.publicClient.getBlockNumber()
    proxies[0]!.fault = async (request) => {
      const latest = request.calls.some(({ method, params }) => method === 'eth_getBlockByNumber' && params![0] === 'latest')
      if (!latest) return undefined
      const old = request.calls.map((call) => ({ ...call, params: [`0x${before.toString(16)}`, false] }))
      return answersOf(request, await request.forward(old))
    }
    await on.test.mine({ blocks: 3 })
    expect(await through.publicClient.getBlockNumber()).toBe(before)
    expect(await current(through)).toEqual(await current(on.chain))
    proxies[0]!.fault = undefined
    expect(await through.publicClient.getBlockNumber()).toBe(before + 3n)
    expect(told).toEqual([])
  })

  it('agree on a refusal by the contract', async () => {
    const through = await connect(2)
    await expect(readCurrentRound(through, { ledger: on.contracts.ledger, task: 99n })).rejects.toMatchObject({
      code: 'TRANSACTION_REVERTED',
      details: { error: 'UnknownTask' },
    })
  })
})

describe('two endpoints on two branches', () => {
  it('give no answer', async () => {
    await using other = await startAnvil({ mining: 'automine', chainId: on.chain.chainId })
    await createTestClient({ mode: 'anvil', transport: http(other.rpcUrl) }).mine({ blocks: 1000 })
    const through = await connect(1, await startRpcProxy(other.rpcUrl))
    await expect(current(through)).rejects.toMatchObject({ code: 'RPC_DISAGREEMENT' })
    await expect(through.publicClient.getBlockNumber()).rejects.toThrow('differently')
  })
})

describe('three endpoints', () => {
  it('of which one lies are believed by majority, and the liar is named and asked last', async () => {
    const through = await connect(3)
    proxies[0]!.fault = lyingCalls
    const { snapshot } = await current(on.chain)
    const read = (by: Chain) => readMembers(by, { vault: on.contracts.vault, task, timepoint: snapshot })
    expect(await read(through)).toEqual(await read(on.chain))
    await until(async () => {
      if (told.length === 0) throw new Error('the liar is not named yet')
    })
    expect(told).toEqual([`RPC_DISAGREEMENT ${proxies[0]!.url} an RPC node contradicts the others; they are believed`])
    proxies[0]!.requests.length = 0
    await through.publicClient.getBalance({ address: on.contracts.ledger })
    expect(proxies[0]!.requests).toEqual([])
  })

  it('of which one hides events give all of them', async () => {
    const through = await connect(3)
    proxies[0]!.fault = lying('eth_getLogs', ({ id }) => ({ jsonrpc: '2.0', id, result: [] }))
    const read = async (by: Chain) => readLedgerEvents(by, { contracts: on.contracts, task })
    expect(await read(through)).toEqual(await read(on.chain))
  })

  it('of which one answers nonsense are believed without it', async () => {
    const through = await connect(3)
    const nonsense = [null, 7, 'words', [], {}, { number: 7, hash: null }, { number: '0x', hash: '0x' }, [[[[]]]], true]
    let turn = 0
    proxies[0]!.fault = (request) =>
      answersOf(
        request,
        request.calls.map(({ id }) => ({ jsonrpc: '2.0', id, result: nonsense[turn++ % nonsense.length] })),
      )
    const whole = await readLedgerEvents(on.chain, { contracts: on.contracts, task })
    for (let i = 0; i < nonsense.length; i++) {
      expect(await current(through)).toEqual(await current(on.chain))
      expect(await readLedgerEvents(through, { contracts: on.contracts, task })).toEqual(whole)
      expect(await through.publicClient.getBlockNumber()).toBe(await on.chain.publicClient.getBlockNumber())
    }
  })

  it('of which one is half open go on', async () => {
    await using proxy = await startTcpProxy({ port: Number(new URL(on.anvil.wsUrl).port) })
    const rpcUrl = [`ws://127.0.0.1:${proxy.port}`, on.anvil.rpcUrl, on.anvil.wsUrl]
    chain = await connectChain({ rpcUrl, chainId: on.chain.chainId, logger })
    proxy.set('halfOpen')
    expect(await current(chain)).toEqual(await current(on.chain))
    expect(await chain.publicClient.getBalance({ address: on.contracts.ledger })).toBe(0n)
  })

  it('go on while one is away, and take it back', async () => {
    const through = await connect(3)
    proxies[0]!.fault = dead
    for (let i = 0; i < 5; i++) expect(await current(through)).toEqual(await current(on.chain))
    await through.publicClient.getBalance({ address: on.contracts.ledger })
    await until(async () => {
      if (!told.some((line) => line.includes('left out'))) throw new Error('not left out yet')
    })
    proxies[0]!.fault = undefined
    await until(async () => {
      await current(through)
      if (!told.some((line) => line.includes('answers again'))) throw new Error('not back yet')
    })
    proxies[1]!.fault = dead
    expect(await current(through)).toEqual(await current(on.chain))
  })

  it('take a transaction while two of them are away', async () => {
    const through = await connect(3)
    const refuse: RpcFault = ({ calls }) => (calls.some(({ method }) => method === 'eth_sendRawTransaction') ? 'drop' : undefined)
    proxies[0]!.fault = proxies[1]!.fault = refuse
    const sender = new TransactionSender({ chain: through, account: on.hot(3).account })
    expect(await sendEther(sender, { to: on.hot(4).account.address, amount: 1n })).toHaveProperty('hash')
    expect(proxies[2]!.requests.flat().some(({ method }) => method === 'eth_sendRawTransaction')).toBe(true)
  })

  it('leave out one that serves another chain, at the start too, and are refused when too few serve the right one', async () => {
    await using other = await startAnvil({ chainId: 4242 })
    const errors: unknown[] = []
    Object.assign(logger, { error: ({ code, rpcUrl }: Record<string, unknown>) => void errors.push([code, rpcUrl]) })
    const { chainId } = on.chain
    const rpcUrl = [on.anvil.rpcUrl, on.anvil.wsUrl, other.rpcUrl]
    const through = await connectChain({ rpcUrl, chainId, logger })
    expect(await current(through)).toEqual(await current(on.chain))
    expect(errors).toEqual([['CHAIN_ID_MISMATCH', other.rpcUrl]])
    await through.close()
    await expect(connectChain({ rpcUrl: [on.anvil.rpcUrl, other.rpcUrl], chainId, logger })).rejects.toMatchObject({
      code: 'CHAIN_ID_MISMATCH',
      details: { expected: chainId, found: 4242, rpcUrl: other.rpcUrl },
    })
  })

  it('may be enough later, when one serves another chain and the others do not answer now', async () => {
    await using other = await startAnvil({ chainId: 4242 })
    await connect(2)
    proxies[0]!.fault = proxies[1]!.fault = dead
    const rpcUrl = [other.rpcUrl, proxies[0]!.url, proxies[1]!.url]
    const { chainId } = on.chain
    await expect(connectChain({ rpcUrl, chainId, logger })).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
    proxies[0]!.fault = proxies[1]!.fault = undefined
    const through = await connectChain({ rpcUrl, chainId, logger })
    expect(await current(through)).toEqual(await current(on.chain))
    await through.close()
  })

  it('of which one follows another branch believe the others, and ask it last', async () => {
    // Another node of the same chain id, with more blocks, and without the contracts.
    await using other = await startAnvil({ mining: 'automine', chainId: on.chain.chainId })
    await createTestClient({ mode: 'anvil', transport: http(other.rpcUrl) }).mine({ blocks: 1000 })
    const branch = await startRpcProxy(other.rpcUrl)
    const through = await connect(2, branch)
    expect(await current(through)).toEqual(await current(on.chain))
    const head = await on.chain.publicClient.getBlockNumber()
    expect(await through.publicClient.getBlockNumber()).toBe(head)
    await until(async () => {
      await through.publicClient.getBlock({ blockNumber: head })
      if (told.length === 0) throw new Error('not found out yet')
    })
    expect(told).toEqual([`RPC_DISAGREEMENT ${branch.url} an RPC node contradicts the others; they are believed`])
    branch.requests.length = 0
    await through.publicClient.getBalance({ address: on.contracts.ledger })
    expect(branch.requests.flat().filter(({ method }) => method === 'eth_getBalance')).toEqual([])
  })

  it('leave out one that comes back as another chain', async () => {
    const through = await connect(3)
    proxies[0]!.fault = dead
    await until(async () => {
      await current(through)
      if (!told.some((line) => line.includes('left out'))) throw new Error('not left out yet')
    })
    const errors: unknown[] = []
    Object.assign(logger, { error: ({ code, found }: Record<string, unknown>) => void errors.push([code, found]) })
    proxies[0]!.fault = lying('eth_chainId', ({ id }) => ({ jsonrpc: '2.0', id, result: '0x1' }))
    await until(async () => {
      await current(through)
      if (errors.length === 0) throw new Error('not found out yet')
    })
    expect(errors).toEqual([['CHAIN_ID_MISMATCH', 1]])
    proxies[0]!.requests.length = 0
    await through.publicClient.getBalance({ address: on.contracts.ledger })
    expect(proxies[0]!.requests.flat().filter(({ method }) => method === 'eth_getBalance')).toEqual([])
    proxies[1]!.fault = dead
    await expect(current(through)).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
  })
})

/** Tries until it succeeds. */
async function until(attempt: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await attempt()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
