import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { roundView } from '../../../coordinator/services/round-view.ts'
import {
  cancelOperation,
  deployGuardian,
  pauseContracts,
  readCurrentRound,
  readPause,
  readPausedBetween,
  readRound,
  registerKeys,
  signKeyConsent,
  unpauseContracts,
  failRound,
  sealRound,
  takeSeat,
  watchLedger,
} from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { ChainFeed, DutyRunner, Rounds, tickRounds } from '../../../src/node/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { claimHash, deadlines, forcedHashOf, lowerHex, phaseOf, selfWith, viaSignature } from '../../../src/protocol/index.ts'
import type { LedgerWatcher } from '../../../src/chain/index.ts'
import type { Address, RoundState, SealedCommitment } from '../../../src/protocol/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import { JournalSpan } from '../../../src/node/chain/journal-span.ts'
import { claimOn, enrol, hash, hotSender, openTask, peerKeyOf, startTestChain, WINDOWS, sealAndPost } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

let on: TestChain
let task: bigint
let guardian: Address
let watcher: LedgerWatcher
let rounds: Rounds
let runner: DutyRunner
const voided = vi.fn<() => void>()

beforeAll(async () => {
  on = await startTestChain()
  await enrol(on, 1, 'operator')
  await enrol(on, 2, 'member')
  await enrol(on, 4, 'member')
  task = await openTask(on)
  guardian = await deployGuardian(on.governor, { ...on.contracts, holder: on.sender(9).address })
  const { chain, contracts } = on
  const history = new ClaimHistory()
  const operator = hotSender(on, 1)
  rounds = new Rounds({ journal: createMemoryJournal(), logger: silentLogger, metrics: noMetrics })
  runner = new DutyRunner({
    self: selfWith(on.sender(1).address, ['seal', 'build', 'post']),
    rounds,
    logger: silentLogger,
    metrics: noMetrics,
    retryMs: 20,
    duties: {
      seal: {
        list: async () => [{ type: 'list', rows: [row()], known: 1 }],
        seal: async ({ digest }, { plan, forced }) => {
          const { round, openedAt } = plan
          const call = { round, openedAt, digest, count: 1, forcedHash: forcedHashOf(forced) }
          await sealRound(operator, { ...contracts, task, ...call })
          return []
        },
      },
      build: {
        build: async (_effect, { plan, sealed }) => {
          const claim = claimOn(plan.base, { members: 1 })
          return [
            {
              type: 'built',
              openedAt: plan.openedAt,
              over: sealed!.digest,
              claim,
              claimHash: claimHash(task, plan.round, claim),
            },
          ]
        },
      },
      post: {
        post: async (_effect, { plan, built }) => {
          await sealAndPost(operator, { ...contracts, task, round: plan.round, claim: built!.claim })
          return []
        },
        fail: async (_effect, { plan }) => {
          voided()
          await failRound(operator, { ...contracts, task, round: plan.round })
          return []
        },
      },
    },
  })
  runner.start()
  // The operator's node ran before the round opened; with a younger journal it would give the seat back.
  const journal = createMemoryJournal()
  const span = new JournalSpan(journal)
  span.begin({ newest: 0n, builtBase: false })
  span.opens(1n)
  const feed = new ChainFeed({
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    chain,
    contracts,
    task,
    self: on.sender(1).address,
    journal,
    history,
    rounds,
    catchUp: async () => {},
    logger: silentLogger,
  })
  const [onEvent, onHead] = [feed.onEvent.bind(feed), feed.onHead.bind(feed)]
  watcher = watchLedger({ chain, contracts, task, fromBlock: 0n, onEvent, onHead })
  await watcher.start()
  await watcher.synced()
  await feed.begin()
  // The round opened before the feed began, and there are no peers to ask.
  rounds.dispatch(1n, { type: 'asked' })
}, 60_000)
afterAll(async () => {
  await runner.stop()
  await watcher.stop()
  await on[Symbol.asyncDispose]()
})

/** What half of the stake commits to: enough for a claim, and somebody is waited for. */
function row(): SealedCommitment {
  return { member: lowerHex(on.sender(2).address), commitment: hash('commitment'), source: viaSignature('0x') }
}

/** Moves the chain's time and informs the rounds. */
async function pass(seconds: number): Promise<RoundState> {
  await on.pass(seconds)
  const { timestamp } = await on.chain.publicClient.getBlock()
  await tickRounds({ chain: on.chain, ledger: on.contracts.ledger, rounds }, Number(timestamp))
  return rounds.state(1n)!
}

