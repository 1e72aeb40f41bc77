import type { ErrorCode } from '../core/error-codes.ts'
import { CHUNK, SEGMENT } from '../protocol/types.ts'
import type { TaskSpec } from '../protocol/types.ts'
import { paddedLength } from '../protocol/spec.ts'
import type { Kernels } from './kernels/index.ts'
import { memorySource } from './segment-source.ts'
import type { SegmentSource } from './segment-source.ts'

/** Why an update is not admitted (docs/protocol.md §8.3). A copied root is judged over the round: `copiedRoots`. */
export interface AdmissionFault {
  code: Extract<ErrorCode, 'UPDATE_LENGTH' | 'UPDATE_VALUE' | 'UPDATE_NORM'>
  message: string
}

/**
 * Checks one update against the task: length, no -128, zero padding, squared norm within bounds. Members call it before they commit;
 * aggregation calls it for every available row.
 *
 * @param lengths coordinates of each tensor before padding, from the task document. Without them only the chunks after the last tensor are
 *   known to be padding.
 * @returns undefined when the update is admissible
 * @example const fault = admissionFault(kernels, spec, update)
 */
export function admissionFault(
  kernels: Pick<Kernels, 'normSquared' | 'hasInvalidValue'>,
  spec: Pick<TaskSpec, 'tensors' | 'minNormSq' | 'maxNormSq'>,
  update: Int8Array,
  lengths?: readonly number[],
): AdmissionFault | undefined {
  return lengthFault(spec, update.length) ?? valueFault(kernels, spec, memorySource([update]), lengths)
}

/** Whether an update has the task's length. */
export function lengthFault(spec: Pick<TaskSpec, 'tensors'>, length: number): AdmissionFault | undefined {
  const right = paddedLength(spec)
  return length === right ? undefined : { code: 'UPDATE_LENGTH', message: `${length} values instead of ${right}` }
}

/** The rest of `admissionFault` over one row of the right length, read once from its first segment to its last. */
export function valueFault(
  kernels: Pick<Kernels, 'normSquared' | 'hasInvalidValue'>,
  spec: Pick<TaskSpec, 'tensors' | 'minNormSq' | 'maxNormSq'>,
  row: SegmentSource,
  lengths?: readonly number[],
): AdmissionFault | undefined {
  const padding = paddingRanges(spec, lengths)
  let norm = 0
  let filled: number | undefined
  for (let g = 0; g < row.segments; g++) {
    const values = row.read(0, g)
    if (kernels.hasInvalidValue(values)) return { code: 'UPDATE_VALUE', message: 'a value is -128' }
    norm += kernels.normSquared(values)
    filled ??= firstFilled(values, g * SEGMENT, padding)
  }
  if (filled !== undefined) return { code: 'UPDATE_VALUE', message: `padding coordinate ${filled} is not zero` }
  if (BigInt(norm) < spec.minNormSq || BigInt(norm) > spec.maxNormSq) {
    return { code: 'UPDATE_NORM', message: `squared norm ${norm} is outside ${spec.minNormSq}…${spec.maxNormSq}` }
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

/** Half-open ranges of coordinates that carry no parameter. */
function paddingRanges(spec: Pick<TaskSpec, 'tensors'>, lengths?: readonly number[]): [number, number][] {
  const ranges: [number, number][] = []
  let start = 0
  spec.tensors.forEach(({ chunks }, t) => {
    const end = start + chunks * CHUNK
    if (lengths) ranges.push([start + lengths[t]!, end])
    start = end
  })
  return [...ranges, [start, paddedLength(spec)]]
}

/** Update roots that more than one row of the round revealed: all of those rows are refused, and the order does not matter. */
export function copiedRoots(roots: readonly (string | null)[]): Set<string> {
  const seen = new Set<string>()
  const copied = new Set<string>()
  for (const root of roots) {
    if (root === null) continue
    const key = root.toLowerCase()
    if (seen.has(key)) copied.add(key)
    seen.add(key)
  }
  return copied
}
