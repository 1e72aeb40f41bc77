import { setImmediate as nextTurn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { QuorateError } from '../core/errors.ts'
import type { TaskSpec } from '../protocol/types.ts'
import type { Attack } from './attacks/index.ts'
import type { Backend } from './backends/index.ts'
import { fillBatch } from './batches.ts'
import type { Samples } from './datasets/dataset.ts'
import { packInto, unpack } from './layout.ts'
import type { Layout } from './layout.ts'
import { crossEntropy } from './loss.ts'
import type { ModelDefinition } from './models/index.ts'
import { dequantiseModel, quantiseUpdate } from './quantise.ts'
import { createRandom, shuffle } from './random.ts'
import { resolveModel } from './tasks/task-document.ts'
import type { TaskDocument } from './tasks/task-document.ts'
import type { Evaluation, Trainer, TrainInput, TrainResult } from './trainer.ts'

export interface TfjsTrainerOptions {
  document: TaskDocument
  spec: Pick<TaskSpec, 'tensors'>
  /** The member's private samples. */
  data: Samples
  /** Samples for `evaluate`. */
  test?: Samples
  /** From `selectBackend`; asked for so that nobody trains before one is ready. */
  backend: Backend
  /** The member's own seed: order of its samples and rounding of its updates. */
  seed: number | string
  /** Makes this member a poisoner. */
  attack?: Attack
}

/**
 * Trains by mini-batch SGD (with momentum if the task asks) on the current tfjs back end. The same options, model and round give the
 * same update on the wasm and cpu back ends; GPUs may differ in the last bits, which is fine: exactness starts at the update.
 *
 * @throws MODEL_MISMATCH, CONFIG_INVALID
 * @example
 * const trainer = createTfjsTrainer({ document, spec, data, test, backend: await selectBackend('auto'), seed: 1 })
 * const { update, residual } = await trainer.train({ model, round: 1 })
 */
export function createTfjsTrainer(options: TfjsTrainerOptions): Trainer {
  return new TfjsTrainer(options)
}

/** Samples per step of an evaluation: large enough for speed, small enough to leave the event loop free. */
const EVALUATION_BATCH = 500
/** Milliseconds of computing after which other work of the process gets its turn. */
const TURN = 20

class TfjsTrainer implements Trainer {
  readonly #options: TfjsTrainerOptions
  readonly #model: ModelDefinition
  readonly #layout: Layout
  readonly #data: Samples

  constructor(options: TfjsTrainerOptions) {
    const { model, layout } = resolveModel(options.document, options.spec.tensors)
    this.#options = options
    this.#model = model
    this.#layout = layout
    checkSamples(options.data, model)
    if (options.test) checkSamples(options.test, model)
    const labels = options.attack?.poisonLabels?.(options.data.labels, model.classes) ?? options.data.labels
    this.#data = { images: options.data.images, labels }
  }

  async train({ model, round, residual, signal, onProgress }: TrainInput): Promise<TrainResult> {
    const started = performance.now()
    const { spec, attack, seed } = this.#options
    const base = this.#floatModel(model)
    const { weights, loss, samples } = await this.#fit(base, round, signal, onProgress)
    const trained = packInto(this.#layout, weights, new Float32Array(this.#layout.paddedLength))
    const delta = trained.map((value, k) => value - base[k]!)
    const random = createRandom(seed, 'round', round)
    // An attacker gains nothing from carrying what int8 could not hold, and a scaled attack would carry ever more.
    const quantised = attack?.poisonUpdate
      ? quantiseUpdate(this.#layout, spec.tensors, attack.poisonUpdate(delta, { round, layout: this.#layout, random }), random)
      : quantiseUpdate(this.#layout, spec.tensors, delta, random, residual)
    const { update, clipped } = quantised
    const carried = attack?.poisonUpdate ? new Float32Array(this.#layout.paddedLength) : quantised.residual
    return { update, residual: carried, metrics: { loss, samples, clipped, seconds: (performance.now() - started) / 1000 } }
  }

  async evaluate(model: Int32Array, signal?: AbortSignal): Promise<Evaluation> {
    const { test } = this.#options
    if (!test) throw new QuorateError('DATASET_NOT_FOUND', 'this trainer was made without test samples')
    const samples = test.labels.length
    const weights = this.#upload(this.#floatModel(model))
    let sums: Tensor = tf.zeros([2])
    try {
      for (let from = 0; from < samples; from += EVALUATION_BATCH) {
        const indices = range(from, Math.min(samples, from + EVALUATION_BATCH))
        const previous = sums
        sums = tf.tidy(() => {
          const [images, labels] = this.#batch(test, indices)
          const logits = this.#model.forward(weights, images)
          const right = tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), tf.argMax(labels, 1)), 'float32'))
          return tf.add(previous, tf.stack([right, tf.mul(crossEntropy(logits, labels), indices.length)]))
        })
        tf.dispose(previous)
        await takeTurn(signal)
      }
      const [right, loss] = (await sums.data()) as Float32Array
      return { accuracy: right! / samples, loss: loss! / samples, samples }
    } finally {
      tf.dispose([sums, ...weights])
    }
  }

  dispose(): void {
    // Tensors live only inside calls; the back end belongs to the process.
  }

  /** Local SGD from the base weights. */
  async #fit(base: Float32Array, round: number, signal: AbortSignal | undefined, onProgress: TrainInput['onProgress']) {
    const { local } = this.#options.document
    const random = createRandom(this.#options.seed, 'samples', round)
    const order = range(0, this.#data.labels.length)
    const perEpoch = local.samples > 0 ? Math.min(local.samples, order.length) : order.length
    const rate = local.learningRate * local.learningRateDecay ** (round - 1)
    let state: State = { weights: this.#upload(base), velocity: [], loss: tf.scalar(0) }
    let loss = Number.NaN
    let turn = performance.now()
    try {
      for (let epoch = 0; epoch < local.epochs; epoch++) {
        shuffle(order, random)
        for (let from = 0; from < perEpoch; from += local.batchSize) {
          const indices = order.subarray(from, Math.min(perEpoch, from + local.batchSize))
          const next = this.#step(state, indices, rate)
          release(state)
          state = next
          if (performance.now() - turn < TURN) continue
          onProgress?.((epoch * perEpoch + from) / (local.epochs * perEpoch))
          await takeTurn(signal)
          turn = performance.now()
        }
        loss = (await state.loss.data())[0]! / perEpoch
        if (!Number.isFinite(loss)) {
          throw new QuorateError('TRAINING_DIVERGED', `the loss of round ${round} became ${loss}`, { details: { round, epoch } })
        }
        tf.dispose(state.loss)
        state = { ...state, loss: tf.scalar(0) }
      }
      await takeTurn(signal)
      onProgress?.(1)
      const weights = await Promise.all(state.weights.map((tensor) => tensor.data<'float32'>()))
      return { weights, loss, samples: local.epochs * perEpoch }
    } finally {
      release(state)
    }
  }

  /** One step of SGD: v' = μ·v + ∇, w' = w − rate·v'. Adds the batch's summed loss to the running one. */
  #step(state: State, indices: Uint32Array, rate: number): State {
    const { momentum } = this.#options.document.local
    return tf.tidy(() => {
      const [images, labels] = this.#batch(this.#data, indices)
      const { value, grads } = tf.valueAndGrads((...weights: Tensor[]) =>
        crossEntropy(this.#model.forward(weights, images), labels),
      )(state.weights)
      const velocity =
        momentum > 0 ? grads.map((grad, i) => (state.velocity[i] ? tf.add(tf.mul(state.velocity[i], momentum), grad) : grad)) : []
      const directions = momentum > 0 ? velocity : grads
      const weights = state.weights.map((weight, i) => tf.sub(weight, tf.mul(directions[i]!, rate)))
      return { weights, velocity, loss: tf.add<Scalar>(state.loss, tf.mul(value, indices.length)) }
    })
  }

  #batch(samples: Samples, indices: Uint32Array): [Tensor2D, Tensor2D] {
    const { images, labels } = fillBatch(samples, this.#model.classes, indices)
    return [
      tf.tensor2d(images, [indices.length, images.length / indices.length]),
      tf.tensor2d(labels, [indices.length, this.#model.classes]),
    ]
  }

  #floatModel(model: Int32Array): Float32Array {
    if (model.length !== this.#layout.paddedLength) {
      throw new QuorateError(
        'MODEL_MISMATCH',
        `the base model has ${model.length} coordinates instead of ${this.#layout.paddedLength}`,
      )
    }
    return dequantiseModel(this.#layout, this.#options.spec.tensors, model)
  }

  #upload(flat: Float32Array): Tensor[] {
    return unpack(this.#layout, flat).map((values, i) =>
      tf.tensor(values.slice(), [...this.#layout.tensors[i]!.shape], 'float32'),
    )
  }
}

interface State {
  weights: Tensor[]
  velocity: Tensor[]
  /** Summed loss of the epoch so far, kept on the device: reading it back every step would wait for the GPU. */
  loss: Scalar
}

function release({ weights, velocity, loss }: State): void {
  tf.dispose([loss, ...weights, ...velocity])
}

async function takeTurn(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn()
  if (signal?.aborted) throw new QuorateError('CANCELLED', 'training was cancelled', { cause: signal.reason })
}

function range(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, index) => from + index)
}

function checkSamples(samples: Samples, model: ModelDefinition): void {
  const width = model.inputShape.reduce((product, size) => product * size, 1)
  if (samples.labels.length === 0 || samples.images.length !== samples.labels.length * width) {
    throw new QuorateError(
      'MODEL_MISMATCH',
      `model ${model.name} takes ${width} values a sample; the data have ${samples.images.length} values for ${samples.labels.length} samples`,
    )
  }
  const wrong = samples.labels.findIndex((label) => label >= model.classes)
  if (wrong >= 0)
    throw new QuorateError(
      'MODEL_MISMATCH',
      `label ${samples.labels[wrong]} is outside the ${model.classes} classes of model ${model.name}`,
    )
}
