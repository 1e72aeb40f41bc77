import type { Hash } from '../protocol/index.ts'
import type { Finding } from './findings.ts'
import type { DataSchema } from './schema/index.ts'

export type PartName = 'train' | 'test'

/** Records that were asked for, side by side. */
export interface Batch {
  /**
   * Record i is `inputs[i·width … (i+1)·width − 1]`. Bytes are read as value / 255; numbers are scaled as the schema says.
   */
  inputs: Float32Array | Uint8Array
  /** [records, …shape of one record]. */
  shape: readonly number[]
  /** Index of the label, or the scaled number. */
  targets: Float32Array
}

/** The records for training, or those held out. */
export interface Part {
  readonly count: number
  /** Target of every record: an index of a label, or a scaled number. */
  readonly targets: Float32Array
  /**
   * Records by number, 0…count − 1, in any order and with repetitions.
   *
   * @throws QuorateError DATA_UNREADABLE naming the file, if it changed since the data set was opened; CANCELLED
   */
  read(indices: ArrayLike<number>, signal?: AbortSignal): Promise<Batch>
}

/**
 * Data of one member after the schema of the task. Records are read by number, so a trainer can draw its batches as it likes, and memory is bounded whatever the
 * size of the files. The same files, schema and seed give the same records in the same order.
 */
export interface Dataset extends AsyncDisposable {
  readonly schema: DataSchema
  readonly schemaHash: Hash
  /** Shape of one record as the model takes it. */
  readonly inputShape: readonly number[]
  readonly train: Part
  readonly test: Part
  /** What was left out, and what is worth knowing. Never an error: a data set with errors does not open. */
  readonly findings: readonly Finding[]
  /** keccak256 of the canonical bytes of every record of both parts in the order of the source, 32 bytes each: what a fingerprint is made of. */
  readonly recordHashes: Uint8Array
  close(): Promise<void>
}
