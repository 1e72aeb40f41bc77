import type { SegmentSource, StepOutput } from '../aggregation/index.ts'
import { keccakEach } from '../protocol/hash.ts'
import { hashKernel } from '../protocol/kernels/index.ts'
import { CHUNK, CHUNKS_PER_SEGMENT } from '../protocol/types.ts'

/** Leaves of a range of chunks, packed. */
export interface TransitionLeaves {
  transition: Uint8Array
  /**
   * The preimages of transition leaves, 32 bytes a word: the hash of each row's chunk, old and new model, old and new
   * reference.
   */
  words: Uint8Array
  model: Uint8Array
  reference: Uint8Array | null
}

/**
 * Leaves of the transition, model and reference trees (docs/protocol.md §6) over a range of segments. A transition leaf is hashed from the words
 * row hashes, old and new model, old and new reference: the words of a segment are laid out beside each other and hashed in one call.
 *
 * @param hashes of all chunks of each row, one after the other; null for a row whose chunks are hashed here
 */
export function transitionLeaves(
  source: SegmentSource,
  hashes: readonly (Uint8Array | null)[],
  before: { from: number; to: number } & StepOutput,
  after: StepOutput,
): TransitionLeaves {
  const model = modelLeaves(after.model)
  const reference = after.reference && int8Leaves(after.reference)
  const last = [modelLeaves(before.model), model, before.reference && int8Leaves(before.reference), reference]
  const length = 32 * (source.rows + last.length)
  const segments = before.to - before.from
  const transition = new Uint8Array(32 * CHUNKS_PER_SEGMENT * segments)
  const words = new Uint8Array(length * CHUNKS_PER_SEGMENT * segments)
  for (let g = before.from; g < before.to; g++) {
    const first = (g - before.from) * CHUNKS_PER_SEGMENT * 32
    const at = (g - before.from) * CHUNKS_PER_SEGMENT * length
    const preimages = words.subarray(at, at + CHUNKS_PER_SEGMENT * length)
    for (let i = 0; i < source.rows; i++) {
      const known = hashes[i]?.subarray(g * CHUNKS_PER_SEGMENT * 32, (g + 1) * CHUNKS_PER_SEGMENT * 32)
      place(known ?? int8Leaves(source.read(i, g)), preimages, 32 * i, length)
    }
    // A task without reference has zeros there, which the words are from the start.
    last.forEach((leaves, k) => {
      if (leaves) place(leaves.subarray(first, first + CHUNKS_PER_SEGMENT * 32), preimages, 32 * (source.rows + k), length)
    })
    transition.set(keccakEach(preimages, length), first)
  }
  return { transition, words, model, reference }
}

/** Puts the hash of each chunk of a segment at byte `at` of the chunk's preimage. Four bytes at a time: thousands of copies of 32 bytes cost more in calls. */
function place(leaves: Uint8Array, preimages: Uint8Array, at: number, length: number): void {
  const from = new Int32Array(leaves.buffer, leaves.byteOffset, leaves.byteLength / 4)
  const to = new Int32Array(preimages.buffer, preimages.byteOffset, preimages.byteLength / 4)
  for (let c = 0, read = 0; c < CHUNKS_PER_SEGMENT; c++) {
    const start = (c * length + at) / 4
    for (let k = 0; k < 8; k++) to[start + k] = from[read++]!
  }
}

function int8Leaves(values: Int8Array): Uint8Array {
  return keccakEach(new Uint8Array(values.buffer, values.byteOffset, values.length), CHUNK)
}

function modelLeaves(values: Int32Array): Uint8Array {
  return hashKernel().hashInts(values, CHUNK)
}
