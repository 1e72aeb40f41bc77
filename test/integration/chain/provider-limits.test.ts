import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectChain, readLedgerEvents } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { enrol, openTask, startTestChain } from './harness.ts'
import type { TestChain } from './harness.ts'

interface Call {
  id: number
  method: string
  params: [{ fromBlock: string; toBlock: string }]
}

/** As hosted nodes do it: passes everything on to the real node, but no more than `limit` blocks of events at a time. */
function provider(rpcUrl: string, limit: number, refuse: 'error' | 'status', ranges: number[]): Server {
  return createServer((request, response) => {
    const answer = (status: number, body: string) => response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    const serve = async () => {
      const body = await text(request)
      const calls = [JSON.parse(body)].flat() as Call[]
      const sizes = calls
        .filter(({ method }) => method === 'eth_getLogs')
        .map(({ params: [{ fromBlock, toBlock }] }) => Number(BigInt(toBlock) - BigInt(fromBlock)) + 1)
      if (sizes.some((size) => size > limit)) {
        const error = { code: -32005, message: `exceed maximum block range: ${limit}` }
        answer(refuse === 'status' ? 413 : 200, JSON.stringify(calls.map(({ id }) => ({ jsonrpc: '2.0', id, error }))))
        return
      }
      ranges.push(...sizes)
      const forwarded = await fetch(rpcUrl, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
      answer(200, await forwarded.text())
    }
    serve().catch((error: unknown) => answer(500, String(error)))
  }).listen(0, '127.0.0.1')
}

let on: TestChain
let task: bigint
beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  task = await openTask(on)
  await on.test.mine({ blocks: 50 })
})
afterAll(() => on[Symbol.asyncDispose]())

it.each([
  ['error', 7],
  ['status', 1],
] as const)('reads the same history through a provider that refuses long ranges by %s', async (refuse, limit) => {
  const ranges: number[] = []
  const server = provider(on.anvil.rpcUrl, limit, refuse, ranges)
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    const rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const chain = await connectChain({ rpcUrl, chainId: on.chain.chainId, logger: silentLogger })
    const { contracts } = on
    expect(await readLedgerEvents(chain, { contracts, task })).toEqual(await readLedgerEvents(on.chain, { contracts, task }))
    expect(Math.max(...ranges)).toBeLessThanOrEqual(limit)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

it('gives up on a provider that serves no events at all', async () => {
  const server = provider(on.anvil.rpcUrl, 0, 'error', [])
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    const rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const chain = await connectChain({ rpcUrl, chainId: on.chain.chainId, logger: silentLogger })
    await expect(readLedgerEvents(chain, { contracts: on.contracts, task })).rejects.toMatchObject({
      code: 'RPC_UNREACHABLE',
      details: { refused: true },
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
