import * as fc from '../../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { encodeEvidence, updateLedger } from '../../../src/aggregation/index.ts'
import type { LedgerRow } from '../../../src/aggregation/index.ts'
import { ZERO_HASH } from '../../../src/protocol/bytes.ts'
import type { Hash, LedgerLeaf, Verdict } from '../../../src/protocol/types.ts'

const member = (slot: number): `0x${string}` => `0x${slot.toString(16).padStart(40, '0')}`
const row = (slot: number, verdict: Verdict, score = 0n): LedgerRow => ({ member: member(slot), slot, verdict, score })
const under = (rewardPerRound: bigint, round = 1n) => ({ spec: { rewardPerRound, operatorShareBps: 0 }, round })
/** log2 of the bet against a member in 1/256, no quarantine. */
const bet = (wealth: number): Hash => encodeEvidence({ wealth, quarantines: 0, since: 0n, until: 0n })
const leaf = (slot: number, reward: bigint, strikes: number, reputation: number, extra = ZERO_HASH): LedgerLeaf => ({
  member: member(slot),
  reward,
  strikes,
  reputation,
  extra,
})

describe('updateLedger', () => {
  it('pays by score, rounded down', () => {
    const { ledger, total } = updateLedger(new Map(), [row(0, 3, 1n), row(1, 4, 1n), row(5, 3, 1n)], under(100n))
    expect([...ledger.values()].map(({ reward }) => reward)).toEqual([33n, 33n, 33n])
    expect(total).toBe(99n)
    expect(ledger.get(5)).toEqual(leaf(5, 33n, 0, 8192, bet(-174)))
  })

  it('adds a strike for a rejected round, lets strikes decay, and moves reputation by an eighth, rounded down', () => {
    const before = new Map([
      [0, leaf(0, 7n, 256, 65_536)],
      [1, leaf(1, 5n, 300, 1001)],
    ])
    const { ledger, total } = updateLedger(before, [row(0, 5), row(1, 3, 9n)], under(10n))
    expect(ledger.get(0)).toEqual(leaf(0, 7n, 512, 57_344, bet(338)))
    expect(ledger.get(1)).toEqual(leaf(1, 15n, 263, 9067, bet(-174)))
    expect(total).toBe(22n)
    // floor(−1001 / 8) = −126
    expect(updateLedger(before, [row(1, 5)], under(10n)).ledger.get(1)!.reputation).toBe(875)
  })

  it('leaves rows that were not judged alone, and does not touch the previous ledger', () => {
    const before = new Map([[0, leaf(0, 7n, 9, 9)]])
    const rows = ([0, 1, 2] as const).map((verdict, slot) => row(slot, verdict))
    const { ledger } = updateLedger(before, rows, under(10n))
    expect(ledger).toEqual(before)
    updateLedger(before, [row(0, 5)], under(10n))
    expect(before.get(0)!.strikes).toBe(9)
  })

  it('pays nothing when every score is zero', () => {
    expect(updateLedger(new Map(), [row(0, 3), row(1, 3)], under(10n)).total).toBe(0n)
  })

  it('never pays more than the budget, and a rejected row nothing', () => {
    const rows = fc.array(fc.tuple(fc.constantFrom<Verdict>(0, 1, 2, 3, 4, 5), fc.bigInt({ min: 0n, max: 2n ** 127n })), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(rows, fc.bigInt({ min: 0n, max: 2n ** 100n }), (rows, budget) => {
        const judged = rows.map(([verdict, score], slot) => row(slot, verdict, score))
        const { ledger, total } = updateLedger(new Map(), judged, under(budget))
        expect(total <= budget).toBe(true)
        const unpaid = judged.filter(({ verdict }) => verdict !== 3 && verdict !== 4)
        expect(unpaid.filter(({ slot }) => (ledger.get(slot)?.reward ?? 0n) > 0n)).toEqual([])
      }),
    )
  })

  it('gives the operator its share first, and members split the rest', () => {
    const operator = { member: member(9), slot: 9 }
    const shared = { spec: { rewardPerRound: 1005n, operatorShareBps: 1000 }, round: 1n, operator }
    const before = new Map([[9, leaf(9, 5n, 3, 4, bet(7))]])
    const { ledger, total } = updateLedger(before, [row(0, 3, 1n), row(1, 3, 2n)], shared)
    // floor(1005 / 10) = 100; members split 905.
    expect(ledger.get(9)).toEqual(leaf(9, 105n, 3, 4, bet(7)))
    expect([ledger.get(0)!.reward, ledger.get(1)!.reward]).toEqual([301n, 603n])
    expect(total).toBe(5n + 100n + 904n)
    // Its first share writes its leaf.
    expect(updateLedger(new Map(), [row(0, 3, 1n)], shared).ledger.get(9)).toEqual(leaf(9, 100n, 0, 0))
  })

  it('gives the operator nothing when nobody is paid, and leaves its leaf as it is', () => {
    const operator = { member: member(9), slot: 9 }
    const rules = { spec: { rewardPerRound: 1000n, operatorShareBps: 1000 }, round: 1n, operator }
    for (const rows of [[], [row(0, 3)], [row(0, 5)], [row(0, 1)]])
      expect(updateLedger(new Map(), rows, rules).ledger.has(9)).toBe(false)
    const tiny = { ...rules, spec: { rewardPerRound: 9n, operatorShareBps: 1000 } }
    expect(updateLedger(new Map(), [row(0, 3, 1n)], tiny).ledger.has(9)).toBe(false)
  })

  it('never pays more than the budget with a share', () => {
    const scores = fc.array(fc.bigInt({ min: 0n, max: 2n ** 127n }), { maxLength: 20 })
    fc.assert(
      fc.property(
        scores,
        fc.bigInt({ min: 0n, max: 2n ** 96n }),
        fc.integer({ min: 0, max: 3000 }),
        (all, rewardPerRound, bps) => {
          const judged = all.map((score, slot) => row(slot, 3, score))
          const spec = { rewardPerRound, operatorShareBps: bps }
          const { total } = updateLedger(new Map(), judged, { spec, round: 1n, operator: { member: member(99), slot: 99 } })
          expect(total <= rewardPerRound).toBe(true)
          if (all.every((score) => score === 0n)) expect(total).toBe(0n)
        },
      ),
    )
  })

  it('pays the whole budget but for less than one unit a paid row, whatever the scores', () => {
    const rows = fc.array(fc.tuple(fc.constantFrom<Verdict>(0, 1, 3, 4, 5), fc.bigInt({ min: 1n, max: 2n ** 127n })), {
      maxLength: 128,
    })
    fc.assert(
      fc.property(rows, fc.bigInt({ min: 0n, max: 2n ** 100n }), (rows, budget) => {
        // As rules score: only rows with a part in the round have a score.
        const judged = rows.map(([verdict, score], slot) => row(slot, verdict, verdict === 3 || verdict === 4 ? score : 0n))
        const scored = judged.filter(({ score }) => score > 0n).length
        const left = budget - updateLedger(new Map(), judged, under(budget)).total
        if (scored === 0) expect(left).toBe(budget)
        else expect(left >= 0n && left < BigInt(scored)).toBe(true)
      }),
    )
  })
})
