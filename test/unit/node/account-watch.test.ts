import { expect, it } from 'vitest'
import { NATIVE, silentLogger } from '../../../src/core/index.ts'
import { AccountWatch } from '../../../src/node/index.ts'
import { createMetrics } from '../../../src/observe/index.ts'
import type { Address, LedgerLeaf } from '../../../src/protocol/index.ts'
import type { PostedRound } from '../../../src/replay/index.ts'

const ALICE: Address = `0x${'a1'.repeat(20)}`
const BOB: Address = `0x${'b0'.repeat(20)}`
const TOKEN = 10n ** 18n
const claim = (round: bigint): PostedRound => ({ round, claimHash: `0x${round.toString(16).padStart(64, '0')}` }) as PostedRound
const leaf = (reward: bigint): LedgerLeaf => ({ member: ALICE, reward }) as LedgerLeaf

/** A node whose account earned two tokens with each claim; the chain around it is plain data that a test changes. */
function watched() {
  const world = {
    seat: { open: 3n as bigint | undefined, operator: BOB },
    claims: [claim(1n), claim(2n)],
    final: 1n,
    paid: 0n,
    asked: [] as bigint[],
    chainIsAway: false,
  }
  const metrics = createMetrics({ strict: true })
  const watch = new AccountWatch({
    self: ALICE,
    unit: NATIVE,
    membership: { account: () => ({ free: TOKEN / 2n, allocated: 100n * TOKEN }) as never },
    history: {
      open: () => world.seat.open,
      seat: () => ({ operator: world.seat.operator }) as never,
      claims: () => world.claims,
    },
    head: (hash) => ({ ledger: new Map([[0, leaf(2n * TOKEN * BigInt(hash))]]) }),
    readBalance: async () => {
      if (world.chainIsAway) throw new Error('away')
      return TOKEN / 4n
    },
    readPaid: async () => world.paid,
    isFinal: async ({ round }) => {
      world.asked.push(round)
      return round <= world.final
    },
    metrics,
    logger: silentLogger,
  })
  return { world, watch, metrics, read: async () => metrics.text() }
}

it('shows the seat, and names its holder only while the holder has it', async () => {
  const { world, watch, read } = watched()
  await watch.look()
  expect(await read()).toContain(`quorate_seat_holder{operator="${BOB}"} 1`)
  expect(await read()).toMatch(/^quorate_seat_own 0$/m)
  world.seat.operator = ALICE
  await watch.look()
  expect(await read()).toContain(`quorate_seat_holder{operator="${BOB}"} 0`)
  expect(await read()).toContain(`quorate_seat_holder{operator="${ALICE}"} 1`)
  expect(await read()).toMatch(/^quorate_seat_own 1$/m)
  world.seat.open = undefined
  await watch.look()
  expect(await read()).toContain(`quorate_seat_holder{operator="${ALICE}"} 0`)
  expect(await read()).toMatch(/^quorate_seat_held 0$/m)
})

it('shows gas, stake, and the reward of final rounds that was not paid', async () => {
  const { world, watch, metrics, read } = watched()
  await watch.look()
  expect(await metrics.value('operator_balance_ether')).toBe(0.25)
  expect(await read()).toContain('quorate_stake_tokens{part="task"} 100')
  expect(await read()).toContain('quorate_stake_tokens{part="free"} 0.5')
  // Round 2 is not final.
  expect(await metrics.value('reward_claimable_tokens')).toBe(2)
  world.final = 2n
  world.paid = 3n * TOKEN
  await watch.look()
  expect(await metrics.value('reward_claimable_tokens')).toBe(1)
})

it('asks the chain about a claim no more once it is final', async () => {
  const { world, watch } = watched()
  world.final = 2n
  await watch.look()
  world.asked = []
  await watch.look()
  expect(world.asked).toEqual([])
})

it('keeps the last balance while the chain is away, and still shows the seat', async () => {
  const { world, watch, metrics } = watched()
  await watch.look()
  world.chainIsAway = true
  world.seat.operator = ALICE
  await expect(watch.look()).rejects.toThrow('away')
  expect(await metrics.value('operator_balance_ether')).toBe(0.25)
  expect(await metrics.value('seat_own')).toBe(1)
})
