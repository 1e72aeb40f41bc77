import { CHUNK, SEGMENT } from '../protocol/types.ts'
import type { TaskSpec } from '../protocol/types.ts'
import { chunkCount, chunksOf, paddedLength } from '../protocol/spec.ts'
import { vectorDepth } from '../protocol/trees.ts'
import type { Kernels } from './kernels/index.ts'
import { memorySource } from './segment-source.ts'
import type { SegmentSource } from './segment-source.ts'

/** Why an update is not admitted by itself (docs/protocol.md §8). A copied root is judged over the round: `originals`. */
export type AdmissionFault = ChunkFault | NormFault

/** A forbidden value, padding that is not zero, or another length. */
export interface ChunkFault {
  code: 'UPDATE_LENGTH' | 'UPDATE_VALUE'
  message: string
  /** The lowest chunk that no update of the task has. */
  chunk: number
}

export interface NormFault {
  code: 'UPDATE_NORM'
  message: string
  /** Squared norm by segment. */
  norms: number[]
}

/**
 * Checks one update against the task: length, no -128, zero padding, squared norm within bounds. Members call it before they commit;
 * aggregation calls it for every available row.
 *
 * @returns undefined when the update is admissible
 * @example const fault = admissionFault(kernels, spec, update)
 */
export function admissionFault(
  kernels: Pick<Kernels, 'normSquared' | 'hasInvalidValue'>,
  spec: Pick<TaskSpec, 'tensors' | 'minNormSq' | 'maxNormSq'>,
  update: Int8Array,
): AdmissionFault | undefined {
  return lengthFault(spec, update.length) ?? valueFault(kernels, spec, memorySource([update]))
}

/** Whether an update has the task's length. Its first bad chunk is where the lengths part; in a tree of another depth every chunk is bad. */
export function lengthFault(spec: Pick<TaskSpec, 'tensors'>, length: number): ChunkFault | undefined {
  const right = paddedLength(spec)
  if (length === right) return undefined
  const [chunks, theirs] = [chunkCount(spec), length / CHUNK]
  const chunk = vectorDepth(Math.ceil(theirs)) === vectorDepth(chunks) ? Math.min(chunks, Math.floor(theirs)) : 0
  return { code: 'UPDATE_LENGTH', message: `${length} values instead of ${right}`, chunk }
}

/** The rest of `admissionFault` over one row of the right length, read once from its first segment to its last. */
export function valueFault(
  kernels: Pick<Kernels, 'normSquared' | 'hasInvalidValue'>,
  spec: Pick<TaskSpec, 'tensors' | 'minNormSq' | 'maxNormSq'>,
  row: SegmentSource,
): AdmissionFault | undefined {
  const padding = paddingRanges(spec)
  const norms: number[] = []
  for (let g = 0; g < row.segments; g++) {
    const values = row.read(0, g)
    const start = g * SEGMENT
    const invalid = kernels.hasInvalidValue(values) ? start + values.indexOf(-128) : undefined
    const filled = firstFilled(values, start, padding)
    const bad = Math.min(invalid ?? Infinity, filled ?? Infinity)
    if (bad !== Infinity) {
      const chunk = Math.floor(bad / CHUNK)
      const message = bad === invalid ? `value ${bad} is -128` : `padding coordinate ${bad} is not zero`
      return { code: 'UPDATE_VALUE', message, chunk }
    }
    norms.push(kernels.normSquared(values))
  }
  const norm = norms.reduce((sum, part) => sum + part, 0)
  if (BigInt(norm) < spec.minNormSq || BigInt(norm) > spec.maxNormSq) {
    return { code: 'UPDATE_NORM', message: `squared norm ${norm} is outside ${spec.minNormSq}…${spec.maxNormSq}`, norms }
  }
  return undefined
}

/** The first coordinate that is not zero in one of the ranges; `values` begin at coordinate `start`. */
function firstFilled(values: Int8Array, start: number, ranges: readonly [number, number][]): number | undefined {
  for (const [from, to] of ranges) {
    if (to <= start || from >= start + values.length) continue
    const low = Math.max(from - start, 0)
    const at = values.subarray(low, to - start).findIndex((value) => value !== 0)
    if (at >= 0) return start + low + at
  }
  return undefined
}

/** Half-open ranges of coordinates that carry no parameter, ascending. */
function paddingRanges(spec: Pick<TaskSpec, 'tensors'>): [number, number][] {
  const ranges: [number, number][] = []
  let start = 0
  for (const tensor of spec.tensors) {
    const end = start + chunksOf(tensor) * CHUNK
    if (start + tensor.length < end) ranges.push([start + tensor.length, end])
    start = end
  }
  return [...ranges, [start, paddedLength(spec)]]
}

/**
 * For each row the lowest other row of the same update root; undefined for a root that no other row has. All rows of a root are
 * refused, so their order does not matter.
 *
 * @param roots of the available rows, null for any other
 */
export function originals(roots: readonly (string | null)[]): (number | undefined)[] {
  const places = new Map<string, number[]>()
  for (const [index, root] of roots.entries()) {
    if (root === null) continue
    const key = root.toLowerCase()
    places.set(key, [...(places.get(key) ?? []), index])
  }
  return roots.map((root, index) =>
    root === null ? undefined : places.get(root.toLowerCase())!.find((place) => place !== index),
  )
}
