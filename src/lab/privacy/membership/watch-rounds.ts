import { mostValue, sumRows } from '../../../masking/index.ts'
import { createTfjsTrainer, dequantiseModel, dequantiseUpdate, quantiseModel, unpack } from '../../../training/index.ts'
import type { Backend, ClassSamples, TrainResult } from '../../../training/index.ts'
import { memberTensors } from '../../../protocol/index.ts'
import { sideBySide } from '../inversion/victim.ts'
import type { VictimTask } from '../inversion/victim.ts'
import type { Values } from '../network/index.ts'
import { trainingWithin } from '../noise/index.ts'
import type { View } from '../views.ts'

export interface WatchedInput extends VictimTask {
  view: View
  /** Records of each member. Members of a bucket stand side by side. */
  members: readonly ClassSamples[]
  rounds: number
  clip: number
  delta: number
  backend: Backend
  seed: number
  signal?: AbortSignal | undefined
}

/** What others see of one round, without padding. */
export interface WatchedRound {
  before: Values
  /** For each member what is seen of its update: the update itself, or the mean of its bucket. */
  seen: Values[]
  after: Values
}

/**
 * Trains a model together, and records what others see. The rule is the mean; noise of private members spends their budget over all rounds.
 *
 * @throws QuorateError CANCELLED
 */
export async function* watchRounds(input: WatchedInput): AsyncGenerator<WatchedRound> {
  const { view, members, rounds, document, layout, tensors, genesis, backend, seed, clip, delta, signal } = input
  const size = view.kind === 'bucket' ? view.size : 1
  const own = memberTensors(tensors, size === 1 ? undefined : size)
  const trainers = members.map((data, index) =>
    createTfjsTrainer({
      document,
      spec: { tensors: own },
      ...(size > 1 && { most: mostValue(size) }),
      data,
      backend,
      seed: `${seed}/${index}`,
      ...(view.kind === 'private' && {
        privacy: trainingWithin(
          { epsilon: view.epsilon, delta, clip, batch: document.local.batchSize },
          { document, data },
          rounds,
        ),
      }),
    }),
  )
  const residuals: (TrainResult['residual'] | undefined)[] = members.map(() => undefined)
  let model = genesis
  try {
    for (let round = 1; round <= rounds; round++) {
      const updates: Int8Array[] = []
      for (const [index, trainer] of trainers.entries()) {
        const { update, residual } = await trainer.train({ model, step: round, residual: residuals[index], signal })
        residuals[index] = residual
        updates.push(update)
      }
      const means = Array.from({ length: members.length / size }, (_, bucket) => {
        const rows = updates.slice(bucket * size, (bucket + 1) * size)
        const sum = sumRows(rows.map((row) => new Uint8Array(row.buffer, row.byteOffset, row.length)))
        return dequantiseUpdate(layout, own, sum).map((value) => value / size)
      })
      const weights = dequantiseModel(layout, tensors, model)
      const before = sideBySide(layout, weights)
      for (const one of means) for (let k = 0; k < weights.length; k++) weights[k]! += one[k]! / means.length
      model = quantiseModel(layout, tensors, unpack(layout, weights))
      const flat = means.map((one) => sideBySide(layout, one))
      yield { before, seen: members.map((_, index) => flat[Math.floor(index / size)]!), after: sideBySide(layout, weights) }
    }
  } finally {
    for (const trainer of trainers) trainer.dispose()
  }
}
