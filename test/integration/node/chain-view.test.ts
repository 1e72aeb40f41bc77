import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  connectChain,
  failRound,
  forceCommit,
  readCurrentRound,
  readRound,
  sealRound,
  takeSeat,
} from '../../../src/chain/index.ts'
import type { Chain } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import type { Logger } from '../../../src/core/index.ts'
import { claimHash } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { laggingBackEnd } from '../../support/chain/lagging-back-end.ts'
import type { LaggingBackEnd } from '../../support/chain/lagging-back-end.ts'
import { randomBackEnds } from '../../support/chain/random-back-ends.ts'
import { answersOf, startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import type { ProxiedAnswer, ProxiedCall, RpcFault, RpcProxy } from '../../support/chain/rpc-proxy.ts'
import { chainSide, knownOf, viewingNode } from '../../support/node/viewing-node.ts'
import type { ViewingNode } from '../../support/node/viewing-node.ts'
import { claimOn, enrol, hash, hotSender, openTask, peerKeyOf, sealAndPost, startTestChain } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

let on: TestChain
let task: bigint
let untouched: Hash
/** The claim that round 1 builds on. */
let base: Hash

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  for (const index of [1, 2]) await enrol(on, index, 'operator')
  for (const index of [3, 4]) await enrol(on, index, 'member')
  task = await openTask(on)
  base = (await readCurrentRound(on.chain, { ledger: on.contracts.ledger, task })).parent
}, 60_000)
afterAll(async () => on[Symbol.asyncDispose]())

const nodes: ViewingNode[] = []
const disposed: AsyncDisposable[] = []
beforeEach(async () => {
  untouched = await on.test.snapshot()
})
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop()
  for (const one of disposed.splice(0).toReversed()) await one[Symbol.asyncDispose]()
  await on.revert(untouched)
})

/** A connection through a provider with faults. */
async function through(fault?: RpcFault): Promise<{ proxy: RpcProxy; chain: Chain }> {
  const proxy = await startRpcProxy(on.anvil.rpcUrl, fault)
  const clock = { sleep: async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5)) }
  const { chainId } = on.chain
  const chain = await connectChain({ rpcUrl: proxy.url, chainId, logger: silentLogger, pollingIntervalMs: 5, clock })
  disposed.push(proxy, chain)
  return { proxy, chain }
}

async function view(chain?: Chain, options: { logger?: Logger; everyBlocks?: number } = {}): Promise<ViewingNode> {
  const node = await viewingNode(on, { task, ...(chain && { chain }), ...options })
  nodes.push(node)
  return node
}

const post = async (round: bigint, parent: Hash, operator = 1): Promise<Hash> => {
  const claim = claimOn(parent, { members: 2 })
  await sealAndPost(hotSender(on, operator), { ledger: on.contracts.ledger, task, round, claim })
  return claimHash(task, round, claim)
}

/** What a node knows that starts now, without faults. */
async function truth() {
  const node = await viewingNode(on, { task })
  const known = knownOf(node)
  await node.stop()
  return known
}

