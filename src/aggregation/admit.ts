import type { ErrorCode } from '../core/error-codes.ts'
import { CHUNK } from '../protocol/types.ts'
import type { TaskSpec } from '../protocol/types.ts'
import { paddedLength } from '../protocol/spec.ts'
import type { Kernels } from './kernels/index.ts'

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
  const length = paddedLength(spec)
  if (update.length !== length) return { code: 'UPDATE_LENGTH', message: `${update.length} values instead of ${length}` }
  if (kernels.hasInvalidValue(update)) return { code: 'UPDATE_VALUE', message: 'a value is -128' }
  for (const [from, to] of paddingRanges(spec, lengths)) {
    const at = update.subarray(from, to).findIndex((value) => value !== 0)
    if (at >= 0) return { code: 'UPDATE_VALUE', message: `padding coordinate ${from + at} is not zero` }
  }
  const norm = BigInt(kernels.normSquared(update))
  if (norm < spec.minNormSq || norm > spec.maxNormSq) {
    return { code: 'UPDATE_NORM', message: `squared norm ${norm} is outside ${spec.minNormSq}…${spec.maxNormSq}` }
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

/** Update roots that more than one row of the round revealed: all of those rows are refused, whoever was first. */
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
