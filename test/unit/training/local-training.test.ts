import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtinNetwork, createRandom, lossByName, selectBackend } from '../../../src/training/index.ts'
import type { Network, TrainProgress } from '../../../src/training/index.ts'
import { trainLocally } from '../../../src/training/local-training.ts'
import type { LocalTrainingOptions } from '../../../src/training/local-training.ts'

const SAMPLES = 10
const BATCH = 4
/** Three batches an epoch: 4, 4 and 2 samples. */
const BATCHES = 3

beforeAll(async () => {
  await selectBackend('cpu')
})

/** A linear model of two inputs that tells when it is used. */
function model(onForward: () => void = () => {}): Network {
  return builtinNetwork({
    name: 'linear',
    inputShape: [2],
    classes: 2,
    tensors: [{ name: 'kernel', shape: [2, 2], fanIn: 2 }],
    forward([kernel], samples) {
      onForward()
      return tf.matMul(samples, kernel as tf.Tensor2D)
    },
  })
}

function options(changes: Partial<LocalTrainingOptions>): LocalTrainingOptions {
  return {
    network: model(),
    loss: lossByName('cross-entropy'),
    start: [tf.zeros([2, 2])],
    data: {
      inputs: Float32Array.from({ length: 2 * SAMPLES }, (_, k) => k / 10),
      labels: Uint8Array.from({ length: SAMPLES }, (_, i) => i % 2),
    },
    local: { epochs: 4, batchSize: BATCH, learningRate: 0.1, learningRateDecay: 1, momentum: 0, samples: 0 },
    rate: 0.1,
    random: createRandom('order'),
    ...changes,
  }
}

describe('trainLocally', () => {
  it('reports batches and loss after each epoch', async () => {
    const reports: TrainProgress[] = []
    const { loss } = await trainLocally(options({ onProgress: (progress) => reports.push(progress) }))
    const ends = reports.filter(({ batches }) => batches % BATCHES === 0)
    expect(ends.map(({ batches }) => batches)).toEqual([3, 6, 9, 12])
    expect(reports.every(({ total }) => total === 12)).toBe(true)
    // From zero weights, two classes are as likely as each other: the first epoch begins at a loss of log 2.
    expect(ends[0]!.loss).toBeCloseTo(Math.log(2), 0)
    expect(ends.at(-1)!.loss).toBe(loss)
  })

  it('stops before the next batch when the signal is aborted, and frees its tensors', async () => {
    const before = tf.memory().numTensors
    const abort = new AbortController()
    let batches = 0
    const running = trainLocally(
      options({
        network: model(() => {
          if (++batches === 5) abort.abort()
        }),
        signal: abort.signal,
      }),
    )
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(batches).toBe(5)
    expect(tf.memory().numTensors).toBe(before)
  })
})
