import * as fc from '../../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import {
  encodeEvidence,
  evidenceOf,
  isQuarantined,
  nextEvidence,
  NO_EVIDENCE,
  updateLedger,
} from '../../../src/aggregation/index.ts'
import { ACCEPTED_GAIN, CREDIT, QUARANTINE_AT, QUARANTINE_MEMORY, REJECTED_GAIN } from '../../../src/aggregation/evidence.ts'
import type { Evidence } from '../../../src/aggregation/index.ts'
import { ZERO_HASH } from '../../../src/protocol/bytes.ts'
import { Verdict } from '../../../src/protocol/types.ts'
import type { Hash } from '../../../src/protocol/types.ts'

/** `extra` after verdicts from round 1 on, `x` rejected, `.` not; a quarantined member is not scored. */
function after(verdicts: string, from = 1n, extra: Hash = ZERO_HASH): Hash {
  return Array.from(verdicts).reduce<Hash>((known, verdict, i) => {
    const round = from + BigInt(i)
    if (isQuarantined({ extra: known }, round)) return known
    return encodeEvidence(nextEvidence(evidenceOf(known), verdict === 'x', round))
  }, extra)
}

const anything = fc.record<Evidence>({
  wealth: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  quarantines: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  since: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  until: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
})

describe('the bet', () => {
  // 2^(gain/256) ≤ factor < 2^((gain+1)/256), as integers.
  it.each([
    [REJECTED_GAIN, 5n, 2n],
    [ACCEPTED_GAIN, 5n, 8n],
  ])('gains %i/256 bits at a factor of %i/%i, rounded down', (gain, numerator, denominator) => {
    const power = (exponent: number): [bigint, bigint] =>
      exponent >= 0 ? [2n ** BigInt(exponent), 1n] : [1n, 2n ** BigInt(-exponent)]
    const atMost = (exponent: number): boolean => {
      const [above, below] = power(exponent)
      return above * denominator ** 256n <= numerator ** 256n * below
    }
    expect(atMost(gain)).toBe(true)
    expect(atMost(gain + 1)).toBe(false)
  })

  it('has a mean of at most 1 for a member that is rejected once in five rounds, and needs 1000', () => {
    expect(2 ** (REJECTED_GAIN / 256) / 5 + (2 ** (ACCEPTED_GAIN / 256) * 4) / 5).toBeLessThanOrEqual(1)
    expect(2n ** BigInt(QUARANTINE_AT) >= 1000n ** 256n).toBe(true)
    expect(2n ** BigInt(QUARANTINE_AT - 1) < 1000n ** 256n).toBe(true)
  })

  it('agrees with a twin that multiplies fractions, within its rounding', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (rejections) => {
        let [exact, steps] = [0, 0]
        let evidence = NO_EVIDENCE
        for (const [i, rejected] of rejections.entries()) {
          evidence = nextEvidence(evidence, rejected, BigInt(i + 1))
          if (evidence.quarantines > 0) return
          exact = Math.max(CREDIT / 256, exact + Math.log2(rejected ? 5 / 2 : 5 / 8))
          steps++
          const { wealth } = evidence
          expect(wealth / 256).toBeLessThanOrEqual(exact + 1e-9)
          expect(wealth / 256).toBeGreaterThan(exact - (steps + 1) / 256)
        }
      }),
    )
  })
})

describe('nextEvidence', () => {
  it('quarantines a new member after eight rejections, for sixteen rounds', () => {
    expect(evidenceOf(after('xxxxxxx')).quarantines).toBe(0)
    const extra = after('xxxxxxxx')
    expect(evidenceOf(extra)).toEqual({ wealth: 0, quarantines: 1, since: 8n, until: 25n })
    expect([8n, 9n, 24n, 25n].map((round) => isQuarantined({ extra }, round))).toEqual([true, true, true, false])
  })

  it('gives a clean past three rejections of credit, no more', () => {
    expect(evidenceOf(after('.'.repeat(500) + 'xxxxxxxxxx')).quarantines).toBe(0)
    expect(evidenceOf(after('.'.repeat(500) + 'xxxxxxxxxxx')).quarantines).toBe(1)
    expect(evidenceOf(after('......xxxxxxxxxxx')).quarantines).toBe(1)
  })

  it('never quarantines who is rejected in every third round', () => {
    expect(evidenceOf(after('x..'.repeat(2000))).quarantines).toBe(0)
  })

  it('doubles the quarantines that follow each other and forgets them in time', () => {
    const second = after('x'.repeat(8), 25n, after('xxxxxxxx'))
    expect(evidenceOf(second)).toMatchObject({ quarantines: 2, since: 32n, until: 65n })
    const last = 65n + QUARANTINE_MEMORY - 1n
    expect(evidenceOf(after('x'.repeat(8), last - 7n, second)).quarantines).toBe(3)
    expect(evidenceOf(after('x'.repeat(8), last - 6n, second)).quarantines).toBe(1)
    const { quarantines, since, until } = evidenceOf(after('x'.repeat(3000)))
    expect([quarantines, until - since - 1n]).toEqual([8, 1024n])
  })

  it('is total, keeps to its bounds, and survives its encoding', () => {
    fc.assert(
      fc.property(anything, fc.boolean(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (before, rejected, round) => {
        expect(evidenceOf(encodeEvidence(before))).toEqual(before)
        const { wealth } = nextEvidence(before, rejected, round)
        expect(wealth).toBeGreaterThanOrEqual(CREDIT)
        expect(wealth).toBeLessThan(QUARANTINE_AT)
      }),
    )
  })

  it('gives a split bond nothing: every part is quarantined when the whole would be', () => {
    const rows = Array.from({ length: 64 }, (_, slot) => ({
      member: `0x${slot.toString(16).padStart(40, '0')}` as const,
      slot,
      verdict: Verdict.rejected,
      score: 0n,
    }))
    let ledger = updateLedger(new Map(), [], { spec: { rewardPerRound: 1n, operatorShareBps: 1000 }, round: 0n }).ledger
    for (let round = 1n; round <= 8n; round++)
      ({ ledger } = updateLedger(ledger, rows, { spec: { rewardPerRound: 1n, operatorShareBps: 1000 }, round }))
    expect(rows.every(({ slot }) => isQuarantined(ledger.get(slot), 9n))).toBe(true)
  })
})
