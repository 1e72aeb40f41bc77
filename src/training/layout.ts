import { CHUNK, SEGMENT } from '../protocol/types.ts'
import type { TensorShape } from '../protocol/task-document.ts'

export type { TensorShape }

/** Where a tensor lies in the flat vector. */
export interface TensorPlace extends TensorShape {
  /** First coordinate, a multiple of 256. */
  offset: number
  /** Coordinates without padding. */
  length: number
  /** Chunks of 256 coordinates, padding included. */
  chunks: number
}

/** The padded flat layout of docs/protocol.md §1. */
export interface Layout {
  tensors: readonly TensorPlace[]
  /** Coordinates without padding. */
  parameters: number
  /** D: each tensor padded to whole chunks, the whole padded to whole segments. */
  paddedLength: number
}

export type FlatArray = Int8Array | Int32Array | Float32Array

/**
 * Lays tensors out one after the other, each padded to whole chunks, the vector padded to whole segments.
 *
 * @example tensorLayout([{ name: 'bias', shape: [10] }]).paddedLength // 8192
 */
export function tensorLayout(shapes: readonly TensorShape[]): Layout {
  let offset = 0
  let parameters = 0
  const tensors = shapes.map(({ name, shape }) => {
    const length = shape.reduce((product, size) => product * size, 1)
    const chunks = Math.ceil(length / CHUNK)
    const place = { name, shape, offset, length, chunks }
    offset += chunks * CHUNK
    parameters += length
    return place
  })
  return { tensors, parameters, paddedLength: Math.ceil(offset / SEGMENT) * SEGMENT }
}

/** The tensors as views into a flat vector, padding left out. */
export function unpack<T extends FlatArray>(layout: Layout, flat: T): T[] {
  return layout.tensors.map(({ offset, length }) => flat.subarray(offset, offset + length) as T)
}

/** Copies tensors into a flat vector of padded length; coordinates between them are left as they are. */
export function packInto<T extends FlatArray>(layout: Layout, parts: readonly ArrayLike<number>[], flat: T): T {
  for (const [index, { offset }] of layout.tensors.entries()) flat.set(parts[index]!, offset)
  return flat
}
