import { join } from 'node:path'
import { modelFromBytes, modelRoot, paddedLength, toHex } from '../../protocol/index.ts'
import type { Hash, TaskSpec } from '../../protocol/index.ts'
import { QuorateError } from '../../core/index.ts'
import { readGenesis, readTaskFiles } from '../../replay/index.ts'
import type { TaskFilesRead } from '../../replay/index.ts'
import { StateStore } from '../stores/state-store.ts'

/** Names a model: as the chain has it. */
export interface ModelName {
  task: bigint
  /** 0 for genesis. */
  round: bigint
  claimHash: Hash
  modelRoot: Hash
  /** Hash of the task's specification. */
  specHash: Hash
}

/** A model whose root was computed, with the files of its task. */
export interface VerifiedModel extends TaskFilesRead {
  /** int32[D] */
  model: Int32Array
}

/**
 * Reads a model from the state folder of a node, which may run meanwhile.
 *
 * @throws QuorateError MODEL_NOT_FOUND when the folder does not hold it, EVIDENCE_MISSING without the files of the task, MODEL_MISMATCH
 */
export async function modelOfState(stateFolder: string, name: ModelName): Promise<VerifiedModel> {
  const { task, round, claimHash, modelRoot: root } = name
  const evidence = join(stateFolder, 'evidence')
  const files = await readTaskFiles(evidence, task, name.specHash)
  if (round === 0n) return verifiedModel(files, await readGenesis(evidence, task, files.spec), root)
  const states = await StateStore.open(join(stateFolder, 'states'), { mode: 'read' })
  const state = await states.load(claimHash)
  if (!state) throw new QuorateError('MODEL_NOT_FOUND', `${stateFolder} does not hold the model of round ${round}`)
  return verifiedModel(files, state.model, root)
}

/** A model that came as bytes, from whom it may. @throws QuorateError MODEL_MISMATCH */
export function modelOfBytes(files: TaskFilesRead, bytes: Uint8Array, root: Hash): VerifiedModel {
  return verifiedModel(files, modelFromBytes(bytes, paddedLength(files.spec)), root)
}

/** INVARIANT: nothing leaves here whose root was not computed and compared with the one that was asked for. */
export function verifiedModel(files: { spec: TaskSpec; document: string }, model: Int32Array, root: Hash): VerifiedModel {
  const found = toHex(modelRoot(model))
  if (found === root.toLowerCase()) return { ...files, model }
  throw new QuorateError('MODEL_MISMATCH', `the model has root ${found} instead of ${root}`, {
    details: { expected: root, actual: found },
  })
}
