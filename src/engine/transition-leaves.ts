import type { SegmentSource, StepOutput } from '../aggregation/index.ts'
import { keccakEach } from '../protocol/hash.ts'
import { hashKernel } from '../protocol/kernels/index.ts'
import { CHUNK, CHUNKS_PER_SEGMENT } from '../protocol/types.ts'

/** Leaves of a range of chunks, packed. */
export interface TransitionLeaves {
  transition: Uint8Array
  model: Uint8Array
  reference: Uint8Array | null
}

/**
 * Leaves of the transition, model and reference trees (docs/protocol.md §6) over a range of segments. A transition leaf is hashed from the words
 * row hashes, old and new model, old and new reference: the words of a segment are laid out beside each other and hashed in one call.
 *
 * @param before model and reference of the range before the step
 */
export function transitionLeaves(
  source: SegmentSource,
  before: { from: number; to: number } & StepOutput,
  after: StepOutput,
): TransitionLeaves {
  const chunks = (before.to - before.from) * CHUNKS_PER_SEGMENT
  const model = modelLeaves(after.model)
  const reference = after.reference && int8Leaves(after.reference)
  const last = [modelLeaves(before.model), model, before.reference && int8Leaves(before.reference), reference]
  const words = source.rows + last.length
  const transition = new Uint8Array(32 * chunks)
  const preimages = new Uint8Array(CHUNKS_PER_SEGMENT * words * 32)
  for (let g = before.from; g < before.to; g++) {
    const first = (g - before.from) * CHUNKS_PER_SEGMENT * 32
    for (let i = 0; i < source.rows; i++) place(int8Leaves(source.read(i, g)), preimages, i, words)
    // A task without reference has zeros there, which the preimages are from the start.
    last.forEach((leaves, k) => {
      if (leaves) place(leaves.subarray(first, first + CHUNKS_PER_SEGMENT * 32), preimages, source.rows + k, words)
    })
    transition.set(keccakEach(preimages, words * 32), first)
  }
  return { transition, model, reference }
}

/** Puts the hash of each chunk of a segment at its word of the chunk's preimage. */
function place(leaves: Uint8Array, preimages: Uint8Array, word: number, words: number): void {
  for (let c = 0; c < CHUNKS_PER_SEGMENT; c++) preimages.set(leaves.subarray(c * 32, c * 32 + 32), (c * words + word) * 32)
}

function int8Leaves(values: Int8Array): Uint8Array {
  return keccakEach(new Uint8Array(values.buffer, values.byteOffset, values.length), CHUNK)
}

function modelLeaves(values: Int32Array): Uint8Array {
  return hashKernel().hashInts(values, CHUNK)
}
