import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClient, http } from 'viem'
import { ChainClock, connectChain, startAnvil } from '../../../src/chain/index.ts'
import type { Anvil } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import type { Logger } from '../../../src/core/index.ts'

const logger = silentLogger

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('connectChain', () => {
  let anvil: Anvil
  beforeAll(async () => {
    anvil = await startAnvil({ chainId: 4242 })
  })
  afterAll(() => anvil.stop())

  it.each(['rpcUrl', 'wsUrl'] as const)('connects by %s', async (url) => {
    await using chain = await connectChain({ rpcUrl: anvil[url], chainId: 4242, logger })
    expect(await chain.publicClient.getBlockNumber()).toBeGreaterThanOrEqual(0n)
  })

  it.each(['rpcUrl', 'wsUrl'] as const)('refuses another chain by %s', async (url) => {
    await expect(connectChain({ rpcUrl: anvil[url], chainId: 1, logger })).rejects.toMatchObject({
      code: 'CHAIN_ID_MISMATCH',
      details: { expected: 1, found: 4242 },
    })
  })

  it.each(['http', 'ws'])('says that nobody answers by %s, without the secret parts of the URL', async (protocol) => {
    const port = await closedPort()
    const error: unknown = await connectChain({ rpcUrl: `${protocol}://127.0.0.1:${port}/v3/secret`, chainId: 1, logger }).catch(
      (e: unknown) => e,
    )
    expect(error).toMatchObject({ code: 'RPC_UNREACHABLE', details: { rpcUrl: `${protocol}://127.0.0.1:${port}` } })
    expect(String(error)).not.toContain('secret')
  })

  it.each(['ftp://node', 'localhost:8545', ''])('refuses the URL %j', async (rpcUrl) => {
    await expect(connectChain({ rpcUrl, chainId: 1, logger })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { field: 'rpcUrl' },
    })
  })

  it('stops waiting when cancelled', async () => {
    // Takes connections and never answers.
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const controller = new AbortController()
    const connecting = connectChain({
      rpcUrl: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      chainId: 1,
      logger,
      signal: controller.signal,
    })
    controller.abort()
    await expect(connecting).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(connectChain({ rpcUrl: anvil.rpcUrl, chainId: 4242, logger, signal: controller.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    silent.close()
  })
})

describe('ChainClock', () => {
  it("follows the chain's time, not the wall's", async () => {
    await using anvil = await startAnvil({ mining: 'manual' })
    await using chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger })
    const test = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
    const clock = new ChainClock({ chain, logger, pollingIntervalMs: 10 })
    expect(() => clock.now()).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
    await clock.start()
    const first = clock.now()
    const seen = new Promise<number>((resolve) => clock.onBlock(({ timestamp }) => resolve(timestamp)))
    await test.setNextBlockTimestamp({ timestamp: BigInt(first + 1000) })
    await test.mine({ blocks: 1 })
    expect(await seen).toBe(first + 1000)
    expect(clock.now()).toBe(first + 1000)
    await clock.stop()
    await clock.stop()
  })

  it('stands still while the node is away and goes on when it is back, with one warning', async () => {
    const port = await closedPort()
    const first = await startAnvil({ port })
    await using chain = await connectChain({ rpcUrl: first.wsUrl, chainId: first.chainId, logger })
    const told: string[] = []
    const warned = Promise.withResolvers<void>()
    const back = Promise.withResolvers<void>()
    const recording: Logger = {
      ...silentLogger,
      warn: ({ code }) => (told.push(String(code)), warned.resolve()),
      info: () => back.resolve(),
    }
    const clock = new ChainClock({ chain, logger: recording, pollingIntervalMs: 10 })
    await clock.start()
    await first.stop()
    await warned.promise
    const before = clock.now()
    const second = await startAnvil({ port })
    await back.promise
    expect(clock.now()).toBeGreaterThanOrEqual(before)
    expect(told).toEqual(['RPC_UNREACHABLE'])
    await clock.stop()
    await second.stop()
  })

  it('does not start without a node', async () => {
    const anvil = await startAnvil()
    await using chain = await connectChain({ rpcUrl: anvil.wsUrl, chainId: anvil.chainId, logger })
    await anvil.stop()
    await expect(new ChainClock({ chain, logger }).start()).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
  })
})
