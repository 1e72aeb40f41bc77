import { zeroAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ChainClock, connectChain, readTaskCount, startAnvil } from '../../../src/chain/index.ts'
import type { Anvil, Chain } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { socketWire } from '../../../src/chain/rpc/socket-wire.ts'
import type { RpcCall } from '../../../src/chain/rpc/wire.ts'
import { startTcpProxy } from '../../support/chain/tcp-proxy.ts'

let anvil: Anvil
beforeAll(async () => {
  anvil = await startAnvil()
})
afterAll(() => anvil.stop())

const call = (id: number): RpcCall => ({ jsonrpc: '2.0', id, method: 'eth_blockNumber', params: [] })
const portOf = (url: string): number => Number(new URL(url).port)

describe('a WebSocket to a node', () => {
  it('that goes half open is replaced, and its calls fail before their time', async () => {
    await using proxy = await startTcpProxy({ port: portOf(anvil.wsUrl) })
    const wire = socketWire(`ws://127.0.0.1:${proxy.port}`, { timeoutMs: 600_000, silenceMs: 50, probeMs: 50 })
    expect(await wire.send([call(1)])).toMatchObject({ body: { id: 1 } })
    proxy.set('halfOpen')
    const [first, second] = [wire.send([call(2)]), wire.send([call(3)])]
    await expect(first).rejects.toMatchObject({ name: 'SocketClosedError' })
    await expect(second).rejects.toMatchObject({ name: 'SocketClosedError' })
    proxy.set('open')
    expect(await wire.send([call(4)])).toMatchObject({ body: { id: 4 } })
    expect(proxy.accepted).toBe(2)
    wire.close()
  })

  it('that is never opened fails, and the next one is a new one', async () => {
    await using proxy = await startTcpProxy({ port: portOf(anvil.wsUrl) })
    proxy.set('halfOpen')
    const wire = socketWire(`ws://127.0.0.1:${proxy.port}`, { timeoutMs: 200 })
    await expect(wire.send([call(1)])).rejects.toMatchObject({ name: 'TimeoutError' })
    proxy.set('open')
    const patient = socketWire(`ws://127.0.0.1:${proxy.port}`, { timeoutMs: 600_000 })
    expect(await patient.send([call(2)])).toMatchObject({ body: { id: 2 } })
    wire.close()
    patient.close()
  })

  it('that goes half open stops no clock for good', async () => {
    await using proxy = await startTcpProxy({ port: portOf(anvil.wsUrl) })
    await using chain = await connectChain({
      rpcUrl: `ws://127.0.0.1:${proxy.port}`,
      chainId: anvil.chainId,
      logger: silentLogger,
    })
    const clock = new ChainClock({ chain, logger: silentLogger, pollingIntervalMs: 10 })
    await clock.start()
    const swallowed = proxy.swallowed()
    proxy.set('halfOpen')
    await swallowed
    const head = clock.latest.number
    const seen = new Promise<bigint>((resolve) => clock.onBlock(({ number }) => resolve(number)))
    proxy.set('open')
    expect(await seen).toBeGreaterThan(head)
    await clock.stop()
  })
})

it.each(['rpcUrl', 'wsUrl'] as const)('a connection by %s that is closed ends its calls with CANCELLED', async (by) => {
  await using proxy = await startTcpProxy({ port: portOf(anvil[by]) })
  const url = new URL(anvil[by])
  url.port = String(proxy.port)
  const chain = await connectChain({ rpcUrl: url.href, chainId: anvil.chainId, logger: silentLogger })
  const swallowed = proxy.swallowed()
  proxy.set('halfOpen')
  const reads = [readContractOf(chain), readContractOf(chain)]
  const ended = Promise.allSettled(reads)
  await swallowed
  await chain.close()
  for (const one of await ended) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'CANCELLED' } })
  await expect(readContractOf(chain)).rejects.toMatchObject({ code: 'CANCELLED' })
})

const readContractOf = async (chain: Chain) => readTaskCount(chain, { ledger: zeroAddress })
