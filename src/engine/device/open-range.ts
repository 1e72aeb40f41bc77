import { SEGMENT } from '../../protocol/types.ts'
import { openRows } from '../row-source.ts'
import type { OpenRows, RowSource } from '../row-source.ts'
import type { DeviceJobs } from './device-jobs.ts'

type Range = DeviceJobs['gram']['in']

/** The rows of a range as they travel to another process: files by name, of rows in memory the segments of the range. */
export function cutRange({ rows, segments, from, to }: Range): Range {
  const cut = (row: RowSource): RowSource => {
    if (row instanceof Int8Array) return row.subarray(from * SEGMENT, to * SEGMENT)
    // Shared memory does not travel between processes.
    return row.checks ? { ...row, checks: row.checks.slice() } : row
  }
  return { rows: rows.map(cut), segments, from, to }
}

/**
 * Opens what `cutRange` cut; segment 0 is the first of the range.
 *
 * @throws QuorateError as `openRows`
 */
export function openRange({ rows, segments, from, to }: Range): OpenRows {
  const inMemory = rows.filter((row) => row instanceof Int8Array)
  const inFiles = rows.filter((row) => !(row instanceof Int8Array))
  const memory = openRows(inMemory, to - from)
  const files = openRows(inFiles, segments)
  const [nextInMemory, nextInFiles] = [inMemory.keys(), inFiles.keys()]
  const readers = rows.map((row) => {
    const held = row instanceof Int8Array
    const at = (held ? nextInMemory : nextInFiles).next().value!
    return (segment: number) => (held ? memory.read(at, segment) : files.read(at, from + segment))
  })
  return {
    rows: rows.length,
    segments: to - from,
    read: (row, segment) => readers[row]!(segment),
    [Symbol.dispose]: () => files[Symbol.dispose](),
  }
}