/** A random number generator with a seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
}

describe('a node whose provider hands each call to a back end that lags by 0 to 3 blocks', () => {
  it.each([1, 2, 3])('loses no round and no member, with answers out of order and twice (seed %i)', async (seed) => {
    const { chain } = await through(randomBackEnds({ most: 3, random: randomOf(seed), shuffled: true }))
    const node = await view(chain)
    const { ledger } = on.contracts
    let parent = base
    for (const round of [1n, 2n]) {
      parent = await post(round, parent)
      await on.test.mine({ blocks: 3 })
      await vi.waitFor(() => expect(node.rounds.latest?.plan.round).toBe(round + 1n), { timeout: 60_000 })
    }
    await enrol(on, 5, 'member')
    const own = { member: on.sender(3).address, commitment: hash('mine'), signature: '0x' } as const
    await forceCommit(hotSender(on, 3), { ledger, task, round: 3n, commitments: [own] })
    await failRound(hotSender(on, 1), { ledger, task, round: 3n })
    await takeSeat(hotSender(on, 2), { ledger, task })
    await on.test.mine({ blocks: 3 })
    await vi.waitFor(() => expect(node.rounds.latest?.plan.round).toBe(4n), { timeout: 60_000 })
    await vi.waitFor(() => expect(node.membership.memberOfPeer(peerKeyOf(5))).toBeDefined(), { timeout: 60_000 })
    const height = await on.chain.publicClient.getBlockNumber()
    await vi.waitFor(() => expect(node.watcher.block).toBe(height), { timeout: 60_000 })
    expect(knownOf(node)).toEqual(await truth())
  })
})

it('a round opens although the back end that is asked about it has not seen its block', async () => {
  const lagging: LaggingBackEnd = { height: undefined, takes: ({ method }) => method === 'eth_call', unknownHash: 'error' }
  const { proxy, chain } = await through(laggingBackEnd(lagging))
  const node = await view(chain)
  lagging.height = await on.chain.publicClient.getBlockNumber()
  const asked = proxy.seen(({ method }) => method === 'eth_call', 2)
  const posted = await post(1n, base)
  await asked
  lagging.height = undefined
  await node.synced()
  expect(node.rounds.latest?.plan).toMatchObject({ round: 2n, base: posted })
})

/** Hides events: the logs of some blocks are answered without them, and their headers with a bloom that allows none. */
function hiding(hides: (block: bigint) => boolean): RpcFault {
  const hidden = (log: { blockNumber: string }): boolean => hides(BigInt(log.blockNumber))
  const without = (call: ProxiedCall, answer: ProxiedAnswer): ProxiedAnswer => {
    if (call.method === 'eth_getLogs')
      return { ...answer, result: ((answer.result ?? []) as { blockNumber: string }[]).filter((log) => !hidden(log)) }
    const block = answer.result as { number?: string; logsBloom?: string } | null
    if (block?.logsBloom === undefined || !hides(BigInt(block.number!))) return answer
    return { ...answer, result: { ...block, logsBloom: `0x${'00'.repeat(256)}` } }
  }
  return async (request) => {
    const answers = await request.forward()
    return answersOf(
      request,
      answers.map((answer, index) => without(request.calls[index]!, answer)),
    )
  }
}

describe('a node that was told of a block without its events', () => {
  /** Runs `work` behind the back of the node: nothing of what the chain says of it reaches the node. */
  async function unheard(node: ViewingNode, proxy: RpcProxy, work: () => Promise<unknown>): Promise<void> {
    const from = await on.chain.publicClient.getBlockNumber()
    proxy.fault = hiding((block) => block > from)
    await work()
    await node.synced()
    proxy.fault = undefined
  }

  it.each([
    ['the round that opened next', async () => void (await post(1n, base)), 'seat'],
    [
      'the seal',
      async () => {
        const { ledger } = on.contracts
        const { openedAt, forcedHash } = await readCurrentRound(on.chain, { ledger, task })
        await sealRound(hotSender(on, 1), { ledger, task, round: 1n, openedAt, digest: hash('rows'), count: 2, forcedHash })
      },
      'seal',
    ],
    [
      'a forced commitment',
      async () => {
        const own = { member: on.sender(3).address, commitment: hash('mine'), signature: '0x' } as const
        await forceCommit(hotSender(on, 3), { ledger: on.contracts.ledger, task, round: 1n, commitments: [own] })
      },
      'forced',
    ],
    [
      'the end of the round',
      async () => {
        const { ledger } = on.contracts
        const { round } = await readCurrentRound(on.chain, { ledger, task })
        await failRound(hotSender(on, 1), { ledger, task, round })
      },
      'seat',
    ],
  ])('finds %s within a few blocks, says so once and counts it', async (_what, work, part) => {
    const warn = vi.fn<Logger['warn']>()
    const { proxy, chain } = await through()
    // The first block after the fault is compared again: a view that looks at each block repairs nothing while the logs are hidden.
    const node = await view(chain, { logger: { ...silentLogger, warn }, everyBlocks: 4 })
    const before = knownOf(node)
    await unheard(node, proxy, work)
    expect(knownOf(node)).toEqual(before)
    for (let blocks = 0; blocks < 4; blocks++) {
      await on.test.mine({ blocks: 1 })
      await node.synced()
    }
    expect(knownOf(node)).toEqual(await truth())
    expect(node.counted).toEqual([`chain_view_repairs_total{${part}}`, ...node.counted.slice(1)])
    const said = warn.mock.calls.filter(([fields]) => fields['code'] === 'CHAIN_VIEW_DIFFERED')
    expect(said).toHaveLength(1)
  })

  it('finds a member that joined, and a key that was replaced', async () => {
    const { proxy, chain } = await through()
    const node = await view(chain)
    await unheard(node, proxy, async () => enrol(on, 6, 'member'))
    expect(node.membership.memberOfPeer(peerKeyOf(6))).toBeUndefined()
    // Members are compared every fourth time.
    await on.test.mine({ blocks: 1 })
    for (let looks = 0; looks < 4; looks++) {
      await on.test.mine({ blocks: 4 })
      await node.synced()
    }
    expect(node.membership.memberOfPeer(peerKeyOf(6))).toBeDefined()
    expect(node.counted).toContain('chain_view_repairs_total{members}')
    expect(knownOf(node)).toEqual(await truth())
  })

  it('finds after a start what a settled range left out, and fits no history that lacks it', async () => {
    const first = await post(1n, base)
    await on.test.mine({ blocks: 200 })
    const { number } = await on.chain.publicClient.getBlock()
    const { ledger } = on.contracts
    const posted = await readRound(on.chain, { ledger, task, round: 1n })
    const { proxy, chain } = await through(hiding((block) => block > number - 203n && block < number - 190n))
    const warn = vi.fn<Logger['warn']>()
    const node = await view(chain, { logger: { ...silentLogger, warn } })
    expect(posted.claimHash).toBe(first)
    expect(node.history.claim(1n)).toBeUndefined()
    expect(warn.mock.calls.filter(([fields]) => fields['code'] === 'CHAIN_VIEW_DIFFERED')).toHaveLength(1)
    proxy.fault = undefined
    await on.test.mine({ blocks: 40 })
    await node.synced()
    expect(knownOf(node)).toEqual(await truth())
  })
})

