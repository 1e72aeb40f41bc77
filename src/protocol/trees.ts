import { keccak } from './hash.ts'
import { depthFor, merkleLevels, merkleRoot } from './merkle.ts'
import { CHUNK, CHUNKS_PER_SEGMENT, SEGMENT } from './types.ts'

/** Level of a segment root in an update tree: 2^5 chunks. */
export const SEGMENT_LEVEL = 5

/** Depth of the update, model, reference and transition trees of a vector with `chunks` chunks. */
export function vectorDepth(chunks: number): number {
  return Math.max(SEGMENT_LEVEL, depthFor(chunks))
}

function asBytes(vector: Int8Array | Uint8Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}

/** Leaves of an int8 vector (update or reference): one hash per 256-byte chunk. */
export function int8Leaves(vector: Int8Array | Uint8Array): Uint8Array[] {
  const bytes = asBytes(vector)
  return Array.from({ length: bytes.length / CHUNK }, (_, c) => keccak(bytes.subarray(c * CHUNK, (c + 1) * CHUNK)))
}

/** Leaves of an int32 model: one hash per chunk of 256 big-endian values. */
export function int32Leaves(model: Int32Array): Uint8Array[] {
  const chunk = new DataView(new ArrayBuffer(CHUNK * 4))
  const bytes = new Uint8Array(chunk.buffer)
  return Array.from({ length: model.length / CHUNK }, (_, c) => {
    for (let k = 0; k < CHUNK; k++) chunk.setInt32(k * 4, model[c * CHUNK + k]!)
    return keccak(bytes)
  })
}

/** Root over the chunk leaves of a vector. */
export function vectorRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(leaves, vectorDepth(leaves.length))
}

/** All levels over the chunk leaves of a vector, for proofs. */
export function vectorLevels(leaves: readonly Uint8Array[]): Uint8Array[][] {
  return merkleLevels(leaves, vectorDepth(leaves.length))
}

/** Root of an update: int8, padded length. */
export function updateRoot(update: Int8Array | Uint8Array): Uint8Array {
  return vectorRoot(int8Leaves(update))
}

/** Root of a model: int32, padded length. */
export function modelRoot(model: Int32Array): Uint8Array {
  return vectorRoot(int32Leaves(model))
}

/** Root of one segment: 8192 bytes, 32 chunk leaves, depth 5. */
export function segmentRoot(segment: Uint8Array): Uint8Array {
  if (segment.length !== SEGMENT) throw new RangeError(`a segment has ${SEGMENT} bytes, got ${segment.length}`)
  return merkleRoot(int8Leaves(segment), SEGMENT_LEVEL)
}

/** Segment roots of an update in order. */
export function segmentRoots(update: Int8Array | Uint8Array): Uint8Array[] {
  const bytes = asBytes(update)
  return Array.from({ length: bytes.length / SEGMENT }, (_, g) => segmentRoot(bytes.subarray(g * SEGMENT, (g + 1) * SEGMENT)))
}

/** Update root from its segment roots: what a receiver checks before asking for any segment. */
export function rootOfSegmentRoots(roots: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(roots, vectorDepth(roots.length * CHUNKS_PER_SEGMENT) - SEGMENT_LEVEL, SEGMENT_LEVEL)
}
