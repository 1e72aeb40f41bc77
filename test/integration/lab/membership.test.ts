import { beforeAll, describe, expect, it } from 'vitest'
import { inferMembership, summariseMembership } from '../../../src/lab/privacy/index.ts'
import type { MembershipCase, MembershipParts, MembershipResult } from '../../../src/lab/privacy/index.ts'
import { loadDataset, selectBackend } from '../../../src/training/index.ts'

let parts: MembershipParts
beforeAll(async () => {
  parts = { dataset: await loadDataset('mnist'), backend: await selectBackend('wasm') }
})

const CASE: MembershipCase = {
  dataset: 'mnist',
  model: 'mlp',
  view: 'plain',
  members: 4,
  records: 20,
  rounds: 2,
  epochs: 5,
  batchSize: 10,
  clip: 1,
  delta: 1e-5,
  seed: 1,
}

const infer = async (view: string): Promise<MembershipResult> => inferMembership({ ...CASE, view }, parts)

describe('who trained on a record', () => {
  it('is told by plain updates, less by the sum of a bucket, and not with noise', async () => {
    const results = [await infer('plain'), await infer('bucket:4'), await infer('dp:1')]
    const [plain, bucket, noised] = results.map((result) => summariseMembership([result])[0]!.attacks.direction.auc)
    expect(plain).toBeGreaterThan(0.85)
    expect(bucket).toBeLessThan(plain! - 0.08)
    expect(Math.abs(noised! - 0.5)).toBeLessThan(0.15)
  })
})
