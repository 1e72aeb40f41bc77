import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import { QuorateError } from '../core/errors.ts'
import { sampleRange, uploadBatch } from './batches.ts'
import type { Samples } from './datasets/dataset.ts'
import type { TrainProgress } from './learner.ts'
import { crossEntropy } from './loss.ts'
import type { ModelDefinition } from './models/index.ts'
import { shuffle } from './random.ts'
import type { Random } from './random.ts'
import { turnTaker } from './take-turn.ts'
import type { TaskDocument } from './tasks/task-document.ts'

export interface LocalSgdOptions {
  model: ModelDefinition
  /** One tensor per tensor of the model. Disposed here. */
  start: Tensor[]
  data: Samples
  local: TaskDocument['local']
  /** The learning rate of this training. */
  rate: number
  /** Order of the samples. */
  random: Random
  signal?: AbortSignal
  /** Called after each epoch, and within one every half second. */
  onProgress?: (progress: TrainProgress) => void
}

export interface LocalSgdResult {
  /** Trained values, one array per tensor. */
  weights: Float32Array[]
  /** Mean cross-entropy over the last epoch, each batch before its step. */
  loss: number
  /** Samples seen, counted once per epoch. */
  samples: number
}

/** Milliseconds between two reports within an epoch: the loss is read back for each, and the device waits meanwhile. */
const REPORT = 500

/** Everything that lives on the device between two steps. */
interface State {
  weights: Tensor[]
  velocity: Tensor[]
  /** Summed loss of the epoch so far: reading it back every step would wait for the GPU. */
  loss: Scalar
}

/**
 * Mini-batch SGD with momentum: v' = μ·v + ∇ + λ·w, w' = w − rate·v'. The samples are drawn in a new order each epoch.
 *
 * @throws TRAINING_DIVERGED when the loss of an epoch is not finite, CANCELLED
 */
export async function localSgd(options: LocalSgdOptions): Promise<LocalSgdResult> {
  const { start, data, local, random, signal, onProgress } = options
  const order = sampleRange(0, data.labels.length)
  const perEpoch = local.samples > 0 ? Math.min(local.samples, order.length) : order.length
  const total = local.epochs * Math.ceil(perEpoch / local.batchSize)
  const takeTurn = turnTaker(signal)
  let state: State = { weights: start, velocity: [], loss: tf.scalar(0) }
  let loss = Number.NaN
  let batches = 0
  let reported = performance.now()
  /** Reads back the mean loss of the epoch, of which so many samples were seen, and reports it. */
  const report = async (seen: number): Promise<number> => {
    const [summed] = await state.loss.data<'float32'>()
    onProgress?.({ batches, total, loss: summed! / seen })
    reported = performance.now()
    return summed! / seen
  }
  try {
    for (let epoch = 0; epoch < local.epochs; epoch++) {
      shuffle(order, random)
      for (let from = 0; from < perEpoch; from += local.batchSize) {
        await takeTurn()
        const to = Math.min(perEpoch, from + local.batchSize)
        const next = step(options, state, order.subarray(from, to))
        release(state)
        state = next
        batches++
        if (onProgress && to < perEpoch && performance.now() - reported >= REPORT) await report(to)
      }
      loss = await report(perEpoch)
      if (!Number.isFinite(loss))
        throw new QuorateError('TRAINING_DIVERGED', `the loss of epoch ${epoch + 1} is ${loss}`, { details: { epoch } })
      state.loss.dispose()
      state = { ...state, loss: tf.scalar(0) }
    }
    await takeTurn.now()
    const weights = await Promise.all(state.weights.map(async (tensor) => tensor.data<'float32'>()))
    return { weights, loss, samples: local.epochs * perEpoch }
  } finally {
    release(state)
  }
}

/** One step; returns new data and does not change its arguments. */
function step({ model, data, local, rate }: LocalSgdOptions, state: State, indices: Uint32Array): State {
  return tf.tidy(() => {
    const { images, labels } = uploadBatch(data, model.classes, indices)
    const lossOf = (...weights: Tensor[]): Scalar => crossEntropy(model.forward(weights, images), labels)
    const { value, grads } = tf.valueAndGrads(lossOf)(state.weights)
    const decay = local.weightDecay ?? 0
    const slopes = decay > 0 ? grads.map((grad, i) => tf.add(grad, tf.mul(state.weights[i]!, decay))) : grads
    const directions = slopes.map((slope, i) =>
      state.velocity[i] ? tf.add(tf.mul(state.velocity[i], local.momentum), slope) : slope,
    )
    const weights = state.weights.map((weight, i) => tf.sub(weight, tf.mul(directions[i]!, rate)))
    const loss = tf.add<Scalar>(state.loss, tf.mul(value, indices.length))
    return { weights, velocity: local.momentum > 0 ? directions : [], loss }
  })
}

function release({ weights, velocity, loss }: State): void {
  tf.dispose([loss, ...weights, ...velocity])
}
