import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ChainClock, readCurrentRound, sendEther } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { BlockNudge } from '../../../src/node/index.ts'
import { initialRoundState, reduceRound, viaSignature, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { RoundState } from '../../../src/protocol/index.ts'
import { enrol, openTask, startTestChain, WINDOWS } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

let on: TestChain
let clock: ChainClock
let state: RoundState
/** The local clock, ms. */
let local = 0
let sent = 0
let nudge: BlockNudge

/** A round that waits for one member's commitment, on a chain that mines only on demand. */
beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  await enrol(on, 2, 'member')
  const { chain, contracts } = on
  const task = await openTask(on)
  const current = await readCurrentRound(chain, { ledger: contracts.ledger, task })
  const operator = on.sender(1)
  state = initialRoundState({
    task,
    round: 1n,
    openedAt: current.openedAt,
    snapshot: current.snapshot,
    windows: WINDOWS,
    base: current.parent,
    operator: operator.address,
    operatorKey: on.hot(1).address,
    operatorSlot: 100,
    members: [2, 3].map((index, slot) => ({
      member: on.sender(index).address,
      operatorKey: on.hot(index).address,
      slot,
      stake: 1n,
    })),
    totalStake: 2n,
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    quorumBps: 6667,
  })
  // Enough for a claim, and somebody is waited for.
  const member = on.sender(2).address
  state = reduceRound(state, { type: 'commitment', member, commitment: ZERO_HASH, source: viaSignature('0x') })
  clock = new ChainClock({ chain, logger: silentLogger })
  await clock.refresh()
  state = reduceRound(state, { type: 'tick', now: clock.now() })
  nudge = new BlockNudge({
    clock,
    rounds: {
      get latest() {
        return state
      },
    },
    self: operator.address,
    async send(signal) {
      sent++
      await sendEther(operator, { to: operator.address, amount: 0n, signal })
    },
    logger: silentLogger,
    stillMs: 30_000,
    elapsed: () => local,
  })
}, 60_000)

afterAll(async () => on[Symbol.asyncDispose]())

describe('a chain that mines only on demand', { timeout: 60_000 }, () => {
  it('is left alone while no deadline is due', async () => {
    await nudge.look()
    local = (WINDOWS.commit - 10) * 1000
    await nudge.look()
    expect(sent).toBe(0)
  })

  it('gets a block when a deadline must have passed, and its timestamp tells the time', async () => {
    local = (WINDOWS.commit + 1) * 1000
    await on.test.increaseTime({ seconds: WINDOWS.commit + 1 })
    await clock.refresh()
    expect(clock.now()).toBeLessThan(state.plan.openedAt + WINDOWS.commit)
    await nudge.look()
    expect(sent).toBe(1)
    await clock.refresh()
    expect(clock.now()).toBeGreaterThanOrEqual(state.plan.openedAt + WINDOWS.commit)
  })

  it('is left alone again after the block', async () => {
    state = reduceRound(state, { type: 'tick', now: clock.now() })
    local += 31_000
    await nudge.look()
    expect(sent).toBe(1)
  })
})

it('a chain with regular blocks never gets one', async () => {
  const blocks = { latest: { number: 1n } }
  let time = 0
  const regular = new BlockNudge({
    clock: blocks,
    rounds: { latest: state },
    self: state.plan.operator,
    send: async () => {
      throw new Error('not needed')
    },
    logger: silentLogger,
    elapsed: () => time,
  })
  for (let block = 2n; block < 100n; block++) {
    await regular.look()
    time += 24_000
    blocks.latest = { number: block }
  }
})

it('gets the blocks that a round waits for, up to that of its seed', async () => {
  const before = clock.latest.number
  let now = 0
  const waiting = new BlockNudge({
    clock,
    rounds: { latest: undefined },
    missing: () => Number(before + 4n - clock.latest.number),
    self: on.sender(1).address,
    send: async (signal) => sendEther(on.sender(1), { to: on.sender(1).address, amount: 0n, signal }),
    logger: silentLogger,
    stillMs: 30_000,
    elapsed: () => now,
  })
  await waiting.look()
  await clock.refresh()
  expect(clock.latest.number).toBe(before)
  now = 30_000
  await waiting.look()
  await clock.refresh()
  expect(clock.latest.number).toBe(before + 4n)
  now = 60_000
  await waiting.look()
  now = 90_000
  await waiting.look()
  await clock.refresh()
  expect(clock.latest.number).toBe(before + 4n)
})
