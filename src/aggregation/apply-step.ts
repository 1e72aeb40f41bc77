import { CHUNK, SEGMENT } from '../protocol/types.ts'
import type { TaskSpec } from '../protocol/types.ts'
import { paddedLength, tensorChunks } from '../protocol/spec.ts'
import type { Kernels } from './kernels/index.ts'

export interface StepInput {
  spec: Pick<TaskSpec, 'tensors' | 'rule'>
  /** int32[D]. */
  model: Int32Array
  /** int8[D], or null for a task without reference row. */
  reference: Int8Array | null
  /** int8[D] of the rows with β > 0. */
  rows: readonly Int8Array[]
  /** β of those rows. */
  betas: readonly number[]
  /** S itself, int32[D], where a rule of the lab worked by coordinate; taken instead of the weighted sum. */
  sum?: Int32Array
}

export interface StepOutput {
  model: Int32Array
  reference: Int8Array | null
}

/**
 * The transition of docs/protocol.md §6: weighted sum, model step with the step size of each tensor, reference step. One pass over
 * the vectors in tiles of a segment; the inputs are left as they are. Without rows the model and reference stand.
 *
 * @example const { model } = applyStep(kernels, { spec, model, reference: null, rows: [update], betas: [65536] })
 */
export function applyStep(kernels: Pick<Kernels, 'weightedSum' | 'step' | 'referenceStep'>, input: StepInput): StepOutput {
  const { spec, rows, betas } = input
  const model = input.model.slice()
  const reference = input.reference && input.reference.slice()
  if (rows.length === 0) return { model, reference }
  const sums = new Int32Array(SEGMENT)
  for (const { from, to, eta, shift } of tiles(spec)) {
    const sum = input.sum ? input.sum.subarray(from, to) : sums.subarray(0, to - from)
    if (!input.sum) {
      kernels.weightedSum(
        rows.map((row) => row.subarray(from, to)),
        betas,
        sum,
      )
    }
    if (eta > 0) kernels.step(model.subarray(from, to), sum, eta, shift)
    if (reference) kernels.referenceStep(reference.subarray(from, to), sum, spec.rule.referenceDecay, spec.rule.referenceGain)
  }
  return { model, reference }
}

/** Ranges of at most a segment within one tensor; the padding after the last tensor has eta 0. */
function* tiles(spec: Pick<TaskSpec, 'tensors'>): Generator<{ from: number; to: number; eta: number; shift: number }> {
  const padding = { chunks: paddedLength(spec) / CHUNK - tensorChunks(spec), eta: 0, shift: 0 }
  let start = 0
  for (const { chunks, eta, shift } of [...spec.tensors, padding]) {
    const end = start + chunks * CHUNK
    for (let from = start; from < end; from += SEGMENT) yield { from, to: Math.min(from + SEGMENT, end), eta, shift }
    start = end
  }
}
