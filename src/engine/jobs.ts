import { createWasmKernels, gramPartials, lengthFault, stepSegments, valueFault } from '../aggregation/index.ts'
import type { AdmissionFault, Kernels, StepRange } from '../aggregation/index.ts'
import { keccak } from '../protocol/hash.ts'
import { hashKernel } from '../protocol/kernels/index.ts'
import { SEGMENT } from '../protocol/types.ts'
import type { TaskSpec } from '../protocol/types.ts'
import { hashRow } from './hash-row.ts'
import type { HashedBytes } from './hash-row.ts'
import { openRows, rowLength } from './row-source.ts'
import type { RowSource } from './row-source.ts'
import type { JobOf } from './worker-pool.ts'
import { transitionLeaves } from './transition-leaves.ts'
import type { TransitionLeaves } from './transition-leaves.ts'

/** Work on one range, small enough to hand round between threads. Rows in memory and partials are shared, everything else is copied. */
export interface Jobs {
  /** Checks one update. */
  admit: { in: { spec: TaskSpec; row: RowSource }; out: AdmissionFault | undefined }
  /** Fills the segments `from … to - 1` of `partials`, which are those of the whole Gram matrix. */
  gram: { in: { rows: readonly RowSource[]; segments: number; from: number; to: number; partials: Int32Array }; out: undefined }
  /** Leaves of the Gram tree for the pairs `from … to - 1`, packed. */
  pairs: { in: { partials: Int32Array; pairs: number; from: number; to: number }; out: Uint8Array }
  /** Chunk hashes and checks of a row in a file. */
  verify: { in: { file: string; segments: number }; out: HashedBytes }
  /** keccak256 of the bytes. */
  hash: { in: { bytes: Uint8Array }; out: Uint8Array }
  /** Weighted sum, step and the leaves of the three trees over the segments `from … to - 1`; `hashes` are those of all chunks of a row, null where they are not known. */
  step: {
    in: Omit<StepRange, 'source'> & { rows: readonly RowSource[]; hashes: readonly (Uint8Array | null)[]; segments: number }
    out: { model: Int32Array; reference: Int8Array | null; leaves: TransitionLeaves }
  }
}

export type JobKind = keyof Jobs
export type Job = JobOf<Jobs>

let shared: Kernels | undefined

/** Does one job on this thread. */
export function doJob(job: Job): unknown {
  const kernels = (shared ??= createWasmKernels())
  switch (job.kind) {
    case 'admit':
      return admit(kernels, job.input)
    case 'gram':
      return gram(kernels, job.input)
    case 'pairs':
      return hashKernel().pairLeaves(job.input.partials, job.input.pairs, job.input.from, job.input.to)
    case 'verify':
      return hashRow(job.input.file, job.input.segments)
    case 'hash':
      return keccak(job.input.bytes)
    case 'step':
      return step(kernels, job.input)
  }
}

function admit(kernels: Kernels, { spec, row }: Jobs['admit']['in']): Jobs['admit']['out'] {
  const length = rowLength(row)
  const fault = lengthFault(spec, length)
  if (fault) return fault
  using source = openRows([row], length / SEGMENT)
  return valueFault(kernels, spec, source)
}

function gram(kernels: Kernels, { rows, segments, from, to, partials }: Jobs['gram']['in']): Jobs['gram']['out'] {
  using source = openRows(rows, segments)
  gramPartials(kernels, source, from, to, partials)
  return undefined
}

function step(kernels: Kernels, { rows, hashes, segments, ...range }: Jobs['step']['in']): Jobs['step']['out'] {
  using source = openRows(rows, segments)
  const model = range.model.slice()
  const reference = range.reference && range.reference.slice()
  stepSegments(kernels, { ...range, source, model, reference })
  return { model, reference, leaves: transitionLeaves(source, hashes, range, { model, reference }) }
}
