import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  allocate,
  bond,
  createTask,
  fundRewards,
  MembershipView,
  mintDevelopmentTokens,
  readAccount,
  readCurrentRound,
  readTask,
  takeSeat,
  watchLedger,
  DEVELOPMENT_TOKEN,
} from '../../../src/chain/index.ts'
import type { LedgerEvent, LedgerWatcher, ReorgEvent } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import type { Logger } from '../../../src/core/index.ts'
import { ChainFeed, SeatWatch } from '../../../src/node/index.ts'
import type { NodeEvent } from '../../../src/node/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { plansOpened } from '../../support/node/plans-opened.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import type { RoundPlan } from '../../../src/protocol/index.ts'
import { BOND, enrol, hotSender, joinAll, startTestChain, TASK_SPEC, WINDOWS } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

const TASK = 1n

let on: TestChain
let membership: MembershipView
let watcher: LedgerWatcher
let feed: ChainFeed
let history: ClaimHistory
const opened: RoundPlan[] = []
const told: NodeEvent[] = []

/** A task that waits for two members with three bonds of stake, on a chain that mines only on demand. */
beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  const { chain, contracts, governor } = on
  await enrol(on, 1, 'operator')
  await createTask(governor, {
    ledger: contracts.ledger,
    spec: { ...TASK_SPEC, rewardPerRound: 1n },
    windows: WINDOWS,
    quorumBps: 6667,
    judge: contracts.judge,
    falseClaimPenalty: BOND / 20n,
    faultPenalty: 1n,
    bountyBps: 2000,
    minMembers: 2,
    minStake: 3n * BOND,
  })
  await joinAll(on, TASK)
  await mintDevelopmentTokens(governor, { token: contracts.token, to: governor.address, amount: 10n })
  await fundRewards(governor, { ...contracts, task: TASK, amount: 10n })
  history = new ClaimHistory()
  membership = new MembershipView({ chain, vault: contracts.vault, task: TASK })
  await membership.start()
  feed = new ChainFeed({
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    chain,
    contracts,
    task: TASK,
    self: on.sender(9).address,
    journal: createMemoryJournal(),
    history,
    rounds: plansOpened(opened),
    catchUp: async () => {},
    logger: silentLogger,
  })
  const onEvent = async (event: LedgerEvent | ReorgEvent): Promise<void> => {
    await membership.apply(event)
    await feed.onEvent(event)
  }
  watcher = watchLedger({ chain, contracts, task: TASK, fromBlock: 0n, onEvent, onHead: async (head) => feed.onHead(head) })
  await watcher.start()
  await watcher.synced()
  await feed.begin()
}, 60_000)

afterAll(async () => {
  await watcher.stop()
  await on[Symbol.asyncDispose]()
})

const warn = vi.fn<Logger['warn']>()

async function watch(send?: () => Promise<unknown>): Promise<SeatWatch> {
  return new SeatWatch({
    task: await readTask(on.chain, { ledger: on.contracts.ledger, task: TASK }),
    unit: DEVELOPMENT_TOKEN,
    membership,
    history,
    send,
    events: { emit: (event) => void told.push(event) },
    logger: { ...silentLogger, warn },
  })
}

const texts = (): unknown[] => told.map((event) => (event.event === 'waiting' ? event.reason : event.event))

/** Waits until the node's view of the chain has the account as the chain has it. */
async function seen(index: number): Promise<void> {
  const { chain, contracts } = on
  const { eligible } = await readAccount(chain, { vault: contracts.vault, task: TASK, owner: on.sender(index).address })
  await expect.poll(() => membership.account(on.sender(index).address)?.eligible, { timeout: 60_000 }).toBe(eligible)
}

describe('a task that waits for its members', { timeout: 120_000 }, () => {
  it('has no open round, and nodes open none', async () => {
    expect(await readCurrentRound(on.chain, { ledger: on.contracts.ledger, task: TASK })).toMatchObject({
      state: 'empty',
      round: 1n,
    })
    expect(await readTask(on.chain, { ledger: on.contracts.ledger, task: TASK })).toMatchObject({
      currentRound: 0n,
      minMembers: 2,
      minStake: 3n * BOND,
    })
    await feed.refresh()
    expect(opened).toEqual([])
  })

  it('says once what it waits for, and again when that changes', async () => {
    const waiting = await watch()
    for (let look = 0; look < 3; look++) await waiting.look()
    expect(texts()).toEqual(['waiting for members: 0 of 2 joined'])
    await enrol(on, 2, 'member')
    await seen(2)
    for (let look = 0; look < 3; look++) await waiting.look()
    await enrol(on, 3, 'member')
    await seen(3)
    for (let look = 0; look < 3; look++) await waiting.look()
    expect(texts()).toEqual([
      'waiting for members: 0 of 2 joined',
      'waiting for members: 1 of 2 joined',
      'waiting for stake: 2000 of 3000 dQRT joined',
    ])
  })

  it('cannot be started before; the refusal names both numbers', async () => {
    await on.test.increaseTime({ seconds: 1 })
    const { ledger } = on.contracts
    await expect(takeSeat(hotSender(on, 1), { ledger, task: TASK })).rejects.toMatchObject({
      code: 'NOT_ENOUGH_STAKE',
      details: { args: [2n * BOND, 3n * BOND] },
    })
  })

  it("is started by the operator's node once the stake is there, and round 1 counts every member", async () => {
    const { contracts, governor } = on
    await mintDevelopmentTokens(governor, { token: contracts.token, to: on.sender(2).address, amount: BOND })
    await bond(on.sender(2), { ...contracts, amount: BOND })
    await allocate(on.sender(2), { vault: contracts.vault, task: TASK, role: 'member', amount: BOND })
    await seen(2)
    const starting = await watch(async () => takeSeat(hotSender(on, 1), { ledger: contracts.ledger, task: TASK }))
    // A second passes, and no block: the chain mines only on demand.
    await on.test.increaseTime({ seconds: 1 })
    await starting.look()
    await expect.poll(() => opened.length, { timeout: 60_000 }).toBe(1)
    expect(opened[0]).toMatchObject({ round: 1n, totalStake: 3n * BOND })
    expect(opened[0]!.members).toHaveLength(2)
    expect(history.open()).toBe(1n)
    // A second try meets a task that runs already: no news, no warning.
    await starting.look()
    expect(warn).not.toHaveBeenCalled()
  })
})
