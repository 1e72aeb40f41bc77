import { expect, it } from 'vitest'
import { createEngine } from '../../src/engine/index.ts'
import { leafFraud } from '../../src/judge/index.ts'
import { randomBucketCase } from '../support/judge/bucket-cases.ts'
import { bucketLies } from '../support/judge/bucket-lies.ts'

// scripts/bucket-proof-fuzz.ts has the judge's contracts judge what is found.
it('finds a proof against each lie about a round in buckets, and none against the honest claim', async () => {
  await using engine = createEngine({ threads: 0 })
  let lies = 0
  for (let seed = 1; seed <= 12; seed++) {
    const played = await randomBucketCase(engine, seed)
    if (!played) continue
    const { parts } = played
    expect(leafFraud(parts, parts)).toBeUndefined()
    for (const { name, posted } of bucketLies(parts, seed)) {
      // What the claim does not say, the replay knows.
      const { buckets: _, ...opened } = posted
      expect(leafFraud(opened, parts), `round ${seed}: ${name}`).toBeDefined()
      lies++
    }
  }
  expect(lies).toBeGreaterThan(100)
})
