import { beforeAll, describe, expect, it } from 'vitest'
import { invertCase } from '../../../src/lab/privacy/index.ts'
import type { InversionCase, InversionParts, InversionResult } from '../../../src/lab/privacy/index.ts'
import { loadDataset, selectBackend } from '../../../src/training/index.ts'

let parts: InversionParts
beforeAll(async () => {
  parts = { dataset: await loadDataset('mnist'), backend: await selectBackend('wasm') }
})

const CASE: InversionCase = {
  dataset: 'mnist',
  model: 'mlp',
  view: 'plain',
  images: 1,
  others: 0,
  batchSize: 1,
  epochs: 1,
  attack: 'dense',
  labels: 'inferred',
  victim: 0,
  iterations: 150,
  smoothness: 0.03,
  restarts: 1,
  clip: 1,
  delta: 1e-5,
  seed: 1,
}

const invert = async (change: Partial<InversionCase>): Promise<InversionResult> => invertCase({ ...CASE, ...change }, parts)
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

describe('an image that a member trained on', () => {
  it('can be read off an int8 update of one step, with its label', async () => {
    const { similarity, error, labelsRight } = await invert({})
    expect(similarity[0]).toBeGreaterThan(0.95)
    expect(error[0]).toBeLessThan(0.001)
    expect(labelsRight).toBe(1)
  })

  it('cannot be read off with noise, and clipping alone is none', async () => {
    const [noised, clipped] = [await invert({ view: 'dp:8' }), await invert({ view: 'clipped' })]
    expect(noised.similarity[0]).toBeLessThan(0.3)
    expect(clipped.similarity[0]).toBeGreaterThan(0.9)
  })

  it('is found by a search on the CNN, and not with noise', async () => {
    const search = { model: 'cnn', attack: 'matching', labels: 'known' } as const
    const [plain, noised] = [await invert(search), await invert({ ...search, view: 'dp:8' })]
    expect(plain.similarity[0]! - plain.control[0]!).toBeGreaterThan(0.15)
    expect(noised.similarity[0]).toBeLessThan(0.25)
    // Images of the search are closer to the update than chance, but noise itself is as close as the original.
    expect(plain.distance).toBeLessThan(0.5)
    expect(noised.truth).toBeGreaterThan(0.9)
  })

  it('is harder to find in the sum of a bucket, and as easy when all others of the bucket help', async () => {
    const eight = { images: 8, batchSize: 8 }
    const [plain, bucket] = [await invert(eight), await invert({ ...eight, view: 'bucket:4' })]
    const colluding = await invert({ ...eight, view: 'bucket:4-3' })
    expect(mean(plain.similarity) - mean(bucket.similarity)).toBeGreaterThan(0.2)
    expect(mean(plain.similarity) - mean(colluding.similarity)).toBeLessThan(0.1)
    expect(bucket.similarity).toHaveLength(32)
  })
})

it('ends when it is asked to', async () => {
  const controller = new AbortController()
  controller.abort()
  await expect(invertCase({ ...CASE, attack: 'matching' }, { ...parts, signal: controller.signal })).rejects.toMatchObject({
    code: 'CANCELLED',
  })
})
