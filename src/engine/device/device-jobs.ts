import type { RowSource } from '../row-source.ts'

/** What the process does that has the device. */
export interface DeviceJobs {
  /** Gets the device and checks it. */
  open: { in: { batch?: number }; out: { detail: string; software: boolean } }
  /** Inner products of the segments `from … to - 1`; of rows in memory only those segments come along. */
  gram: { in: { rows: readonly RowSource[]; segments: number; from: number; to: number }; out: Int32Array }
}
