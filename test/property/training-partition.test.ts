import fc from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { createRandom, MINIMUM_SHARE, partitionSamples } from '../../src/training/index.ts'
import type { Partition } from '../../src/training/index.ts'

const partition: fc.Arbitrary<Partition> = fc.oneof(
  fc.record({ kind: fc.constant('dirichlet' as const), alpha: fc.constantFrom(0.01, 0.1, 0.5, 1, 10, 1000) }),
  fc.record({ kind: fc.constant('shards' as const), shards: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('gamma' as const), gamma: fc.constantFrom(0, 0.33, 0.66, 1) }),
)

describe('partitionSamples', () => {
  it('gives every sample to exactly one member, the same way each time', () => {
    fc.assert(
      fc.property(
        partition,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 10 }),
        fc.nat(),
        (partition, members, classes, seed) => {
          const random = createRandom(seed)
          const labels = Uint8Array.from({ length: members * MINIMUM_SHARE + 200 }, () => random.below(classes))
          const options = { partition, labels, classes, members, seed }
          const shares = partitionSamples(options)
          expect(shares).toHaveLength(members)
          const all = shares.flatMap((share) => [...share]).sort((a, b) => a - b)
          expect(all).toEqual([...labels.keys()])
          expect(partitionSamples(options)).toEqual(shares)
          const least = partition.kind === 'shards' ? partition.shards : MINIMUM_SHARE
          expect(Math.min(...shares.map((share) => share.length))).toBeGreaterThanOrEqual(least)
        },
      ),
      { numRuns: 60 },
    )
  })
})
