import { parseEther } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  ChainClock,
  failRound,
  readCurrentRound,
  readMembers,
  readSeat,
  readSeedHeader,
  storeSeed,
  takeSeat,
  watchLedger,
} from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { ChainFeed, Rounds, seedStoring, SeedWatch } from '../../../src/node/index.ts'
import { ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import { enrol, hotSender, openTask, startTestChain, TASK_SPEC, WINDOWS } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

let on: TestChain
let task: bigint
let untouched: Hash

/** A task that draws two of six members, whose first round waits for its seed. */
beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  for (const index of [1, 2]) await enrol(on, index, 'operator')
  for (const index of [3, 4, 5, 6, 7, 8]) await enrol(on, index, 'member')
  task = await openTask(on, { spec: { ...TASK_SPEC, committee: 2, rewardPerRound: parseEther('0.5') } })
})
afterAll(async () => on[Symbol.asyncDispose]())

const nodes: { stop: () => Promise<void> }[] = []
beforeEach(async () => void (untouched = await on.test.snapshot()))
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop()
  await on.revert(untouched)
})

interface Follower {
  rounds: Rounds
  feed: ChainFeed
  /** Rounds whose members the node was told of, with their seed. */
  drawn: [bigint, Hash][]
  synced: () => Promise<void>
  /** Follows the chain no longer. */
  stop: () => Promise<void>
}

async function follow(): Promise<Follower> {
  const { chain, contracts } = on
  const rounds = new Rounds({ journal: createMemoryJournal(), logger: silentLogger, metrics: noMetrics })
  const drawn: Follower['drawn'] = []
  const feed = new ChainFeed({
    chain,
    contracts,
    task,
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 2 },
    self: on.sender(9).address,
    journal: createMemoryJournal(),
    history: new ClaimHistory(),
    rounds,
    drawn: (round, seed) => void drawn.push([round, seed]),
    catchUp: async () => {},
    logger: silentLogger,
  })
  const onEvent = feed.onEvent.bind(feed)
  const onHead = feed.onHead.bind(feed)
  const watcher = watchLedger({ chain, contracts, task, fromBlock: 0n, onEvent, onHead, pollingIntervalMs: 5 })
  await watcher.start()
  await watcher.synced()
  await feed.begin()
  const stop = async (): Promise<void> => {
    rounds.end()
    await watcher.stop()
  }
  nodes.push({ stop })
  return { rounds, feed, drawn, stop, synced: async () => void (await watcher.synced()) }
}

const current = async () => readCurrentRound(on.chain, { ledger: on.contracts.ledger, task })

/** Somebody stores the seed. */
async function store(index = 2): Promise<Hash> {
  const { ledger } = on.contracts
  const open = await current()
  await storeSeed(hotSender(on, index), { ledger, task, round: open.round, header: await readSeedHeader(on.chain, open) })
  return (await current()).seed
}

/** The service of one operator's node that brings seeds, with a clock that is read anew for each look. */
async function watchOf(index: number, { feed, synced }: Follower): Promise<() => Promise<void>> {
  const { ledger } = on.contracts
  const clock = new ChainClock({ chain: on.chain, logger: silentLogger })
  const sender = hotSender(on, index)
  const watch = new SeedWatch({
    self: on.sender(index).address,
    clock,
    awaited: () => feed.awaited,
    members: () => [],
    duty: {
      store: seedStoring(sender, { ledger, task }),
      fail: async (round, signal) => failRound(sender, { ledger, task, round, signal }),
    },
    refresh: synced,
    events: { emit: () => {} },
    logger: silentLogger,
  })
  return async () => {
    await clock.refresh()
    await watch.look()
  }
}

