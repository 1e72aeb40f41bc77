import { describe, expect, it } from 'vitest'
import { cosineDistance } from '../../../../src/lab/privacy/inversion/cosine-distance.ts'
import { countRight, inferLabels } from '../../../../src/lab/privacy/inversion/infer-labels.ts'
import { pullSteps, takeSteps } from '../../../../src/lab/privacy/inversion/local-steps.ts'
import { packImages, unpackImages } from '../../../../src/lab/privacy/inversion/pack-images.ts'
import { pairUp } from '../../../../src/lab/privacy/inversion/pair-up.ts'
import { recoverFromDense } from '../../../../src/lab/privacy/inversion/recover-from-dense.ts'
import { meanSquaredError, structuralSimilarity } from '../../../../src/lab/privacy/inversion/similarity.ts'
import { totalVariation } from '../../../../src/lab/privacy/inversion/total-variation.ts'
import { gradientOf } from '../../../../src/lab/privacy/network/index.ts'
import type { Layer, Values } from '../../../../src/lab/privacy/network/index.ts'
import { dense } from '../../../../src/lab/privacy/network/dense.ts'
import { rectify } from '../../../../src/lab/privacy/network/rectify.ts'
import { createRandom } from '../../../../src/training/index.ts'

const SIDE = 12
const random = createRandom('inversion test')
const image = (): Values => Float64Array.from({ length: SIDE ** 2 }, () => random.unit())
const LAYERS: Layer[] = [dense(SIDE ** 2, 30), rectify(30), dense(30, 5)]
const parameters = Float64Array.from(
  { length: LAYERS.reduce((sum, layer) => sum + layer.parameters, 0) },
  () => random.normal() / 10,
)
const dot = (one: Values, other: Values): number => one.reduce((sum, value, k) => sum + value * other[k]!, 0)

function firstLayer(images: readonly Values[], labels: readonly number[]): Values[] {
  const { gradient } = gradientOf(LAYERS, parameters, { images, labels })
  const kernel = SIDE ** 2 * 30
  return recoverFromDense({ kernel: gradient.subarray(0, kernel), bias: gradient.subarray(kernel, kernel + 30) })
}

describe('recoverFromDense', () => {
  it('is exact for a batch of one, by each output and by all', () => {
    const original = image()
    const candidates = firstLayer([original], [2])
    expect(candidates.length).toBeGreaterThan(5)
    for (const candidate of candidates) expect(meanSquaredError(candidate, original)).toBeLessThan(1e-12)
  })

  it('mixes the images of a larger batch', () => {
    const originals = [image(), image(), image()]
    const together = firstLayer(originals, [0, 1, 2]).at(-1)!
    for (const original of originals) expect(meanSquaredError(together, original)).toBeGreaterThan(1e-3)
  })

  it('has nothing to read where nothing moved', () => {
    expect(recoverFromDense({ kernel: new Float64Array(20), bias: new Float64Array(2) })).toEqual([])
  })
})

describe('local steps', () => {
  const steps = { layers: LAYERS, start: parameters, rate: 0.3, momentum: 0.9, batchSize: 2, epochs: 2 }
  const labels = [0, 3, 4]
  const images = [image(), image(), image()]

  it('one step without momentum is the gradient', () => {
    const { update } = takeSteps({ ...steps, momentum: 0, batchSize: 3, epochs: 1 }, { images, labels })
    const { gradient } = gradientOf(LAYERS, parameters, { images, labels })
    for (const [k, value] of update.entries()) expect(value).toBeCloseTo(-0.3 * gradient[k]!, 12)
  })

  it('back-propagates through all steps', () => {
    const direction = Float64Array.from(parameters, () => random.normal())
    const pulled = pullSteps(steps, { images, labels }, takeSteps(steps, { images, labels }), direction)
    const change = image()
    const moved = (by: number): number => {
      const others = [images[0]!, images[1]!, images[2]!.map((pixel, k) => pixel + by * change[k]!)]
      return dot(direction, takeSteps(steps, { images: others, labels }).update)
    }
    const expected = (moved(1e-5) - moved(-1e-5)) / 2e-5
    expect(Math.abs(expected)).toBeGreaterThan(1e-3)
    expect(dot(pulled[2]!, change) / expected).toBeCloseTo(1, 5)
  })
})

