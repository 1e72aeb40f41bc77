import { encodeAbiParameters } from 'viem'
import { toHex } from './bytes.ts'
import { keccak, keccakHex } from './hash.ts'
import { CHUNK, CHUNKS_PER_SEGMENT, SEGMENT } from './types.ts'
import type { Hash, Hex, TaskSpec, TensorSpec } from './types.ts'

/** The ABI type of a `TaskSpec`. */
export const SPEC_TUPLE = {
  type: 'tuple',
  components: [
    {
      name: 'tensors',
      type: 'tuple[]',
      components: [
        { name: 'length', type: 'uint32' },
        { name: 'updateExponent', type: 'int8' },
        { name: 'modelExponent', type: 'int8' },
        { name: 'eta', type: 'uint32' },
        { name: 'shift', type: 'uint8' },
      ],
    },
    {
      name: 'rule',
      type: 'tuple',
      components: [
        { name: 'rule', type: 'uint8' },
        { name: 'byzantineBps', type: 'uint16' },
        { name: 'iterations', type: 'uint8' },
        { name: 'capQ16', type: 'uint32' },
        { name: 'rejectBps', type: 'uint16' },
        { name: 'reference', type: 'uint8' },
        { name: 'referenceDecay', type: 'uint16' },
        { name: 'referenceGain', type: 'uint8' },
      ],
    },
    { name: 'minNormSq', type: 'uint64' },
    { name: 'maxNormSq', type: 'uint64' },
    { name: 'toleranceBps', type: 'uint16' },
    { name: 'minSealedBps', type: 'uint16' },
    { name: 'rewardPerRound', type: 'uint128' },
    { name: 'operatorShareBps', type: 'uint16' },
    { name: 'committee', type: 'uint16' },
    { name: 'genesisModelRoot', type: 'bytes32' },
    { name: 'document', type: 'bytes32' },
  ],
} as const

/** The bytes that `specHash` hashes: `abi.encode(TaskSpec)`, docs/protocol.md §7. */
export function encodeSpecAbi(spec: TaskSpec): Hex {
  return encodeAbiParameters([SPEC_TUPLE], [spec])
}

/** docs/protocol.md §7. */
export function specHash(spec: TaskSpec): Hash {
  return keccakHex(encodeSpecAbi(spec))
}

/** Hash of a UTF-8 document: the task document, a record, a manifest. */
export function documentHash(text: string): Hash {
  return toHex(keccak(new TextEncoder().encode(text)))
}

/** Chunks of one tensor: its end is padded to a whole chunk. */
export function chunksOf({ length }: Pick<TensorSpec, 'length'>): number {
  return Math.ceil(length / CHUNK)
}

/** Chunks of the tensors alone, before padding to whole segments. */
export function tensorChunks(spec: Pick<TaskSpec, 'tensors'>): number {
  return spec.tensors.reduce((sum, tensor) => sum + chunksOf(tensor), 0)
}

/** Coordinates of the model without padding, d. */
export function coordinatesOf(spec: Pick<TaskSpec, 'tensors'>): number {
  return spec.tensors.reduce((sum, { length }) => sum + length, 0)
}

/** Padded length D in coordinates, always a multiple of a segment. */
export function paddedLength(spec: Pick<TaskSpec, 'tensors'>): number {
  return Math.ceil(tensorChunks(spec) / CHUNKS_PER_SEGMENT) * SEGMENT
}

/** Number of chunks C = D / 256. */
export function chunkCount(spec: Pick<TaskSpec, 'tensors'>): number {
  return paddedLength(spec) / CHUNK
}
