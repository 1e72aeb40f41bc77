import { afterAll, beforeAll, expect, it } from 'vitest'
import { MembershipView, connectChain, isTransient, readTask, translateChainError } from '../../../src/chain/index.ts'
import type { Chain } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { errorsFor, startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import type { RpcProxy } from '../../support/chain/rpc-proxy.ts'
import { enrol, openTask, startTestChain } from './harness.ts'
import type { TestChain } from './harness.ts'

let on: TestChain
let proxy: RpcProxy
let chain: Chain
let task: bigint

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  task = await openTask(on)
  proxy = await startRpcProxy(on.anvil.rpcUrl)
  chain = await connectChain({ rpcUrl: proxy.url, chainId: on.chain.chainId, logger: silentLogger })
})
afterAll(async () => {
  await chain.close()
  await proxy[Symbol.asyncDispose]()
  await on[Symbol.asyncDispose]()
})

it.each(['eth_call', 'eth_getBlockByNumber', 'eth_getLogs', 'eth_getBlockByHash'])(
  'a node that answers "Internal error" to %s may answer later',
  async (method) => {
    proxy.fault = async (request) =>
      errorsFor(request, (call) => call.method === method, { code: -32_603, message: 'Internal error' })
    const { vault, ledger } = on.contracts
    const { fromBlock } = on.deployment
    const view = new MembershipView({ chain, vault, task, fromBlock, logger: silentLogger })
    const asked = [view.start(), readTask(chain, { ledger, task }), chain.publicClient.getBlock()]
    const failed = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected')
    proxy.fault = undefined
    for (const { reason } of failed as PromiseRejectedResult[])
      expect(isTransient(translateChainError(reason, { doing: 'read' })), String(reason)).toBe(true)
    if (method === 'eth_call' || method === 'eth_getBlockByNumber') expect(failed.length).toBeGreaterThan(0)
  },
)
