import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCurrentRound, sealRound, watchLedger } from '../../../src/chain/index.ts'
import type { LedgerWatcher } from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { ChainFeed, Rounds } from '../../../src/node/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import { enrol, hash, hotSender, openTask, startTestChain, WINDOWS } from '../chain/harness.ts'
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
    spec: { toleranceBps: 2500, minSealedBps: 5000 },
    sealDepth: 2,
    self: on.sender(2).address,
    journal: createMemoryJournal(),
    history: new ClaimHistory(),
    rounds,
    catchUp: async () => {},
    logger: silentLogger,
  })
  watcher = watchLedger({ chain, contracts, task, fromBlock: 0n, onEvent: async (event) => feed.onEvent(event) })
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
