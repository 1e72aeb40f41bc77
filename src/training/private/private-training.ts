import * as tf from '@tensorflow/tfjs-core'
import type { NamedTensorMap, Scalar } from '@tensorflow/tfjs-core'
import type { PrivacyEvent } from '../../privacy/index.ts'
import { uploadBatch } from '../batches.ts'
import type { LocalTrainingOptions, LocalTrainingResult } from '../local-training.ts'
import { turnTaker } from '../take-turn.ts'
import { closeState, openState, withTerms } from '../training-state.ts'
import type { TrainingState } from '../training-state.ts'
import { addClipped, addNoise } from './gradient-sum.ts'
import type { GradientSum } from './gradient-sum.ts'
import { poissonSample } from './poisson-sample.ts'
import { secretUnits } from './secret-random.ts'
import { plannedSteps } from './settings.ts'
import type { PrivateTraining } from './settings.ts'

export interface PrivateTrainingOptions extends Omit<LocalTrainingOptions, 'random'> {
  privacy: PrivateTraining
}

export interface PrivateTrainingResult extends LocalTrainingResult {
  /** The steps that the weights have seen. */
  spent: PrivacyEvent
}

/** Gradients that are on the device at a time, and how many values they may have together: a device is asked for several at once. */
const GROUP = 16
const GROUP_VALUES = 2 ** 22

/** Milliseconds between two reports. */
const REPORT = 500

/**
 * Training with example-level differential privacy (DP-SGD, Abadi et al. 2016): each step draws its batch record by record, shortens the gradient of
 * each record to `clip`, sums them, adds normal noise of the deviation `noise · clip` and divides by the size that batches have on average. An empty
 * batch gets the same noise. What the optimiser, weight decay and the proximal term make of it needs no further privacy.
 *
 * Each gradient is computed for one record alone, so no layer can mix two records. Batch and noise come from the cryptographic generator of the
 * system. The loss that it reports has no noise: it is for the owner of the records.
 *
 * A step that the deadline ends is not applied, and not counted. The first step is always taken.
 *
 * @throws QuorateError CANCELLED
 */
export async function trainPrivately(options: PrivateTrainingOptions): Promise<PrivateTrainingResult> {
  const { data, local, privacy, signal, deadline = Number.POSITIVE_INFINITY, onProgress } = options
  const count = data.labels.length
  const planned = plannedSteps(privacy, local, count)
  const expected = planned.samplingRate * count
  const unit = secretUnits()
  const takeTurn = turnTaker(signal)
  const state = openState(options)
  const sum: GradientSum = state.trained.map(({ size }) => new Float64Array(size))
  const perGroup = Math.max(1, Math.min(GROUP, Math.floor(GROUP_VALUES / total(sum))))
  let steps = 0
  let loss = 0
  let samples = 0
  let reported = performance.now()
  const isLate = (): boolean => steps > 0 && Date.now() >= deadline

  /** Sums the clipped gradients of a batch. @returns false when the time was up before its end */
  const sumUp = async (batch: Uint32Array): Promise<boolean> => {
    for (const values of sum) values.fill(0)
    for (let from = 0; from < batch.length; from += perGroup) {
      await takeTurn()
      if (isLate()) return false
      for (const one of await gradientsOf(options, state, batch.subarray(from, from + perGroup))) {
        addClipped(sum, one.gradient, privacy.clip)
        loss += one.loss
        samples++
      }
    }
    return true
  }

  try {
    while (steps < planned.steps && !isLate()) {
      await takeTurn()
      if (!(await sumUp(poissonSample(count, planned.samplingRate, unit)))) break
      addNoise(sum, privacy.noise * privacy.clip, unit)
      apply(options, state, sum, expected)
      steps++
      if (onProgress && (steps === planned.steps || performance.now() - reported >= REPORT)) {
        reported = performance.now()
        onProgress({ batches: steps, total: planned.steps, loss: loss / samples })
      }
    }
    await takeTurn.now()
    const weights = await Promise.all(state.run.variables.map(async (tensor) => tensor.data<'float32'>()))
    return { weights, loss: loss / samples, samples, spent: { ...planned, steps } }
  } finally {
    closeState(state)
  }
}

interface RecordGradient {
  /** One array per trained tensor. */
  gradient: readonly Float32Array[]
  loss: number
}

/** The gradients of a few records, each of one record alone. */
async function gradientsOf(
  { network, loss, data }: PrivateTrainingOptions,
  { run, trained }: TrainingState,
  records: Uint32Array,
): Promise<RecordGradient[]> {
  const pending = Array.from(records, (_, at) =>
    tf.tidy((): { value: Scalar; grads: NamedTensorMap } => {
      const { inputs, targets } = uploadBatch(data, { outputs: network.outputs, loss }, records.subarray(at, at + 1))
      return tf.variableGrads(() => loss.of(run.outputs(inputs, true), targets), trained)
    }),
  )
  try {
    return await Promise.all(
      pending.map(async ({ value, grads }) => {
        const [gradient, [one]] = await Promise.all([
          Promise.all(trained.map(async ({ name }) => grads[name]!.data<'float32'>())),
          value.data<'float32'>(),
        ])
        return { gradient, loss: one! }
      }),
    )
  } finally {
    tf.dispose(pending)
  }
}

/** One step of the optimiser with the noised sum. */
function apply({ local }: PrivateTrainingOptions, state: TrainingState, sum: GradientSum, expected: number): void {
  tf.tidy(() => {
    const mean: NamedTensorMap = {}
    for (const [index, { name, shape }] of state.trained.entries()) mean[name] = tf.tensor(divided(sum[index]!, expected), shape)
    state.optimiser.applyGradients(withTerms(mean, state, local))
  })
}

function divided(values: Float64Array, by: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let k = 0; k < result.length; k++) result[k] = values[k]! / by
  return result
}

function total(sum: GradientSum): number {
  return sum.reduce((values, { length }) => values + length, 0)
}
