import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  attestedWeight,
  holdingWeight,
  isAvailable,
  isCertified,
  reachesFloor,
  sealedWeight,
} from '../../../src/protocol/index.ts'
import type { AttestedRow } from '../../../src/protocol/index.ts'

const spec = { toleranceBps: 2500, minSealedBps: 5000 }

describe('thresholds', () => {
  it('a certificate needs more than half of the sealed weight at a quarter, an update more than a quarter', () => {
    expect([isCertified(50n, 100n, spec), isCertified(51n, 100n, spec)]).toEqual([false, true])
    expect([isAvailable(25n, 100n, spec), isAvailable(26n, 100n, spec)]).toEqual([false, true])
    expect([reachesFloor(49n, 100n, spec), reachesFloor(50n, 100n, spec)]).toEqual([false, true])
  })

  it('nothing sealed certifies nothing', () => {
    expect(isCertified(0n, 0n, spec)).toBe(false)
  })

  it('count a row without attestation as weight, and bits past the rows as nothing', () => {
    const rows: AttestedRow[] = [
      { weight: 3n, held: 0b101n },
      { weight: 5n, held: undefined },
      { weight: 7n, held: 1n << 127n },
    ]
    expect([sealedWeight(rows), attestedWeight(rows), holdingWeight(rows, 0), holdingWeight(rows, 1)]).toEqual([15n, 10n, 3n, 0n])
  })

  it('a row that every honest member holds is available, whichever certificate the operator chooses', () => {
    const rows = fc.array(fc.record({ weight: fc.bigInt({ min: 1n, max: 1000n }), order: fc.nat() }), {
      minLength: 1,
      maxLength: 40,
    })
    fc.assert(
      fc.property(rows, fc.integer({ min: 2500, max: 3332 }), fc.nat(), (members, toleranceBps, choice) => {
        const total = members.reduce((sum, { weight }) => sum + weight, 0n)
        // Byzantine members of at most the tolerance hold nothing.
        let bad = 0n
        const all = members.map(({ weight, order }): AttestedRow & { order: number } => {
          const byzantine = (bad + weight) * 10_000n <= BigInt(toleranceBps) * total
          if (byzantine) bad += weight
          return { weight, held: byzantine ? 0n : 1n, order: (order * 31 + choice) % 1009 }
        })
        const chosen = new Set<AttestedRow>()
        for (const row of all.toSorted((a, b) => a.order - b.order))
          if (!isCertified(sealedWeight([...chosen]), total, { toleranceBps })) chosen.add(row)
        const claim = all.map((row) => (chosen.has(row) ? row : { ...row, held: undefined }))
        expect(isCertified(attestedWeight(claim), total, { toleranceBps })).toBe(true)
        expect(isAvailable(holdingWeight(claim, 0), total, { toleranceBps })).toBe(true)
      }),
    )
  })
})
