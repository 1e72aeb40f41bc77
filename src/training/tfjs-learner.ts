import { QuorateError } from '../core/errors.ts'
import type { Backend } from './backends/index.ts'
import { checkSamples } from './check-samples.ts'
import type { Samples } from './datasets/dataset.ts'
import { packInto } from './layout.ts'
import type { Learner } from './learner.ts'
import { trainLocally } from './local-training.ts'
import { lossByName } from './losses/index.ts'
import { openNetwork } from './networks/index.ts'
import type { Network } from './networks/index.ts'
import { keepPersonal, personalParts, wholeTask } from './personal/index.ts'
import type { LearnerTask } from './personal/index.ts'
import { refuseMixing, trainPrivately } from './private/index.ts'
import type { PrivateTraining } from './private/index.ts'
import { createRandom } from './random.ts'
import { layoutOf } from './tasks/task-document.ts'
import { createTfjsEvaluator } from './tfjs-evaluator.ts'
import { uploadWeights } from './upload-weights.ts'

export interface TfjsLearnerOptions extends LearnerTask {
  /** The member's private samples. */
  data: Samples
  /** Samples for `evaluate`. */
  test?: Samples
  /** From `selectBackend`; required, so that training starts only when a back end is ready. */
  backend: Backend
  /** The member's own seed: decides the order of its samples; nothing of it where training is private. */
  seed: number | string
  /** Example-level differential privacy; none if left out. */
  privacy?: PrivateTraining | undefined
}

/**
 * Trains a built-in model or a layers model with tfjs on the current back end, as the task document says. The same options, weights and step give the
 * same delta each time on the wasm and cpu back ends, unless the model has dropout or training is private; back ends differ from each other in the last bits. Personal
 * layers are trained with the others and returned apart.
 *
 * @throws MODEL_MISMATCH, CONFIG_INVALID; PRIVACY_MODEL for a model that no private training can train
 * @example
 * const learner = createTfjsLearner({ document, spec, data, backend: await selectBackend('auto'), seed: 1 })
 * const { delta } = await learner.train({ weights, step: 1 })
 */
export function createTfjsLearner(options: TfjsLearnerOptions): Learner {
  const { document, spec } = options
  layoutOf(document, spec.tensors)
  return keepPersonal(wholeLearner({ ...options, ...wholeTask(document) }), personalParts(document))
}

/** Trains every tensor of the document. */
function wholeLearner({ document, spec, data, test, backend, seed, privacy }: TfjsLearnerOptions): Learner {
  const layout = layoutOf(document, spec.tensors)
  const loss = lossByName(document.loss ?? 'cross-entropy')
  const { local } = document
  if (privacy) refuseMixing(document)
  let opened: Promise<Network> | undefined
  const network = async (): Promise<Network> =>
    (opened ??= openNetwork(document).then((one) => {
      checkSamples(data, one, loss)
      return one
    }))

  return {
    prepare: async () => void (await network()),

    async train({ weights, step, deadline, signal, onProgress }) {
      const options = {
        network: await network(),
        loss,
        start: uploadWeights(layout, weights),
        data,
        local,
        rate: local.learningRate * local.learningRateDecay ** (step - 1),
        signal,
        deadline,
        onProgress,
      }
      const trained = privacy
        ? await trainPrivately({ ...options, privacy })
        : { ...(await trainLocally({ ...options, random: createRandom(seed, 'samples', step) })), spent: undefined }
      const delta = packInto(layout, trained.weights, new Float32Array(layout.paddedLength))
      for (let k = 0; k < delta.length; k++) delta[k]! -= weights[k]!
      return {
        delta,
        metrics: { loss: trained.loss, samples: trained.samples },
        ...(trained.spent && { spent: [trained.spent] }),
      }
    },

    async evaluate(weights, signal) {
      if (!test) throw new QuorateError('DATASET_NOT_FOUND', 'this learner has no test samples')
      return createTfjsEvaluator({ document, spec, test, backend, network: network() }).evaluate(weights, signal)
    },

    dispose() {
      // Other tensors live only while a call runs; the back end belongs to the process. A network that did not open was told of already.
      void opened?.then(
        (one) => one[Symbol.dispose](),
        () => {},
      )
      opened = undefined
    },
  }
}
