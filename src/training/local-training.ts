import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core'
import { QuorateError } from '../core/errors.ts'
import { sampleRange, uploadBatch } from './batches.ts'
import type { Samples } from './datasets/dataset.ts'
import type { TrainProgress } from './learner.ts'
import type { Loss } from './losses/index.ts'
import type { Network } from './networks/index.ts'
import { shuffle } from './random.ts'
import type { Random } from './random.ts'
import { turnTaker } from './take-turn.ts'
import type { LocalSettings } from './tasks/task-document.ts'
import { closeState, openState, withTerms } from './training-state.ts'
import type { TrainingState } from './training-state.ts'

export interface LocalTrainingOptions {
  network: Network
  loss: Loss
  /** One tensor per tensor of the network. Disposed of here. */
  start: readonly Tensor[]
  data: Samples
  local: LocalSettings
  /** The learning rate of this training. */
  rate: number
  /** Order of the samples. */
  random: Random
  signal?: AbortSignal
  /** Unix milliseconds from which the training ends with what it has, after one batch at least. */
  deadline?: number
  /** Called after each epoch, and within one every half second. */
  onProgress?: (progress: TrainProgress) => void
}

export interface LocalTrainingResult {
  /** Trained values, one array per tensor. */
  weights: Float32Array[]
  /** Mean loss over the last epoch, each batch before its step. */
  loss: number
  /** Samples seen, counted once per epoch. */
  samples: number
}

/** Milliseconds between two reports within an epoch: the loss is read back for each, and the device waits meanwhile. */
const REPORT = 500

/** With the summed loss of the epoch so far: reading it back every step would wait for the GPU. */
interface State extends TrainingState {
  loss: Variable
}

/**
 * Mini-batch training with the optimiser of the task. Gradients get λ·w of the weight decay and μ·(w − w₀) of the proximal term
 * (FedProx, Li et al. 2020). The samples are drawn in a new order each epoch.
 *
 * @throws QuorateError TRAINING_DIVERGED when the loss of an epoch is not finite, CANCELLED
 */
export async function trainLocally(options: LocalTrainingOptions): Promise<LocalTrainingResult> {
  const { data, local, random, signal, deadline = Number.POSITIVE_INFINITY, onProgress } = options
  const order = sampleRange(0, data.labels.length)
  const perEpoch = local.samples > 0 ? Math.min(local.samples, order.length) : order.length
  const total = local.epochs * Math.ceil(perEpoch / local.batchSize)
  const takeTurn = turnTaker(signal)
  const state = open(options)
  let loss = Number.NaN
  let batches = 0
  let samples = 0
  let reported = performance.now()
  /** Reads back the mean loss of the epoch, of which so many samples were seen, and reports it. */
  const report = async (epoch: number, seen: number): Promise<number> => {
    const [summed] = await state.loss.data<'float32'>()
    onProgress?.({ batches, total, epoch, loss: summed! / seen })
    reported = performance.now()
    return summed! / seen
  }
  try {
    let timeUp = false
    for (let epoch = 0; epoch < local.epochs && !timeUp; epoch++) {
      tf.tidy(() => state.loss.assign(tf.scalar(0)))
      shuffle(order, random)
      let seen = 0
      for (let from = 0; from < perEpoch && !timeUp; from += local.batchSize) {
        await takeTurn()
        const to = Math.min(perEpoch, from + local.batchSize)
        step(options, state, order.subarray(from, to))
        batches++
        samples += to - from
        seen = to
        timeUp = Date.now() >= deadline
        if (onProgress && to < perEpoch && performance.now() - reported >= REPORT) await report(epoch + 1, to)
      }
      loss = await report(epoch + 1, seen)
      if (!Number.isFinite(loss))
        throw new QuorateError('TRAINING_DIVERGED', `the loss of epoch ${epoch + 1} is ${loss}`, { details: { epoch } })
    }
    await takeTurn.now()
    const weights = await Promise.all(state.run.variables.map(async (tensor) => tensor.data<'float32'>()))
    return { weights, loss, samples }
  } finally {
    close(state)
  }
}

function open(options: LocalTrainingOptions): State {
  return { ...openState(options), loss: tf.tidy(() => tf.variable(tf.scalar(0), false)) }
}

function close({ loss, ...state }: State): void {
  closeState(state)
  loss.dispose()
}

/** One step of the optimiser. */
function step({ network, loss, data, local }: LocalTrainingOptions, state: State, indices: Uint32Array): void {
  tf.tidy(() => {
    const { inputs, targets } = uploadBatch(data, { outputs: network.outputs, loss }, indices)
    const lossOf = (): Scalar => loss.of(state.run.outputs(inputs, true), targets)
    const { value, grads } = tf.variableGrads(lossOf, state.trained)
    state.optimiser.applyGradients(withTerms(grads, state, local))
    state.loss.assign(tf.add(state.loss, tf.mul(value, indices.length)))
  })
}
