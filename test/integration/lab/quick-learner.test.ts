import { beforeAll, describe, expect, it } from 'vitest'
import { createQuickEvaluator, createQuickLearner } from '../../../src/lab/learner/index.ts'
import {
  createTfjsEvaluator,
  createTfjsLearner,
  defaultTask,
  dequantiseModel,
  loadDataset,
  selectBackend,
  takeSamples,
  tensorLayout,
} from '../../../src/training/index.ts'
import type { Backend, ClassSamples, TaskDocument } from '../../../src/training/index.ts'

const { document: first, tensors, genesis } = defaultTask({ model: 'mlp', seed: 1 })
const spec = { tensors }
const layout = tensorLayout(first.tensors)

let backend: Backend
let data: ClassSamples
let test: ClassSamples
beforeAll(async () => {
  const mnist = await loadDataset('mnist')
  backend = await selectBackend('wasm')
  data = takeSamples(
    mnist.train,
    Uint32Array.from({ length: 150 }, (_, i) => i),
  )
  test = takeSamples(
    mnist.test,
    Uint32Array.from({ length: 200 }, (_, i) => i),
  )
})

const weights = (): Float32Array => dequantiseModel(layout, tensors, genesis)
const documentOf = (local: Partial<TaskDocument['local']>): TaskDocument => ({ ...first, local: { ...first.local, ...local } })

describe('the quick learner', () => {
  it.each<Partial<TaskDocument['local']>>([
    {},
    { epochs: 3, batchSize: 20, samples: 70, learningRate: 0.1, learningRateDecay: 0.9 },
    { momentum: 0, batchSize: 1000 },
    { weightDecay: 0.05, proximal: 0.5, epochs: 2 },
  ])('learns what tfjs learns, but for the last bits: %o', async (local) => {
    const options = { document: documentOf(local), spec, data, seed: 'member' }
    const slow = await createTfjsLearner({ ...options, backend }).train({ weights: weights(), step: 2 })
    const quick = await createQuickLearner(options).train({ weights: weights(), step: 2 })
    expect(quick.metrics.samples).toBe(slow.metrics.samples)
    expect(quick.metrics.loss).toBeCloseTo(slow.metrics.loss, 4)
    let [most, distance] = [0, 0]
    for (const [k, value] of slow.delta.entries()) {
      most = Math.max(most, Math.abs(value))
      distance = Math.max(distance, Math.abs(value - quick.delta[k]!))
    }
    expect(most).toBeGreaterThan(0.001)
    expect(distance).toBeLessThan(1e-4 * most)
  })

  it('gives the same bits each time, whatever was trained between', async () => {
    const learner = createQuickLearner({ document: first, spec, data, seed: 1 })
    const once = await learner.train({ weights: weights(), step: 1 })
    await createQuickLearner({ document: first, spec, data: test, seed: 2 }).train({ weights: weights(), step: 1 })
    expect(await learner.train({ weights: weights(), step: 1 })).toEqual(once)
  })

  it('measures what tfjs measures', async () => {
    const slow = await createTfjsEvaluator({ document: first, spec, test, backend }).evaluate(weights())
    const quick = await createQuickEvaluator({ document: first, spec, test }).evaluate(weights())
    expect(quick).toMatchObject({ accuracy: slow.accuracy, confusion: slow.confusion, samples: 200 })
    expect(quick.loss).toBeCloseTo(slow.loss, 4)
  })

  it('refuses what it does not train', () => {
    const wrong = (document: TaskDocument, samples = data): (() => unknown) => {
      return () => createQuickLearner({ document, spec, data: samples, seed: 1 })
    }
    const refused = expect.objectContaining({ code: 'CONFIG_INVALID' })
    expect(wrong({ ...first, model: 'cnn' })).toThrow(refused)
    expect(wrong({ ...first, loss: 'mean-squared-error' })).toThrow(refused)
    expect(wrong(documentOf({ optimiser: 'adam' }))).toThrow(refused)
    expect(wrong(first, { ...data, inputs: Float32Array.from(data.inputs) })).toThrow(refused)
  })

  it('says when the loss is not finite, and when it was cancelled', async () => {
    const broken = weights().fill(Number.NaN)
    const learner = createQuickLearner({ document: first, spec, data, seed: 1 })
    await expect(learner.train({ weights: broken, step: 1 })).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' })
    const signal = AbortSignal.abort()
    await expect(learner.train({ weights: weights(), step: 1, signal })).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
