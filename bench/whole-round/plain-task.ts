import { assembleTask } from '../../coordinator/actions/create-task.ts'
import type { TaskFiles } from '../../coordinator/actions/task-files.ts'
import { fileHash, modelBytes } from '../../src/protocol/index.ts'
import { normBounds, serverStep, tensorLayout } from '../../src/training/index.ts'

/** A task over a model of one tensor, which begins at zero and which no learner knows. The rule is the default one. */
export function plainTask(coordinates: number, rewardPerRound: bigint): TaskFiles {
  const shapes = [{ name: 'w', shape: [coordinates] }]
  const { tensors, paddedLength } = tensorLayout(shapes)
  const exponents = { updateExponent: -9, modelExponent: -20 }
  const genesis = new Int32Array(paddedLength)
  const local = { epochs: 1, batchSize: 1, learningRate: 0.1, learningRateDecay: 1, momentum: 0, samples: 0 }
  const model = {
    document: {
      name: 'plain',
      model: { kind: 'tensors' as const },
      dataset: 'none',
      tensors: shapes,
      genesis: fileHash(modelBytes(genesis)),
      local,
      seed: 1,
    },
    tensors: tensors.map(({ length }) => ({ length, ...exponents, ...serverStep(exponents) })),
    genesis,
    ...normBounds(coordinates),
  }
  return assembleTask(model, { rule: 'nnmGm', byzantineBps: 2500, rewardPerRound })
}