it('a node starts although the opening of a claim was left out, and finds it', async () => {
  await post(1n, base)
  const { history } = await view()
  const opening = history.events().find((event) => event.type === 'opened')!.blockNumber
  const { proxy, chain } = await through(hiding((block) => block === opening))
  const node = await view(chain)
  expect(node.history.claims()).toHaveLength(1)
  expect(node.history.seat(1n)).toBeUndefined()
  proxy.fault = undefined
  await on.test.mine({ blocks: 40 })
  await node.synced()
  expect(knownOf(node)).toEqual(await truth())
})

describe('a transaction of the node that is undone before its watcher sees it', () => {
  it('posted: the claim is owed again after a few blocks', async () => {
    const node = await view()
    const { round } = node.rounds.latest!.plan
    const claim = claimOn(base, { members: 2 })
    const posted = { claimHash: claimHash(task, round, claim), claim, operator: on.sender(1).address }
    node.rounds.dispatch(round, { type: 'posted', ...posted })
    for (let blocks = 0; blocks < 3; blocks++) {
      await on.test.mine({ blocks: 1 })
      await node.synced()
    }
    // The watcher may only be late.
    expect(node.rounds.state(round)!.posted).toEqual(posted)
    for (let looks = 0; looks < 3; looks++) {
      await on.test.mine({ blocks: 4 })
      await node.synced()
    }
    expect(node.rounds.state(round)!.posted).toBeUndefined()
    expect(chainSide(node.rounds.state(round))).toEqual((await truth()).rounds[0])
  })

  it('forced: the commitment is owed again after a few blocks', async () => {
    const node = await view()
    const member = on.sender(3).address
    node.rounds.dispatch(1n, { type: 'commitment', member, commitment: hash('mine'), source: { via: 'chain' } })
    expect(node.rounds.state(1n)!.forced).toHaveLength(1)
    for (let looks = 0; looks < 3; looks++) {
      await on.test.mine({ blocks: 4 })
      await node.synced()
    }
    expect(node.rounds.state(1n)!.forced).toEqual([])
  })
})

it('a node that is behind ends no other round than the one that it means', async () => {
  const { ledger } = on.contracts
  const { openedAt } = await readCurrentRound(on.chain, { ledger, task })
  const parent = await post(1n, base)
  // The holder may end its round at any time, and this one is not late.
  const late = failRound(hotSender(on, 1), { ledger, task, round: 1n, openedAt })
  await expect(late).rejects.toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotCurrentRound' } })
  expect(await readCurrentRound(on.chain, { ledger, task })).toMatchObject({ round: 2n, parent, state: 'commit' })
})

it('nobody misses a round that still stands while a reorganisation is followed', async () => {
  const node = await view()
  const missing: string[] = []
  const { ledger } = on.contracts
  await failRound(hotSender(on, 1), { ledger, task, round: 1n })
  await takeSeat(hotSender(on, 2), { ledger, task })
  await on.test.mine({ blocks: 6 })
  await node.synced()
  expect(node.rounds.latest!.plan.round).toBe(2n)
  const end = node.rounds.onChange(() => {
    if (!node.rounds.state(2n)) missing.push('in a change')
  })
  const watching = setInterval(() => {
    if (!node.rounds.state(2n)) missing.push('between changes')
  }, 0)
  await on.test.request({ method: 'anvil_reorg' as never, params: [6, []] as never })
  await node.synced()
  clearInterval(watching)
  end()
  expect(missing).toEqual([])
  expect(knownOf(node).rounds).toEqual((await truth()).rounds)
})
