import fc from '../../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { reachesQuorum } from '../../../src/protocol/index.ts'

describe('reachesQuorum', () => {
  it.each([
    [6667, 6667n, 6666n],
    [5001, 5001n, 5000n],
    [9000, 9000n, 8999n],
    [10_000, 10_000n, 9999n],
  ])('counts by the quorum of the task: %i basis points', (quorumBps, enough, short) => {
    expect(reachesQuorum(enough, 10_000n, quorumBps)).toBe(true)
    expect(reachesQuorum(short, 10_000n, quorumBps)).toBe(false)
  })

  it('is never reached by no stake', () => {
    expect(reachesQuorum(0n, 0n, 5001)).toBe(false)
  })

  it('rounds what is needed up, as the ledger does', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 96n }), fc.integer({ min: 5001, max: 10_000 }), (total, quorumBps) => {
        const needed = (total * BigInt(quorumBps) + 9999n) / 10_000n
        expect(reachesQuorum(needed, total, quorumBps)).toBe(true)
        expect(reachesQuorum(needed - 1n, total, quorumBps)).toBe(false)
      }),
    )
  })
})
