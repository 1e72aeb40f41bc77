import { QuorateError } from '../core/errors.ts'
import type { TaskSpec } from '../protocol/types.ts'
import type { Attack } from './attacks/index.ts'
import type { Backend } from './backends/index.ts'
import { checkSamples } from './check-samples.ts'
import { clipUpdate } from './clip-update.ts'
import type { Samples } from './datasets/dataset.ts'
import { packInto, unpack } from './layout.ts'
import { localSgd } from './local-sgd.ts'
import { memberMomentum } from './member-momentum.ts'
import { dequantiseModel, quantiseUpdate } from './quantise.ts'
import { createRandom } from './random.ts'
import { resolveModel } from './tasks/task-document.ts'
import type { TaskDocument } from './tasks/task-document.ts'
import { createTfjsEvaluator } from './tfjs-evaluator.ts'
import type { Trainer } from './trainer.ts'
import { uploadModel } from './upload-model.ts'
import { plus } from './vectors.ts'

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
 * Trains with tfjs on the current back end. The same options, model and round give the same update each time on the wasm and cpu
 * back ends; back ends differ from each other in the last bits, which is fine: exactness starts at the update.
 *
 * @throws MODEL_MISMATCH, CONFIG_INVALID
 * @example
 * const trainer = createTfjsTrainer({ document, spec, data, test, backend: await selectBackend('auto'), seed: 1 })
 * const { update, residual } = await trainer.train({ model, round: 1 })
 */
export function createTfjsTrainer(options: TfjsTrainerOptions): Trainer {
  const { document, spec, test, backend, seed, attack } = options
  const { model: definition, layout } = resolveModel(document, spec.tensors)
  checkSamples(options.data, definition)
  const labels = attack?.poisonLabels?.(options.data.labels, definition.classes) ?? options.data.labels
  const mislabelled = { images: options.data.images, labels }
  const { classes, inputShape } = definition
  const data = attack?.poisonSamples?.(mislabelled, { classes, inputShape, random: createRandom(seed, 'poison') }) ?? mislabelled
  const evaluator = test && createTfjsEvaluator({ document, spec, test, backend })
  const watch = attack && modelWatch()

  return {
    async train({ model, round, residual, momentum, maxNorm, signal, onProgress }) {
      const started = performance.now()
      const base = dequantiseModel(layout, spec.tensors, model)
      const lastStep = watch?.(base, round)
      const trained = attack?.idle
        ? { weights: unpack(layout, base), loss: 0, samples: 0 }
        : await localSgd({
            model: definition,
            start: uploadModel(layout, spec.tensors, model),
            data,
            local: document.local,
            rate: document.local.learningRate * document.local.learningRateDecay ** (round - 1),
            random: createRandom(seed, 'samples', round),
            signal,
            onProgress,
          })
      const moved = packInto(layout, trained.weights, new Float32Array(layout.paddedLength))
      for (let k = 0; k < moved.length; k++) moved[k]! -= base[k]!
      const factor = document.local.memberMomentum ?? 0
      const delta = factor > 0 ? memberMomentum(momentum, moved, factor) : moved
      const random = createRandom(seed, 'update', round)
      const poisoned = attack?.poisonUpdate?.(delta, { round, layout, random, lastStep })
      // A scaled attack overflows int8 for ever, so an attacker carries nothing over.
      const quantised = poisoned
        ? { ...quantiseUpdate(layout, spec.tensors, poisoned, random), residual: new Float32Array(layout.paddedLength) }
        : maxNorm === undefined || attack
          ? quantiseUpdate(layout, spec.tensors, delta, random, residual)
          : quantiseUpdate(layout, spec.tensors, clipUpdate(layout, spec.tensors, delta, residual, maxNorm), random)
      const { update, clipped } = quantised
      const { loss, samples } = trained
      return {
        update,
        residual: quantised.residual,
        ...(factor > 0 && { momentum: delta }),
        metrics: { loss, samples, clipped, seconds: (performance.now() - started) / 1000 },
      }
    },

    async evaluate(model, signal) {
      if (!evaluator) throw new QuorateError('DATASET_NOT_FOUND', 'this trainer was made without test samples')
      return evaluator.evaluate(model, signal)
    },

    dispose() {
      // Tensors live only while a call runs; the back end belongs to the process.
    },
  }
}

/** Remembers the models an attacker was given: what the last round moved the model by, from its second round on. */
function modelWatch(): (model: Float32Array, round: number) => Float32Array | undefined {
  let current: { model: Float32Array; round: number } | undefined
  let lastStep: Float32Array | undefined
  return (model, round) => {
    const before = current
    if (before && round > before.round) lastStep = plus(model, before.model, -1)
    if (!before || round > before.round) current = { model, round }
    return lastStep
  }
}