it('a pause in the middle of a live round delays it and never voids it', async () => {
  const { ledger, vault } = on.contracts
  const before = await readCurrentRound(on.chain, { ledger, task })
  expect(deadlines(rounds.state(1n)!)).toMatchObject({
    commit: before.commitEnd,
    seal: before.sealEnd,
  })
  rounds.dispatch(1n, { type: 'commitment', ...row() })
  expect(phaseOf(await pass(WINDOWS.commit - 20))).toBe('commit')

  const seconds = 5000
  await pauseContracts(on.sender(9), { guardian, seconds })
  const paused = await readPause(on.chain, { ledger })
  expect(paused).toMatchObject({ guardian, holder: on.sender(9).address, maxPause: 7 * 86_400 })
  expect(paused.pausedUntil).toBeGreaterThan(0)
  // Later than the round would have been void without the pause.
  const state = await pass(2000)
  expect(before.sealEnd).toBeLessThan(paused.pausedUntil! - seconds + 2000)
  expect(phaseOf(state)).toBe('commit')
  expect(state.now).toBeLessThan(before.commitEnd)
  expect(roundView(state, 0).deadline).toBeGreaterThan(BigInt(before.commitEnd) + 1990n)
  const peerKey = peerKeyOf(3)
  const { account, address: operatorKey } = on.hot(3)
  const owner = on.sender(3).address
  const consent = await signKeyConsent({ chainId: on.chain.chainId, vault, owner, peerKey, account })
  const stopped = [
    registerKeys(on.sender(3), { vault, operatorKey, peerKey, consent }),
    failRound(on.sender(3), { ledger, task, round: 1n }),
    pauseContracts(on.sender(9), { guardian, seconds: 1 }),
  ]
  for (const refusal of await Promise.allSettled(stopped)) {
    expect(refusal).toMatchObject({ status: 'rejected', reason: { code: 'PAUSED' } })
  }

  await unpauseContracts(on.sender(9), { guardian })
  const after = await readCurrentRound(on.chain, { ledger, task })
  const { timestamp } = await on.chain.publicClient.getBlock()
  const length = await readPausedBetween(on.chain, { ledger, from: before.openedAt, to: Number(timestamp) })
  expect(length).toBeGreaterThanOrEqual(2000)
  expect(after.commitEnd).toBe(before.commitEnd + length)
  expect(after.sealEnd).toBe(before.sealEnd + length)
  expect(phaseOf(await pass(1))).toBe('commit')

  await pass(WINDOWS.commit)
  await vi.waitFor(() => expect(rounds.state(1n)!.seal).toBeDefined(), { timeout: 60_000 })
  const { member } = row()
  const { commitments } = rounds.state(1n)!.seal!
  rounds.dispatch(1n, { type: 'reveal', member, updateRoot: hash('update'), salt: hash('salt'), signature: '0x' })
  rounds.dispatch(1n, { type: 'attestation', member, commitments, held: 1n, signature: '0x' })
  await vi.waitFor(async () => expect((await readRound(on.chain, { ledger, task, round: 1n })).status).toBe('posted'), {
    timeout: 60_000,
  })
  expect(voided).not.toHaveBeenCalled()
  // A round that opens after the pause knows nothing of it.
  await watcher.synced()
  const next = await readCurrentRound(on.chain, { ledger, task })
  expect(next.round).toBe(2n)
  expect(deadlines(rounds.state(2n)!).seal).toBe(next.sealEnd)
  expect(next.sealEnd - next.openedAt).toBe(120)
})

it('a node that starts after the pause finds the same deadlines', async () => {
  const { ledger } = on.contracts
  const again = pauseContracts(on.sender(9), { guardian, seconds: 100 })
  await expect(again).rejects.toMatchObject({ details: { error: 'CoolingDown' } })
  await on.pass(14 * 86_400)
  await runner.stop()
  await failRound(on.sender(9), { ledger, task, round: 2n })
  await on.pass(60)
  await takeSeat(hotSender(on, 1), { ledger, task })
  await pauseContracts(on.sender(9), { guardian, seconds: 100 })
  await on.pass(100)
  const late = new Rounds({ journal: createMemoryJournal(), logger: silentLogger, metrics: noMetrics })
  const feed = new ChainFeed({
    ...on,
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    task,
    self: on.sender(9).address,
    journal: createMemoryJournal(),
    history: new ClaimHistory(),
    rounds: late,
    catchUp: async () => {},
    logger: silentLogger,
  })
  const { timestamp } = await on.chain.publicClient.getBlock()
  await tickRounds({ chain: on.chain, ledger, rounds: late }, Number(timestamp))
  await feed.begin()
  const { round, openedAt, sealEnd } = await readCurrentRound(on.chain, { ledger, task })
  const state = late.state(round)!
  expect(state.now).toBeLessThan(openedAt + 10)
  expect(state.plan.paused).toBe(100)
  expect(deadlines(state).seal).toBe(sealEnd - 100)
  expect(phaseOf(state)).toBe('commit')
})

it('refuses everybody but the holder, and cancels nothing without a timelock', async () => {
  await expect(pauseContracts(on.sender(1), { guardian, seconds: 1 })).rejects.toMatchObject({
    details: { error: 'NotHolder' },
  })
  await expect(cancelOperation(on.sender(9), { guardian, operation: hash('operation') })).rejects.toMatchObject({
    code: 'TRANSACTION_REVERTED',
  })
})
