import { CHUNK, SEGMENT } from '../protocol/types.ts'
import type { TaskSpec } from '../protocol/types.ts'
import { chunksOf, paddedLength, tensorChunks } from '../protocol/spec.ts'
import type { Kernels } from './kernels/index.ts'
import { memorySource } from './segment-source.ts'
import type { SegmentSource } from './segment-source.ts'

export interface StepInput<R = Int8Array> {
  spec: Pick<TaskSpec, 'tensors' | 'rule'>
  /** int32[D]. */
  model: Int32Array
  /** int8[D], or null for a task without reference row. */
  reference: Int8Array | null
  /** int8[D] of the rows with β > 0. */
  rows: readonly R[]
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
export function applyStep(kernels: StepKernels, input: StepInput): StepOutput {
  const { spec, rows, betas, sum } = input
  const model = input.model.slice()
  const reference = input.reference && input.reference.slice()
  const source = memorySource(rows)
  stepSegments(kernels, { spec, source, betas, sum, from: 0, to: source.segments, model, reference })
  return { model, reference }
}

type StepKernels = Pick<Kernels, 'weightedSum' | 'step' | 'referenceStep'>

/** The part of a step that touches the segments `from … to - 1`. */
export interface StepRange extends Pick<StepInput, 'spec' | 'betas' | 'sum'> {
  source: SegmentSource
  from: number
  to: number
  /** int32 of the range: becomes the new model. */
  model: Int32Array
  /** int8 of the range, or null: becomes the new reference. */
  reference: Int8Array | null
}

/** `applyStep` over a range of segments, in place. Coordinates are independent of each other: any cut gives the same numbers. */
export function stepSegments(kernels: StepKernels, range: StepRange): void {
  const { spec, betas, source, from, to, model, reference } = range
  if (source.rows === 0) return
  const sums = new Int32Array(SEGMENT)
  for (const tile of tiles(spec, from, to)) {
    const sum = range.sum ? range.sum.subarray(tile.from, tile.to) : sums.subarray(0, tile.to - tile.from)
    if (!range.sum) {
      const start = tile.segment * SEGMENT
      const rows = Array.from({ length: source.rows }, (_, i) =>
        source.read(i, tile.segment).subarray(tile.from - start, tile.to - start),
      )
      kernels.weightedSum(rows, betas, sum)
    }
    const [low, high] = [tile.from - from * SEGMENT, tile.to - from * SEGMENT]
    if (tile.eta > 0) kernels.step(model.subarray(low, high), sum, tile.eta, tile.shift)
    if (reference) kernels.referenceStep(reference.subarray(low, high), sum, spec.rule.referenceDecay, spec.rule.referenceGain)
  }
}

interface Tile {
  segment: number
  from: number
  to: number
  eta: number
  shift: number
}

/** Coordinates of the segments `first … last - 1` in ranges within one segment and one tensor; the padding after the last tensor has eta 0. */
function* tiles(spec: Pick<TaskSpec, 'tensors'>, first: number, last: number): Generator<Tile> {
  const padding = { length: paddedLength(spec) - tensorChunks(spec) * CHUNK, eta: 0, shift: 0 }
  let start = 0
  for (const { eta, shift, ...tensor } of [...spec.tensors, padding]) {
    const chunks = chunksOf(tensor)
    const end = Math.min(start + chunks * CHUNK, last * SEGMENT)
    for (let from = Math.max(start, first * SEGMENT); from < end;) {
      const segment = Math.floor(from / SEGMENT)
      const to = Math.min((segment + 1) * SEGMENT, end)
      yield { segment, from, to, eta, shift }
      from = to
    }
    start += chunks * CHUNK
  }
}
