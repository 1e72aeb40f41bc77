import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drawCommittee, drawnWeight, isDrawn, lotOf, ticketOf } from '../../../src/protocol/committee.ts'
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

test('seats at most 128, those with the lowest tickets', () => {
  const candidates = Array.from({ length: 400 }, (_, slot) => ({ member: address(slot), slot, stake: 10n }))
  const draw = { seed: seedOf(1), task: 1n, round: 1n, size: 200 }
  const drawn = drawCommittee(draw, candidates)
  expect(drawn).toHaveLength(128)
  const tickets = (members: readonly { member: Address; stake: bigint }[]): bigint[] =>
    members.map(({ member, stake }) => ticketOf(lotOf(draw, member), stake))
  const inside = new Set(drawn.map(({ slot }) => slot))
  const highest = tickets(drawn).reduce((a, b) => (a > b ? a : b))
  for (const ticket of tickets(candidates.filter(({ slot }) => !inside.has(slot)))) expect(ticket > highest).toBe(true)
})

test('everybody is in when all are few and large', () => {
  const candidates = Array.from({ length: 8 }, (_, slot) => ({ member: address(slot), slot, stake: 100n }))
  const drawn = drawCommittee({ seed: seedOf(2), task: 1n, round: 1n, size: 80 }, candidates)
  expect(drawn.map(({ weight }) => weight)).toEqual(candidates.map(({ stake }) => stake))
})

/**
 * Pearson's χ² over ten thousand draws. Four groups of accounts hold the same stake together, split into 8, 16, 32 and 64
 * accounts. The number of drawn accounts of each group has the expectation `size / 4`, and each group has a quarter of all drawn weight.
 */
test('influence is linear in stake: splitting a stake changes nothing (χ² over 10^4 draws)', () => {
  const size = 4
  const groups = [8, 16, 32, 64]
  let slot = 0
  const group: number[] = []
  const candidates = groups.flatMap((accounts, index) =>
    Array.from({ length: accounts }, () => {
      group.push(index)
      return { member: address(slot), slot: slot++, stake: BigInt(64 / accounts) }
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
  const expected = (draws * size) / groups.length
  const chiSquared = seats.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
  // 3 degrees of freedom: 16.27 is passed by chance once in a thousand seeds; this seed is fixed.
  expect(chiSquared).toBeLessThan(16.27)
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  for (const weight of weights) expect(Math.abs(Number((10_000n * weight) / total) - 2500)).toBeLessThan(75)
})
