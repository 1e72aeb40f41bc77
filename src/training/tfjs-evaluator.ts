import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { TaskSpec } from '../protocol/types.ts'
import type { Backend } from './backends/index.ts'
import { sampleRange, uploadBatch } from './batches.ts'
import { checkSamples } from './check-samples.ts'
import type { Samples } from './datasets/dataset.ts'
import type { Evaluation, Learner } from './learner.ts'
import { crossEntropy } from './loss.ts'
import { turnTaker } from './take-turn.ts'
import { resolveModel } from './tasks/task-document.ts'
import type { TaskDocument } from './tasks/task-document.ts'
import { uploadWeights } from './upload-weights.ts'

export interface TfjsEvaluatorOptions {
  document: TaskDocument
  spec: Pick<TaskSpec, 'tensors'>
  test: Samples
  /** From `selectBackend`. */
  backend: Backend
}

/** Samples per step: large enough for speed, small enough to leave the event loop free. */
const BATCH = 250

/**
 * Measures models on public test samples, without private data to train on.
 *
 * @throws MODEL_MISMATCH, CONFIG_INVALID
 * @example const { accuracy } = await createTfjsEvaluator({ document, spec, test: mnist.test, backend }).evaluate(weights)
 */
export function createTfjsEvaluator({ document, spec, test }: TfjsEvaluatorOptions): Pick<Learner, 'evaluate'> {
  const { model: definition, layout } = resolveModel(document, spec.tensors)
  checkSamples(test, definition)
  const samples = test.labels.length

  /** Number of right answers and summed loss of some samples, on the device. */
  const measure = (weights: Tensor[], indices: Uint32Array): Tensor => {
    const { images, labels } = uploadBatch(test, definition.classes, indices)
    const logits = definition.forward(weights, images)
    const right = tf.equal(tf.argMax(logits, 1), tf.argMax(labels, 1))
    return tf.stack([tf.sum(tf.cast(right, 'float32')), tf.mul(crossEntropy(logits, labels), indices.length)])
  }

  return {
    async evaluate(values, signal): Promise<Evaluation> {
      const weights = uploadWeights(layout, values)
      const takeTurn = turnTaker(signal)
      let sums: Tensor = tf.zeros([2])
      try {
        for (let from = 0; from < samples; from += BATCH) {
          const before = sums
          sums = tf.tidy(() => tf.add(before, measure(weights, sampleRange(from, Math.min(samples, from + BATCH)))))
          before.dispose()
          await takeTurn()
        }
        await takeTurn.now()
        const [right, loss] = await sums.data<'float32'>()
        return { accuracy: right! / samples, loss: loss! / samples, samples }
      } finally {
        tf.dispose([sums, ...weights])
      }
    },
  }
}