describe('a round of a task that draws its members', () => {
  it('opens on a node once its seed is stored, with the members that it draws', async () => {
    const node = await follow()
    expect(node.rounds.latest).toBeUndefined()
    expect(node.feed.awaited).toMatchObject({ round: 1n, committee: 2, seed: ZERO_HASH })
    await on.test.mine({ blocks: 4 })
    const seed = await store()
    await node.synced()
    expect(node.feed.awaited).toBeUndefined()
    const { vault } = on.contracts
    const { plan } = node.rounds.latest!
    const { members } = await readMembers(on.chain, { vault, task, timepoint: plan.snapshot })
    expect(plan).toMatchObject({ round: 1n, seed, memberCount: members.length })
    expect(plan.snapshot).toBeLessThan(plan.openedAt - 1)
    expect(node.drawn).toEqual([[1n, seed]])
    // Who starts now finds the same.
    expect((await follow()).rounds.latest!.plan).toEqual(node.rounds.latest!.plan)
  })

  it('waits for the event of its seed when the provider answers for a block with what a later one stored', async () => {
    await on.test.mine({ blocks: 4 })
    const { feed, rounds, stop } = await follow()
    const { number, hash, timestamp } = await on.chain.publicClient.getBlock()
    await stop()
    await store()
    await feed.onHead({ number, hash, timestamp: Number(timestamp), disturbed: false }, await current())
    expect(feed.awaited).toMatchObject({ round: 1n })
    expect(rounds.latest).toBeUndefined()
  })

  it('closes when a reorganisation undoes the seed, and opens with the members of the other one', async () => {
    await on.test.mine({ blocks: 2 })
    const node = await follow()
    const before = await on.test.snapshot()
    await on.test.mine({ blocks: 2 })
    const seed = await store()
    await node.synced()
    expect(node.rounds.latest!.plan.seed).toBe(seed)
    await on.revert(before)
    await on.test.mine({ blocks: 6, interval: 3 })
    await node.synced()
    expect(node.rounds.latest).toBeUndefined()
    expect(node.feed.awaited).toMatchObject({ round: 1n })
    const other = await store()
    await node.synced()
    expect(other).not.toBe(seed)
    expect(node.rounds.latest!.plan.seed).toBe(other)
    expect(node.drawn).toEqual([
      [1n, seed],
      [1n, other],
    ])
  })

  it('gets its seed from the holder of the seat in the first block that can have it', async () => {
    const node = await follow()
    const look = await watchOf(1, node)
    await on.test.mine({ blocks: 3 })
    await look()
    expect((await current()).seed).toBe(ZERO_HASH)
    await on.test.mine({ blocks: 1 })
    await look()
    const { seed, openedBlock } = await current()
    expect(seed).not.toBe(ZERO_HASH)
    expect(await on.chain.publicClient.getBlockNumber()).toBe(BigInt(openedBlock + 5))
    expect(node.rounds.latest!.plan.seed).toBe(seed)
  })

  it('gets its seed from another node when the holder brings none', async () => {
    const node = await follow()
    const look = await watchOf(2, node)
    await on.test.mine({ blocks: 4 })
    await look()
    expect((await current()).seed).toBe(ZERO_HASH)
    await on.pass(WINDOWS.commit / 4)
    await look()
    expect((await current()).seed).not.toBe(ZERO_HASH)
  })

  it('is ended when the chain has forgotten the block of its seed, and nobody is blamed', async () => {
    const node = await follow()
    const look = await watchOf(1, node)
    // A chain without EIP-2935 keeps the hashes of 256 blocks.
    await on.test.setCode({ address: '0x0000F90827F1C53a10cb7A02335B175320002935', bytecode: '0x' })
    await on.test.mine({ blocks: 300, interval: 0 })
    expect((await on.chain.publicClient.getBlock()).timestamp).toBeLessThan((await current()).commitEnd)
    await look()
    await node.synced()
    expect((await current()).state).toBe('empty')
    expect(node.feed.awaited).toBeUndefined()
    const { ledger } = on.contracts
    expect(await readSeat(on.chain, { ledger, task, operator: on.sender(1).address })).toMatchObject({ fails: 0 })
    // The next number waits for its own seed.
    await takeSeat(hotSender(on, 1), { ledger, task })
    await node.synced()
    expect(node.feed.awaited).toMatchObject({ round: 2n })
  })

  it('is ended by any operator when its time is over and no seed was stored', async () => {
    const node = await follow()
    const look = await watchOf(2, node)
    await on.pass(WINDOWS.commit + WINDOWS.post)
    await look()
    expect((await current()).state).toBe('empty')
  })
})
