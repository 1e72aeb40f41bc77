import { describe, expect, it } from 'vitest'
import { gradientOf, layersOf, pullGradient } from '../../../../src/lab/privacy/network/index.ts'
import type { Layer, Values } from '../../../../src/lab/privacy/network/index.ts'
import { convolution } from '../../../../src/lab/privacy/network/convolution.ts'
import { dense } from '../../../../src/lab/privacy/network/dense.ts'
import { maxPool } from '../../../../src/lab/privacy/network/max-pool.ts'
import { rectify } from '../../../../src/lab/privacy/network/rectify.ts'
import {
  createRandom,
  createTfjsLearner,
  defaultTask,
  dequantiseModel,
  layoutOf,
  loadDataset,
  selectBackend,
  takeSamples,
} from '../../../../src/training/index.ts'
import { sideBySide } from '../../../../src/lab/privacy/inversion/victim.ts'
import { imagesOf } from '../../../../src/lab/privacy/inversion/victim-records.ts'

const random = createRandom('network test')
const values = (length: number): Values => Float64Array.from({ length }, () => random.normal())
const dot = (one: Values, other: Values): number => one.reduce((sum, value, k) => sum + value * other[k]!, 0)

/** A little of every layer: 8×8 pixels, two channels, two classes. */
const SMALL: Layer[] = [
  convolution({ side: 8, kernel: 3, channels: 1, filters: 2 }),
  rectify(72),
  maxPool(6, 2),
  convolution({ side: 3, kernel: 2, channels: 2, filters: 3 }),
  rectify(12),
  dense(12, 2),
]
const parameters = values(SMALL.reduce((sum, layer) => sum + layer.parameters, 0))
const batch = { images: [values(64), values(64)], labels: [0, 1] }

/** Central difference of ⟨direction, gradient⟩ along a change of the network's parameters or of its images. */
function difference(direction: Values, moved: (by: number) => Values): number {
  const step = 1e-5
  return (dot(direction, moved(step)) - dot(direction, moved(-step))) / (2 * step)
}

describe('pullGradient', () => {
  const direction = values(parameters.length)
  const { traces } = gradientOf(SMALL, parameters, batch)
  const pulled = pullGradient({ layers: SMALL, parameters, labels: batch.labels, traces, direction, hessian: true })

  it('is the derivative of the gradient by the pixels', () => {
    const change = values(64)
    const expected = difference(direction, (by) => {
      const images = [batch.images[0]!.map((pixel, k) => pixel + by * change[k]!), batch.images[1]!]
      return gradientOf(SMALL, parameters, { ...batch, images }).gradient
    })
    expect(dot(pulled.images[0]!, change)).toBeCloseTo(expected, 6)
  })

  it('is the Hessian times the direction by the parameters', () => {
    const change = values(parameters.length)
    const expected = difference(
      direction,
      (by) =>
        gradientOf(
          SMALL,
          parameters.map((value, k) => value + by * change[k]!),
          batch,
        ).gradient,
    )
    expect(dot(pulled.parameters!, change)).toBeCloseTo(expected, 6)
  })
})

describe('layersOf', () => {
  it.each(['mlp', 'cnn', 'cnn-wide'])('%s has the gradient that a step of its tfjs training takes', async (model) => {
    const task = defaultTask({ model })
    const { train } = await loadDataset('mnist')
    const data = takeSamples(train, Uint32Array.of(3, 4))
    const local = { epochs: 1, batchSize: 2, samples: 0, learningRate: 1, momentum: 0, weightDecay: 0 }
    const document = { ...task.document, local: { ...task.document.local, ...local } }
    const layout = layoutOf(document, task.tensors)
    const weights = dequantiseModel(layout, task.tensors, task.genesis)
    const backend = await selectBackend('wasm')
    const learner = createTfjsLearner({ document, spec: task, data, backend, seed: 1 })
    const { delta } = await learner.train({ weights: weights.slice(), step: 1 })
    learner.dispose()
    const step = sideBySide(layout, delta)
    const { gradient } = gradientOf(layersOf(model), sideBySide(layout, weights), { images: imagesOf(data), labels: data.labels })
    const apart = Math.sqrt(dot(step, step) + dot(gradient, gradient) + 2 * dot(step, gradient))
    expect(apart / Math.sqrt(dot(step, step))).toBeLessThan(1e-4)
    expect(dot(step, step)).toBeGreaterThan(0.01)
  })

  it('says which models it has', () => {
    expect(() => layersOf('resnet')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
