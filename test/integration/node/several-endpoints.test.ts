import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Coordinator } from '../../../coordinator/app.ts'
import { readCurrentRound, readMembers } from '../../../src/chain/index.ts'
import { answersOf, lying, startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import type { ProxiedAnswer, RpcFault, RpcProxy } from '../../support/chain/rpc-proxy.ts'
import { StartChain, Started } from '../../support/node/start-chain.ts'

let world: StartChain
let honest: RpcProxy
let operator: Coordinator | undefined

beforeAll(async () => {
  world = await StartChain.make()
  honest = await startRpcProxy(world.on.anvil.rpcUrl)
})
afterEach(async () => {
  await operator?.[Symbol.asyncDispose]()
  operator = undefined
  world.proxy.fault = undefined
})
afterAll(async () => {
  await honest[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

/** Stakes, keys, rounds and events that are not those of the chain. */
const everythingFalse: RpcFault = async (request) => {
  const answers = await request.forward()
  const changed = answers.map((answer, index): ProxiedAnswer => {
    const { method } = request.calls[index]!
    if (method === 'eth_getLogs') return { ...answer, result: [] }
    if (method !== 'eth_call' || typeof answer.result !== 'string') return answer
    return { ...answer, result: `${answer.result.slice(0, -2)}5a` }
  })
  return answersOf(request, changed)
}

const chainOf = (...rpcUrl: string[]) => ({ ...world.chain, rpcUrl })

it('a node with three endpoints sees the chain as it is when the first one lies about everything', async () => {
  world.proxy.fault = everythingFalse
  operator = await world.coordinator(new Started(), { chain: chainOf(world.proxy.url, honest.url, world.on.anvil.wsUrl) })
  const { contracts, chain } = world.on
  const { round, snapshot: timepoint, parent } = await readCurrentRound(chain, { ledger: contracts.ledger, task: world.task })
  const { members, totalStake } = await readMembers(chain, { vault: contracts.vault, task: world.task, timepoint })
  const { plan } = operator.node.rounds.latest!
  expect(plan).toMatchObject({ round, base: parent, totalStake })
  expect(plan.members.map(({ member, operatorKey, stake }) => ({ member, operatorKey, stake }))).toEqual(
    members.map(({ member, operatorKey, stake }) => ({ member, operatorKey, stake })),
  )
})

it('a node with two endpoints does not start while one lies, says so, and goes on when both agree', async () => {
  world.proxy.fault = everythingFalse
  const started = new Started()
  const start = world.coordinator(started, { chain: chainOf(world.proxy.url, honest.url) })
  const reason = await started.waits('differently')
  expect(reason).toContain(world.proxy.url)
  expect(reason).toContain(honest.url)
  world.proxy.fault = undefined
  operator = await start
})

it('a node with two endpoints is not moved by a time that one of them makes up, and sends nothing', async () => {
  operator = await world.coordinator(new Started(), { chain: chainOf(world.proxy.url, honest.url) })
  const before = operator.node.clock.now()
  for (const proxy of [world.proxy, honest]) proxy.requests.length = 0
  world.proxy.fault = lying('eth_getBlockByNumber', (answer) => {
    const block = answer.result as { timestamp: string; hash: string }
    const timestamp = `0x${(BigInt(block.timestamp) + 86_400n).toString(16)}`
    return { ...answer, result: { ...block, timestamp } }
  })
  // Every window of the round would be over.
  await world.proxy.seen(({ method, params }) => method === 'eth_getBlockByNumber' && params?.[0] === 'latest', 6)
  expect(operator.node.clock.now()).toBe(before)
  const sent = [world.proxy, honest]
    .flatMap(({ requests }) => requests.flat())
    .filter(({ method }) => method === 'eth_sendRawTransaction')
  expect(sent).toEqual([])
})
