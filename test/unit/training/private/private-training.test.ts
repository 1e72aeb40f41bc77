import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { builtinNetwork, lossByName, plannedSteps, selectBackend, trainPrivately } from '../../../../src/training/index.ts'
import type { Network } from '../../../../src/training/index.ts'
import type { PrivateTrainingOptions } from '../../../../src/training/private/private-training.ts'

const LOCAL = { epochs: 1, batchSize: 2, learningRate: 1, learningRateDecay: 1, momentum: 0, samples: 0 }

beforeAll(async () => {
  await selectBackend('cpu')
})
afterEach(() => {
  vi.useRealTimers()
})

/** A linear model of two classes that tells when it is used. */
function model(width: number, onForward: () => void = () => {}): Network {
  return builtinNetwork({
    name: 'linear',
    inputShape: [width],
    classes: 2,
    tensors: [{ name: 'kernel', shape: [width, 2], fanIn: width }],
    forward([kernel], samples) {
      onForward()
      return tf.matMul(samples, kernel as tf.Tensor2D)
    },
  })
}

/** Two records of two values, both in the batch of the only step, without noise. */
function options(changes: Partial<PrivateTrainingOptions>): PrivateTrainingOptions {
  return {
    network: model(2),
    loss: lossByName('cross-entropy'),
    start: [tf.zeros([2, 2])],
    data: { inputs: Float32Array.of(3, 4, 0.25, 0), labels: Uint8Array.of(0, 1) },
    local: LOCAL,
    rate: 1,
    privacy: { clip: 1, noise: 0, batch: 2 },
    ...changes,
  }
}

/** So many records of zeros, whose gradients are zero: what the weights become is noise. */
function silent(records: number, width: number, changes: Partial<PrivateTrainingOptions>): PrivateTrainingOptions {
  return options({
    network: model(width),
    start: [tf.zeros([width, 2])],
    data: { inputs: new Float32Array(records * width), labels: new Uint8Array(records) },
    ...changes,
  })
}

describe('trainPrivately', () => {
  it('clips the gradient of each record over all tensors, and leaves short ones as they are', async () => {
    const { weights, spent, samples } = await trainPrivately(options({}))
    // From zero weights both classes have a chance of ½. Record (3, 4) of class 0 has the gradient [[−1.5, 1.5], [−2, 2]] of length √12.5,
    // which is cut to 1; record (¼, 0) of class 1 has [[⅛, −⅛], [0, 0]], which is shorter. The step goes against their sum, halved.
    const cut = 1 / Math.sqrt(12.5)
    const expected = [(1.5 * cut - 0.125) / 2, (-1.5 * cut + 0.125) / 2, (2 * cut) / 2, (-2 * cut) / 2]
    for (const [k, value] of weights[0]!.entries()) expect(value).toBeCloseTo(expected[k]!, 6)
    expect(spent).toEqual({ noiseMultiplier: 0, samplingRate: 1, steps: 1 })
    expect(samples).toBe(2)
  })

  it('takes nothing from a record whose gradient is not finite', async () => {
    const data = { inputs: Float32Array.of(Number.NaN, 4, 0.25, 0), labels: Uint8Array.of(0, 1) }
    const { weights } = await trainPrivately(options({ data }))
    expect([...weights[0]!]).toEqual([-0.0625, 0.0625, -0, -0].map((value) => value + 0))
  })

  it('adds noise of the deviation noise · clip to the sum', async () => {
    const width = 1000
    const privacy = { clip: 0.5, noise: 3, batch: 4 }
    const { weights } = await trainPrivately(silent(4, width, { privacy, rate: 0.1 }))
    // One step: w = −rate · noise · clip / batch · z. The sum of 2000 squares has mean 2000 and deviation √4000; a bound of 6 deviations is missed
    // once in 10^8 runs.
    const scale = (0.1 * 3 * 0.5) / 4
    const squares = weights[0]!.reduce((sum, value) => sum + (value / scale) ** 2, 0)
    expect(Math.abs(squares - 2 * width) / Math.sqrt(4 * width)).toBeLessThan(6)
  })

  it('adds noise to an empty batch', async () => {
    // One record in 2000 is drawn on average, and none in 37 % of all steps: no step of 60 is empty once in 10^12 runs.
    for (let run = 0; run < 60; run++) {
      const settings = { local: { ...LOCAL, samples: 1 }, privacy: { clip: 1, noise: 1, batch: 1 } }
      const { weights, samples, spent } = await trainPrivately(silent(2000, 4, settings))
      expect(spent.steps).toBe(1)
      if (samples > 0) continue
      expect(weights[0]!.every((value) => value !== 0)).toBe(true)
      return
    }
    expect.unreachable('no batch was empty')
  })

  it('draws other noise in two runs with the same configuration', async () => {
    const privacy = { clip: 1, noise: 1, batch: 2 }
    const [one, other] = [await trainPrivately(options({ privacy })), await trainPrivately(options({ privacy }))]
    for (const [k, value] of one.weights[0]!.entries()) expect(value).not.toBe(other.weights[0]![k])
  })

  it('draws other batches in two runs with the same configuration', async () => {
    const run = async () => trainPrivately(silent(2000, 1, { privacy: { clip: 1, noise: 0, batch: 1000 } }))
    const sizes = new Set<number>()
    // Two sizes are equal in one of 80 pairs: 12 equal sizes in a row come once in 10^20 runs.
    for (let k = 0; k < 12; k++) sizes.add((await run()).samples)
    expect(sizes.size).toBeGreaterThan(1)
  })

  it('neither applies nor counts a step that the deadline cuts off', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const records = 40
    const deadline = Date.now() + 1000
    let forwards = 0
    const data = {
      inputs: Float32Array.from({ length: 2 * records }, (_, k) => k / 10),
      labels: Uint8Array.from({ length: records }, (_, k) => k % 2),
    }
    const local = { ...LOCAL, epochs: 3 }
    const privacy = { clip: 1, noise: 0, batch: records }
    // In the second step, the time is up after the first record of 40.
    const network = model(2, () => {
      if (++forwards === records + 1) vi.setSystemTime(deadline)
    })
    const cut = await trainPrivately(options({ network, data, local, privacy, deadline }))
    const first = await trainPrivately(options({ data, local: LOCAL, privacy }))
    expect(forwards).toBeLessThan(2 * records)
    expect(cut.spent).toEqual({ noiseMultiplier: 0, samplingRate: 1, steps: 1 })
    expect(cut.weights).toEqual(first.weights)
  })

  it('frees its tensors, also when it is cancelled', async () => {
    const before = tf.memory().numTensors
    await trainPrivately(options({ local: { ...LOCAL, epochs: 2, proximal: 0.1 } }))
    expect(tf.memory().numTensors).toBe(before)
    await expect(trainPrivately(options({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('plannedSteps', () => {
  it('takes as many steps as plain training with batches of that size', () => {
    const local = { epochs: 3, batchSize: 64, samples: 0 }
    expect(plannedSteps({ noise: 1.1 }, local, 1000)).toEqual({ noiseMultiplier: 1.1, samplingRate: 0.064, steps: 48 })
    expect(plannedSteps({ noise: 1.1, batch: 100 }, { ...local, samples: 250 }, 1000)).toMatchObject({
      samplingRate: 0.1,
      steps: 9,
    })
    expect(plannedSteps({ noise: 1.1 }, local, 10)).toMatchObject({ samplingRate: 1, steps: 3 })
  })
})
