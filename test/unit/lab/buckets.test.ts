import { describe, expect, it } from 'vitest'
import { createWasmKernels } from '../../../src/aggregation/index.ts'
import { aggregateBuckets } from '../../../src/lab/buckets/index.ts'
import type { Seat } from '../../../src/lab/cohort.ts'
import { mostValue } from '../../../src/masking/index.ts'
import { longestInBucket, memberTensors, ReferenceId, RuleId, toHex, Verdict } from '../../../src/protocol/index.ts'
import { createRandom } from '../../../src/training/index.ts'
import { SPEC } from '../../support/spec.ts'

const LENGTH = 8192
const mean = {
  ...SPEC,
  tensors: [{ ...SPEC.tensors[0]!, length: LENGTH }],
  rule: { ...SPEC.rule, rule: RuleId.mean, byzantineBps: 0, reference: ReferenceId.none },
}

const seats = (stakes: readonly bigint[]): Seat[] =>
  stakes.map((stake, slot) => ({
    member: slot,
    attacker: false,
    odd: false,
    joins: 1,
    slot,
    address: toHex(Uint8Array.from({ length: 20 }, (_, k) => (k === 19 ? slot + 1 : 0))),
    stake,
  }))

function update(seed: number): Int8Array {
  const [random, most] = [createRandom(seed), mostValue(4)]
  return Int8Array.from({ length: LENGTH }, () => random.below(2 * most + 1) - most)
}

const play = (stakes: readonly bigint[], round = 1) => {
  const updates = stakes.map((_, slot) => update(slot))
  const input = {
    spec: mean,
    round: BigInt(round),
    kernels: createWasmKernels(),
    model: new Int32Array(LENGTH),
    reference: null,
    ledger: new Map(),
  }
  return { updates, ...aggregateBuckets(input, { seats: seats(stakes), size: 4, seed: 1, round }, { updates }) }
}

describe('a round in buckets', () => {
  it('shows everybody the sum of its bucket, and nothing else', () => {
    const { seen, updates } = play(Array.from({ length: 8 }, () => 5n))
    expect(new Set(seen.map((row) => row.join())).size).toBe(2)
    const mates = [...seen.keys()].filter((place) => seen[place] === seen[0])
    expect(mates).toHaveLength(4)
    const sum = Int8Array.from({ length: LENGTH }, (_, k) => mates.reduce((total, place) => total + updates[place]![k]!, 0))
    expect(Buffer.compare(new Uint8Array(seen[0]!.buffer), new Uint8Array(sum.buffer))).toBe(0)
  })

  it('keeps buckets for an epoch, and draws others for the next', () => {
    const stakes = Array.from({ length: 16 }, () => 5n)
    const groups = (round: number): string => {
      const { seen } = play(stakes, round)
      return seen.map((row) => seen.indexOf(row)).join()
    }
    expect(groups(8)).toBe(groups(1))
    expect(groups(9)).not.toBe(groups(1))
  })

  it('shares the reward within a bucket, and gives none to a member without one', () => {
    const { ledger, rows } = play([5n, 5n, 5n, 5n, 7n, 7n])
    expect(rows.map(({ verdict }) => verdict === Verdict.unavailable)).toEqual([false, false, false, false, true, true])
    const rewards = [...ledger.values()].map(({ reward }) => reward)
    expect(new Set(rewards.slice(0, 4)).size).toBe(1)
    expect(rewards[0]).toBeGreaterThan(0n)
    expect(rewards.slice(4)).toEqual([0n, 0n])
  })
})

it('a member of a bucket has coarser values, so that the sum fits', () => {
  expect(memberTensors([{ updateExponent: -9 }], 4)).toEqual([{ updateExponent: -7 }])
  expect(memberTensors([{ updateExponent: -9 }], 3)).toEqual([{ updateExponent: -7 }])
  expect(memberTensors([{ updateExponent: -9 }])).toEqual([{ updateExponent: -9 }])
  expect(longestInBucket(100, 4)).toBe(50)
})
