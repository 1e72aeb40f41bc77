import { afterAll, beforeAll, expect, it } from 'vitest'
import { enrol, openTask, startTestChain } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'
import { answersOf, startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import type { RpcProxy } from '../../support/chain/rpc-proxy.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'

let on: TestChain
let proxy: RpcProxy

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  await enrol(on, 2, 'member')
  await openTask(on)
  proxy = await startRpcProxy(on.anvil.rpcUrl)
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await on[Symbol.asyncDispose]()
})

interface Ended {
  code: number
  last: Record<string, unknown>
}

async function status(...rpc: string[]): Promise<Ended> {
  return runQuorate('status', ...rpc.flatMap((url) => ['--rpc', url]), '--ledger', on.contracts.ledger)
}

it('a command reads from several nodes that agree', async () => {
  expect(await status(on.anvil.rpcUrl, on.anvil.wsUrl, proxy.url)).toMatchObject({ code: 0, last: { event: 'status', ok: true } })
})

it('a command ends with a coded error when one of two nodes lies, or is away, or is named twice', async () => {
  proxy.fault = async (request) => {
    const answers = await request.forward()
    const changed = answers.map((answer) =>
      typeof answer.result === 'string' && answer.result.length > 66
        ? { ...answer, result: `${answer.result.slice(0, -2)}5a` }
        : answer,
    )
    return answersOf(request, changed)
  }
  expect(await status(on.anvil.rpcUrl, proxy.url)).toMatchObject({ code: 3, last: { code: 'RPC_DISAGREEMENT' } })
  proxy.fault = () => 'drop'
  expect(await status(on.anvil.rpcUrl, proxy.url)).toMatchObject({ code: 3, last: { code: 'RPC_UNREACHABLE' } })
  expect(await status(proxy.url, proxy.url)).toMatchObject({ code: 2, last: { code: 'USAGE' } })
})
