import { QuorateError } from '../core/errors.ts'
import type { TaskSpec } from '../protocol/types.ts'
import type { Backend } from './backends/index.ts'
import { checkSamples } from './check-samples.ts'
import type { Samples } from './datasets/dataset.ts'
import { packInto } from './layout.ts'
import type { Learner } from './learner.ts'
import { localSgd } from './local-sgd.ts'
import { createRandom } from './random.ts'
import { resolveModel } from './tasks/task-document.ts'
import type { TaskDocument } from './tasks/task-document.ts'
import { createTfjsEvaluator } from './tfjs-evaluator.ts'
import { uploadWeights } from './upload-weights.ts'

export interface TfjsLearnerOptions {
  document: TaskDocument
  spec: Pick<TaskSpec, 'tensors'>
  /** The member's private samples. */
  data: Samples
  /** Samples for `evaluate`. */
  test?: Samples
  /** From `selectBackend`; required, so that training starts only when a back end is ready. */
  backend: Backend
  /** The member's own seed: decides the order of its samples. */
  seed: number | string
}

/**
 * Trains a built-in model with tfjs on the current back end, as the task document says. The same options, weights and step give the same delta each time
 * on the wasm and cpu back ends; back ends differ from each other in the last bits.
 *
 * @throws MODEL_MISMATCH, CONFIG_INVALID
 * @example
 * const learner = createTfjsLearner({ document, spec, data, backend: await selectBackend('auto'), seed: 1 })
 * const { delta } = await learner.train({ weights, step: 1 })
 */
export function createTfjsLearner({ document, spec, data, test, backend, seed }: TfjsLearnerOptions): Learner {
  const { model, layout } = resolveModel(document, spec.tensors)
  checkSamples(data, model)
  const evaluator = test && createTfjsEvaluator({ document, spec, test, backend })
  const { local } = document

  return {
    async train({ weights, step, signal, onProgress }) {
      const trained = await localSgd({
        model,
        start: uploadWeights(layout, weights),
        data,
        local,
        rate: local.learningRate * local.learningRateDecay ** (step - 1),
        random: createRandom(seed, 'samples', step),
        signal,
        onProgress,
      })
      const delta = packInto(layout, trained.weights, new Float32Array(layout.paddedLength))
      for (let k = 0; k < delta.length; k++) delta[k]! -= weights[k]!
      return { delta, metrics: { loss: trained.loss, samples: trained.samples } }
    },

    async evaluate(weights, signal) {
      if (!evaluator) throw new QuorateError('DATASET_NOT_FOUND', 'this learner has no test samples')
      return evaluator.evaluate(weights, signal)
    },

    dispose() {
      // Tensors live only while a call runs; the back end belongs to the process.
    },
  }
}
