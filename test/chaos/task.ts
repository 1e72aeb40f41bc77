import { describeTask } from '../../coordinator/actions/create-task.ts'
import type { TaskFiles } from '../../coordinator/actions/task-files.ts'
import { documentHash, encodeSpec, fileHash, modelBytes, modelRoot, paddedLength, toHex } from '../../src/protocol/index.ts'
import { formatTaskDocument, parseTaskDocument } from '../../src/training/index.ts'

/** Coordinates of the one tensor: three chunks. */
export const LENGTH = 768

/** A task of one small tensor, with the rule and the thresholds of the default task: a round costs milliseconds, and each step of it is real. */
export function chaosTask(rewardPerRound: bigint): TaskFiles {
  const usual = describeTask({ model: 'mlp', seed: 1, rule: 'nnmGm', byzantineBps: 2500, rewardPerRound })
  const tensors = [{ ...usual.spec.tensors[0]!, length: LENGTH }]
  const model = Int32Array.from({ length: paddedLength({ tensors }) }, (_, k) =>
    k < LENGTH ? ((k * 2_654_435_761) | 0) >> 8 : 0,
  )
  const genesis = modelBytes(model)
  const documentJson = formatTaskDocument({
    ...parseTaskDocument(usual.documentJson),
    name: 'chaos',
    tensors: [{ name: 'w', shape: [LENGTH] }],
    genesis: fileHash(genesis),
  })
  const spec = {
    ...usual.spec,
    tensors,
    minNormSq: BigInt(LENGTH),
    maxNormSq: BigInt(LENGTH * 96 ** 2),
    genesisModelRoot: toHex(modelRoot(model)),
    document: documentHash(documentJson),
  }
  return { spec, specJson: encodeSpec(spec), documentJson, genesis }
}
