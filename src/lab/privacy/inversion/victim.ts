import { mostValue, sumRows } from '../../../masking/index.ts'
import { noiseFor } from '../../../privacy/index.ts'
import {
  calibrateExponents,
  createTfjsLearner,
  createTfjsTrainer,
  defaultTask,
  dequantiseModel,
  dequantiseUpdate,
  layoutOf,
  plannedSteps,
  unpack,
} from '../../../training/index.ts'
import type { Backend, ClassSamples, DefaultTask, Layout, PrivateTraining, TaskDocument } from '../../../training/index.ts'
import { memberTensors } from '../../../protocol/index.ts'
import type { Values } from '../network/index.ts'
import { membersSeen } from '../views.ts'
import type { View } from '../views.ts'

/** A task whose members train as the attacker would like it. */
export interface VictimTask {
  document: TaskDocument
  layout: Layout
  tensors: DefaultTask['tensors']
  genesis: Int32Array
}

export interface VictimTaskInput {
  model: string
  dataset: string
  local: Partial<TaskDocument['local']>
  /** Trains on these with the task's settings, so that the exponents suit it as those of a founder's trial do. */
  trial: ClassSamples
  backend: Backend
}

/** The default task of a model with other local training, and exponents that fit it. */
export async function victimTask({ model, dataset, local, trial, backend }: VictimTaskInput): Promise<VictimTask> {
  const task = defaultTask({ model })
  const document = { ...task.document, dataset, local: { ...task.document.local, ...local } }
  const layout = layoutOf(document, task.tensors)
  const learner = createTfjsLearner({ document, spec: task, data: trial, backend, seed: document.seed })
  const weights = dequantiseModel(layout, task.tensors, task.genesis)
  try {
    const exponents = calibrateExponents(layout, (await learner.train({ weights, step: 1 })).delta)
    const tensors = task.tensors.map((tensor, i) => ({ ...tensor, updateExponent: exponents[i]! }))
    return { document, layout, tensors, genesis: task.genesis }
  } finally {
    learner.dispose()
  }
}

export interface SeenInput extends VictimTask {
  view: View
  /** Records of the victim and, in a bucket, of the others whose rows are in the sum, one part for each member. */
  members: readonly ClassSamples[]
  /** Longest gradient of a record and δ of private training. */
  clip: number
  delta: number
  backend: Backend
  seed: number | string
}

/**
 * What others see of the first round: the real update of real trainers from the genesis model, or the sum of a bucket, in floats. Private training spends its
 * whole budget in this round, and each step draws every record: with its other rounds to come it would have more noise.
 *
 * @returns changes of all parameters side by side, without padding
 */
export async function seenUpdate(input: SeenInput): Promise<Values> {
  const { view, members, document, layout, tensors, genesis, backend, seed } = input
  const size = view.kind === 'bucket' ? view.size : undefined
  const own = memberTensors(tensors, size)
  const rows: Int8Array[] = []
  for (const [index, data] of members.slice(0, membersSeen(view)).entries()) {
    const trainer = createTfjsTrainer({
      document,
      spec: { tensors: own },
      ...(size !== undefined && { most: mostValue(size) }),
      data,
      backend,
      seed: `${seed}/${index}`,
      privacy: privacyOf(input, data),
    })
    rows.push((await trainer.train({ model: genesis, step: 1 })).update)
    trainer.dispose()
  }
  const sum = sumRows(rows.map((row) => new Uint8Array(row.buffer, row.byteOffset, row.length)))
  return sideBySide(layout, dequantiseUpdate(layout, own, sum))
}

/** The tensors without the padding between them. */
export function sideBySide(layout: Layout, flat: Float32Array): Values {
  return Float64Array.from(unpack(layout, flat).flatMap((tensor) => Array.from(tensor)))
}

function privacyOf({ view, clip, delta, document }: SeenInput, data: ClassSamples): PrivateTraining | undefined {
  if (view.kind !== 'private' && view.kind !== 'clipped') return undefined
  const samples = data.labels.length
  const batch = Math.min(document.local.batchSize, samples)
  if (view.kind === 'clipped') return { clip, noise: 0, batch }
  const { samplingRate, steps } = plannedSteps({ noise: 0, batch }, document.local, samples)
  return { clip, batch, noise: noiseFor({ epsilon: view.epsilon, delta, samplingRate, steps }) }
}
