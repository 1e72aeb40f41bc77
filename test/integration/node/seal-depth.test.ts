import { createTestClient, http } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readBlockTime, readCurrentRound, sealRound, startAnvil, watchLedger } from '../../../src/chain/index.ts'
import type { LedgerWatcher } from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { ChainFeed, Rounds, sealDepthFor } from '../../../src/node/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import { connect, enrol, hash, hotSender, openTask, startTestChain, WINDOWS } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

let on: TestChain
let task: bigint
let watcher: LedgerWatcher

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  await enrol(on, 2, 'member')
  task = await openTask(on)
}, 60_000)
afterAll(async () => {
  await watcher.stop()
  await on[Symbol.asyncDispose]()
})

it('a seal is shallow until enough blocks stand on it', async () => {
  const { chain, contracts } = on
  const rounds = new Rounds({ journal: createMemoryJournal(), logger: silentLogger, metrics: noMetrics })
  const feed = new ChainFeed({
    chain,
    contracts,
    task,
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    sealDepth: 2,
    self: on.sender(2).address,
    journal: createMemoryJournal(),
    history: new ClaimHistory(),
    rounds,
    catchUp: async () => {},
    logger: silentLogger,
  })
  const [onEvent, onHead] = [feed.onEvent.bind(feed), feed.onHead.bind(feed)]
  watcher = watchLedger({ chain, contracts, task, fromBlock: 0n, onEvent, onHead })
  await watcher.start()
  await watcher.synced()
  await feed.begin()
  await on.pass(WINDOWS.commit)
  const { ledger } = contracts
  const { round, openedAt, forcedHash } = await readCurrentRound(chain, { ledger, task })
  const call = { ledger, task, round, openedAt, digest: hash('rows'), count: 1, forcedHash }
  const { blockNumber } = await sealRound(hotSender(on, 1), call)
  await watcher.synced()
  const sealed = () => rounds.state(round)!.sealed
  expect(sealed()).toMatchObject({ digest: hash('rows'), count: 1, shallow: true })
  feed.onBlock(blockNumber + 1n)
  expect(sealed()).toMatchObject({ shallow: true })
  feed.onBlock(blockNumber + 2n)
  expect(sealed()).not.toHaveProperty('shallow')
})

it('is none on a development chain unless it is asked for', async () => {
  expect(on.chain.chainId).toBe(31_337)
  expect(await sealDepthFor(on.chain, { reveal: 60, logger: silentLogger })).toBe(0)
})

it('is two blocks elsewhere, fewer where the reveal window has no time, and never more than fits', async () => {
  await using anvil = await startAnvil({ chainId: 4242, mining: 'automine' })
  await using chain = await connect(anvil)
  const test = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
  // A single block says nothing about time.
  expect(await sealDepthFor(chain, { reveal: 60, logger: silentLogger })).toBe(2)
  await test.mine({ blocks: 120, interval: 12 })
  expect(await readBlockTime(chain)).toBe(12)
  expect(await sealDepthFor(chain, { reveal: 96, logger: silentLogger })).toBe(2)
  expect(await sealDepthFor(chain, { reveal: 95, logger: silentLogger })).toBe(1)
  expect(await sealDepthFor(chain, { reveal: 240, asked: 5, logger: silentLogger })).toBe(5)
  expect(await sealDepthFor(chain, { reveal: 60, asked: 0, logger: silentLogger })).toBe(0)
  expect(await sealDepthFor(chain, { reveal: 239, asked: 5, logger: silentLogger })).toBe(4)
  // The chain stands still for an hour: that says nothing about its blocks.
  await test.mine({ blocks: 2, interval: 3600 })
  expect(await readBlockTime(chain)).toBe(12)
  expect(await sealDepthFor(chain, { reveal: 240, asked: 5, logger: silentLogger })).toBe(5)
})
