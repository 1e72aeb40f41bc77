import { QuorateError } from '../core/errors.ts'
import { toHex } from './bytes.ts'
import { paddedLength } from './spec.ts'
import { modelRoot } from './trees.ts'
import type { TaskSpec } from './types.ts'

/**
 * A model as a blob: its int32 coordinates in little-endian order, padding included, 4·D bytes.
 *
 * @returns a view, not a copy
 */
export function modelBytes(model: Int32Array): Uint8Array {
  return new Uint8Array(model.buffer, model.byteOffset, model.byteLength)
}

/**
 * The model in a blob.
 *
 * @param bytes 4·D bytes
 * @returns int32[D], a view where the bytes are aligned
 * @throws QuorateError MODEL_MISMATCH for a blob of another length
 */
export function modelFromBytes(bytes: Uint8Array, length: number): Int32Array {
  if (bytes.length !== 4 * length)
    throw new QuorateError('MODEL_MISMATCH', `the model has ${bytes.length} bytes instead of ${4 * length}`)
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Int32Array(aligned.buffer, aligned.byteOffset, length)
}

/**
 * Reads the genesis model of a task from its blob and checks it against the specification. Whoever sent the blob need not be trusted.
 *
 * @throws QuorateError MODEL_MISMATCH when length or root is another one
 */
export function genesisFromBytes(spec: Pick<TaskSpec, 'tensors' | 'genesisModelRoot'>, bytes: Uint8Array): Int32Array {
  const model = modelFromBytes(bytes, paddedLength(spec))
  const root = toHex(modelRoot(model))
  if (root === spec.genesisModelRoot) return model
  throw new QuorateError(
    'MODEL_MISMATCH',
    `the genesis model has root ${root}, the specification names ${spec.genesisModelRoot}`,
    {
      details: { expected: spec.genesisModelRoot, actual: root },
    },
  )
}