describe('cosineDistance and totalVariation', () => {
  it.each([
    [
      'distance',
      (point: Values) => cosineDistance(point, Float64Array.of(1, -2, 3, 0)).distance,
      (point: Values) => cosineDistance(point, Float64Array.of(1, -2, 3, 0)).gradient,
    ],
    ['variation', (point: Values) => totalVariation(point).variation, (point: Values) => totalVariation(point).gradient],
  ])('%s has its gradient', (_, value, gradient) => {
    const point = Float64Array.of(0.3, 0.9, -0.4, 0.7)
    for (const k of point.keys()) {
      const at = (by: number): number => value(point.map((one, i) => (i === k ? one + by : one)))
      expect(gradient(point)[k]).toBeCloseTo((at(1e-6) - at(-1e-6)) / 2e-6, 6)
    }
  })

  it('is 0 for the same direction, 2 for the opposite, 1 for nothing', () => {
    const one = Float64Array.of(1, 2)
    expect(cosineDistance(one, Float64Array.of(2, 4)).distance).toBeCloseTo(0, 12)
    expect(cosineDistance(one, Float64Array.of(-1, -2)).distance).toBeCloseTo(2, 12)
    expect(cosineDistance(one, new Float64Array(2)).distance).toBe(1)
  })
})

describe('structuralSimilarity', () => {
  const flat = (value: number): Values => new Float64Array(SIDE ** 2).fill(value)

  it('is 1 for an image and itself', () => {
    const one = image()
    expect(structuralSimilarity(one, one)).toBeCloseTo(1, 12)
  })

  it('compares flat images by their means alone', () => {
    const [a, b, c1] = [0.2, 0.6, 0.01 ** 2]
    expect(structuralSimilarity(flat(a), flat(b))).toBeCloseTo((2 * a * b + c1) / (a ** 2 + b ** 2 + c1), 12)
  })

  it('has the known value for an image and its negative', () => {
    // Means m and 1 − m, variances v, covariance −v in each window; here checked over one window by hand.
    const side = 11
    const weights = Array.from({ length: side ** 2 }, (_, k) =>
      Math.exp(-((Math.floor(k / side) - 5) ** 2 + ((k % side) - 5) ** 2) / 4.5),
    )
    const sum = weights.reduce((x, y) => x + y)
    const one = Float64Array.from({ length: side ** 2 }, (_, k) => ((k * 37) % 100) / 100)
    const mean = weights.reduce((total, weight, k) => total + (weight / sum) * one[k]!, 0)
    const variance = weights.reduce((total, weight, k) => total + (weight / sum) * (one[k]! - mean) ** 2, 0)
    const [c1, c2] = [0.01 ** 2, 0.03 ** 2]
    const expected =
      ((2 * mean * (1 - mean) + c1) * (-2 * variance + c2)) / ((mean ** 2 + (1 - mean) ** 2 + c1) * (2 * variance + c2))
    expect(
      structuralSimilarity(
        one,
        one.map((pixel) => 1 - pixel),
      ),
    ).toBeCloseTo(expected, 12)
    expect(expected).toBeLessThan(-0.8)
  })
})

describe('pairUp', () => {
  it('finds each original among the recovered images', () => {
    const originals = [image(), image()]
    const noisy = originals.map((one) => one.map((pixel) => pixel + 0.01 * random.normal()))
    const pairs = pairUp(originals, [image(), noisy[1]!, noisy[0]!])
    expect(pairs.map(({ recovered }) => recovered)).toEqual([noisy[0], noisy[1]])
    expect(Math.min(...pairs.map(({ similarity }) => similarity))).toBeGreaterThan(0.9)
  })

  it('turns around where few images are looked for among many', () => {
    const originals = [image(), image(), image()]
    expect(pairUp(originals, [originals[2]!]).map(({ original }) => original)).toEqual([originals[2]])
  })
})

describe('inferLabels', () => {
  it('reads the label of one image off the gradient', () => {
    for (let label = 0; label < 5; label++) {
      const { gradient } = gradientOf(LAYERS, parameters, { images: [image()], labels: [label] })
      expect(inferLabels({ layers: LAYERS, parameters, gradient, count: 1, random })).toEqual([label])
    }
  })

  it('counts what is right with repetition', () => {
    expect(countRight([1, 1, 2], [1, 2, 3])).toBe(2)
  })
})

it('packs images as bytes', () => {
  const bytes = unpackImages(packImages([Float64Array.of(0, 1), Float64Array.of(0.5, 0)]), 2)
  expect(bytes.map((one) => [...one])).toEqual([
    [0, 255],
    [128, 0],
  ])
})
