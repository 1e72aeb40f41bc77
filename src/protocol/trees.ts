import { keccakEach, unpackHashes } from './hash.ts'
import { hashKernel } from './kernels/index.ts'
import { depthFor, levelsAbove, merkleLevels, merkleRoot, packedRoot } from './merkle.ts'
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

/** Leaves of an int8 vector one after the other, 32 bytes a chunk. */
export function chunkHashes(vector: Int8Array | Uint8Array): Uint8Array {
  const bytes = asBytes(vector)
  return keccakEach(bytes.subarray(0, bytes.length - (bytes.length % CHUNK)), CHUNK)
}

function packedInt32Leaves(model: Int32Array): Uint8Array {
  return hashKernel().hashInts(model.subarray(0, model.length - (model.length % CHUNK)), CHUNK)
}

/** Leaves of an int8 vector (update or reference): one hash per 256-byte chunk. */
export function int8Leaves(vector: Int8Array | Uint8Array): Uint8Array[] {
  return unpackHashes(chunkHashes(vector))
}

/** Leaves of an int32 model: one hash per chunk of 256 big-endian values. */
export function int32Leaves(model: Int32Array): Uint8Array[] {
  return unpackHashes(packedInt32Leaves(model))
}

/** Root over the chunk leaves of a vector. */
export function vectorRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(leaves, vectorDepth(leaves.length))
}

/** All levels over the chunk leaves of a vector, for proofs. */
export function vectorLevels(leaves: readonly Uint8Array[]): Uint8Array[][] {
  return merkleLevels(leaves, vectorDepth(leaves.length))
}

/** Root over the chunk leaves of a vector, or of one segment of an update, that lie one after the other. */
export function rootOfLeaves(leaves: Uint8Array): Uint8Array {
  return packedRoot(leaves, vectorDepth(leaves.length / 32))
}

/** Root of an update: int8, padded length. */
export function updateRoot(update: Int8Array | Uint8Array): Uint8Array {
  return rootOfLeaves(chunkHashes(update))
}

/** Root of a model: int32, padded length. */
export function modelRoot(model: Int32Array): Uint8Array {
  return rootOfLeaves(packedInt32Leaves(model))
}

/** Root of one segment: 8192 bytes, 32 chunk leaves, depth 5. */
export function segmentRoot(segment: Uint8Array): Uint8Array {
  if (segment.length !== SEGMENT) throw new RangeError(`a segment has ${SEGMENT} bytes, got ${segment.length}`)
  return packedRoot(chunkHashes(segment), SEGMENT_LEVEL)
}

/** Segment roots of an update in order. */
export function segmentRoots(update: Int8Array | Uint8Array): Uint8Array[] {
  const leaves = chunkHashes(update)
  // Segments are whole subtrees: level 5 over all their chunks is one hash each.
  const whole = leaves.subarray(0, leaves.length - (leaves.length % (32 * CHUNKS_PER_SEGMENT)))
  return unpackHashes(levelsAbove(whole, vectorDepth(whole.length / 32))[SEGMENT_LEVEL - 1]!)
}

/** Update root from its segment roots. A receiver checks it before it requests any segment. */
export function rootOfSegmentRoots(roots: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(roots, vectorDepth(roots.length * CHUNKS_PER_SEGMENT) - SEGMENT_LEVEL, SEGMENT_LEVEL)
}
