import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  compareTickets,
  drawCommittee,
  drawnWeight,
  isDrawn,
  lotOf,
  roundMembers,
  rowsWithRoom,
  ticketOf,
} from '../../../src/protocol/committee.ts'
import { ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'

const address = (index: number): Address => `0x${(index + 1).toString(16).padStart(40, '0')}`
const seedOf = (index: number): Hash => `0x${index.toString(16).padStart(64, '0')}`

interface Vector {
  seed: Hash
  task: string
  round: string
  size: number
  total: string
  rows: { member: Address; slot: number; stake: string; lot: string; drawn: boolean; weight: string; ticket: string }[]
}
const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../vectors/committee.json'), 'utf8')) as Vector[]

test.each(vectors)('draws as the vector says: $size of $total', ({ seed, task, round, size, total, rows }) => {
  const draw = { seed, task: BigInt(task), round: BigInt(round), size }
  for (const row of rows) {
    const lot = lotOf(draw, row.member)
    const stake = BigInt(row.stake)
    expect(lot.toString()).toBe(row.lot)
    expect(isDrawn(lot, stake, BigInt(total), size)).toBe(row.drawn)
    expect(drawnWeight(stake, BigInt(total), size).toString()).toBe(row.weight)
    expect(ticketOf(lot, stake).toString()).toBe(row.ticket)
  }
  const drawn = drawCommittee(
    draw,
    rows.map(({ member, slot, stake }) => ({ member, slot, stake: BigInt(stake) })),
  )
  expect(drawn.map(({ slot }) => slot)).toEqual(rows.filter((row) => row.drawn).map(({ slot }) => slot))
})

test('a claim has room for the 128 lowest tickets of those who commit', () => {
  const all = Array.from({ length: 400 }, (_, slot) => ({ member: address(slot), slot, stake: 10n, operatorKey: address(slot) }))
  const draw = { seed: seedOf(1), task: 1n, round: 1n }
  const members = roundMembers({ ...draw, committee: 200 }, all)
  expect(members.length).toBeGreaterThan(128)
  expect(members.map(({ stake }) => stake)).toEqual(members.map(() => 20n))
  const few = members.slice(0, 128)
  expect(rowsWithRoom(few, members), 'who did not commit takes nobody’s place').toEqual(few)
  const rows = rowsWithRoom(members, members)
  expect(rows).toHaveLength(128)
  expect(rows.map(({ slot }) => slot)).toEqual(rows.map(({ slot }) => slot).toSorted((a, b) => a - b))
  const tickets = (some: readonly { member: Address }[]): bigint[] => some.map(({ member }) => ticketOf(lotOf(draw, member), 10n))
  const highest = tickets(rows).reduce((a, b) => (a > b ? a : b))
  const out = members.filter(({ slot }) => !rows.some((row) => row.slot === slot))
  for (const ticket of tickets(out)) expect(ticket > highest).toBe(true)
})

test('among equal tickets the lower slot comes first, and who is not drawn comes last', () => {
  const [first, second] = [
    { slot: 3, ticket: 7n },
    { slot: 9, ticket: 7n },
  ]
  expect(compareTickets(first, second)).toBeLessThan(0)
  expect(compareTickets({ slot: 9, ticket: 6n }, first)).toBeLessThan(0)
  expect(compareTickets(undefined, second)).toBeGreaterThan(0)
  expect(compareTickets(first, { slot: 1 })).toBeLessThan(0)
})

test('a task without committee takes everybody, and a drawn round nobody before its seed is stored', () => {
  const all = Array.from({ length: 3 }, (_, slot) => ({ member: address(slot), slot, stake: 10n }))
  const round = { task: 1n, round: 1n }
  expect(roundMembers({ ...round, committee: 0, seed: ZERO_HASH }, all)).toEqual(all)
  expect(roundMembers({ ...round, committee: 2, seed: ZERO_HASH }, all)).toEqual([])
})

test('everybody is in when all are few and large', () => {
  const candidates = Array.from({ length: 8 }, (_, slot) => ({ member: address(slot), slot, stake: 100n }))
  const drawn = drawCommittee({ seed: seedOf(2), task: 1n, round: 1n, size: 80 }, candidates)
  expect(drawn.map(({ weight }) => weight)).toEqual(candidates.map(({ stake }) => stake))
})

/**
 * Pearson's χ² over ten thousand draws. Four groups of accounts hold 1, 2, 3 and 4 tenths of the stake, each split another way. A
 * group has the expectation `size · tenths / 10` of drawn accounts, and as many tenths of all drawn weight.
 */
test('influence is linear in stake, and splitting a stake changes nothing (χ² over 10^4 draws)', () => {
  const size = 4
  const groups = [
    { accounts: 8, stake: 8n },
    { accounts: 16, stake: 8n },
    { accounts: 64, stake: 3n },
    { accounts: 16, stake: 16n },
  ]
  const all = groups.reduce((sum, { accounts, stake }) => sum + BigInt(accounts) * stake, 0n)
  let slot = 0
  const group: number[] = []
  const candidates = groups.flatMap(({ accounts, stake }, index) =>
    Array.from({ length: accounts }, () => {
      group.push(index)
      return { member: address(slot), slot: slot++, stake }
    }),
  )
  const draws = 10_000
  const seats = groups.map(() => 0)
  const weights = groups.map(() => 0n)
  for (let round = 0; round < draws; round++) {
    for (const member of drawCommittee({ seed: seedOf(7), task: 3n, round: BigInt(round), size }, candidates)) {
      const index = group[member.slot] ?? 0
      seats[index] = (seats[index] ?? 0) + 1
      weights[index] = (weights[index] ?? 0n) + member.weight
    }
  }
  const shares = groups.map(({ accounts, stake }) => Number((10_000n * BigInt(accounts) * stake) / all))
  const chiSquared = seats.reduce((sum, seen, index) => {
    const expected = (draws * size * shares[index]!) / 10_000
    return sum + (seen - expected) ** 2 / expected
  }, 0)
  // 3 degrees of freedom: 16.27 is passed by chance once in a thousand seeds; this seed is fixed.
  expect(chiSquared).toBeLessThan(16.27)
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  for (const [index, weight] of weights.entries())
    expect(Math.abs(Number((10_000n * weight) / total) - shares[index]!)).toBeLessThan(75)
})
