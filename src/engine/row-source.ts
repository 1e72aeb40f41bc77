import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import type { SegmentSource } from '../aggregation/index.ts'
import { QuorateError } from '../core/index.ts'
import { SEGMENT } from '../protocol/types.ts'
import { changedSegment } from './row-checks.ts'
import type { RowChecks } from './row-checks.ts'

/** A row in a file that holds nothing else (an update as `.q8`). */
export interface RowFile {
  file: string
  /** Of the bytes that were verified: what is read later is held against them. */
  checks?: RowChecks
}

/** An int8 row: in memory, or in a file. */
export type RowSource = Int8Array | RowFile

/** A row whose chunks were hashed before, when its bytes were verified: 32 bytes a chunk, one after the other, which must be those of the row. */
export interface HashedRow {
  row: RowSource
  leaves: Uint8Array
}

/** The row itself. */
export function rowOf(given: RowSource | HashedRow): RowSource {
  return 'row' in given ? given.row : given
}

/** Its chunk hashes, if they are known. */
export function leavesOf(given: RowSource | HashedRow): Uint8Array | null {
  return 'row' in given ? given.leaves : null
}

/**
 * Coordinates of a row.
 *
 * @throws QuorateError STORAGE_FAILED
 */
export function rowLength(row: RowSource): number {
  return row instanceof Int8Array ? row.length : guarded(row.file, () => statSync(row.file).size)
}

/**
 * A whole row in memory: for proofs, which look at few.
 *
 * @throws QuorateError STORAGE_FAILED, STORAGE_DAMAGED
 */
export function readRow(row: RowSource): Int8Array {
  if (row instanceof Int8Array) return row
  const bytes = guarded(row.file, () => readFileSync(row.file))
  requireUnchanged(row, bytes, 0)
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Segments of a file read at once: enough for the disk, little for the memory of a hundred rows. */
const AHEAD = 16

/** A source that holds open files. */
export interface OpenRows extends SegmentSource, Disposable {}

/**
 * Reads rows segment by segment. 128 KiB of each row in a file are in memory, whatever its length; a read result is
 * valid until the rows are closed.
 *
 * @param segments length of every row
 * @throws QuorateError STORAGE_FAILED when a file cannot be read, UPDATE_LENGTH when a row is shorter, STORAGE_DAMAGED with the `file` when
 *   what is read is not what was verified
 * @example using rows = openRows([update, { file: 'update.q8' }], 128)
 */
export function openRows(rows: readonly RowSource[], segments: number): OpenRows {
  const opened: FileRow[] = []
  const close = (): void => opened.forEach((file) => file.close())
  try {
    const readers = rows.map((row) => {
      if (row instanceof Int8Array) return memoryRow(row, segments)
      const file = new FileRow(row)
      opened.push(file)
      return (segment: number) => file.read(segment)
    })
    return { rows: rows.length, segments, read: (row, segment) => readers[row]!(segment), [Symbol.dispose]: close }
  } catch (error) {
    close()
    throw error
  }
}

function memoryRow(row: Int8Array, segments: number): (segment: number) => Int8Array {
  if (row.length !== segments * SEGMENT) throw tooShort('a row', row.length)
  return (segment) => row.subarray(segment * SEGMENT, (segment + 1) * SEGMENT)
}

/** Buffers of closed files, for reuse: a thread opens the same rows for every job, and fresh memory costs more than reading. */
const spare: Int8Array[] = []

/** A file read forwards. */
class FileRow {
  readonly #row: RowFile
  readonly #path: string
  readonly #handle: number
  readonly #buffer = spare.pop() ?? new Int8Array(AHEAD * SEGMENT)
  #from = 0
  #held = 0

  constructor(row: RowFile) {
    const { file: path } = row
    this.#row = row
    this.#path = path
    this.#handle = guarded(path, () => openSync(path, 'r'))
  }

  read(segment: number): Int8Array {
    if (segment < this.#from || segment >= this.#from + this.#held) this.#fill(segment)
    const at = (segment - this.#from) * SEGMENT
    return this.#buffer.subarray(at, at + SEGMENT)
  }

  #fill(segment: number): void {
    let length = 0
    while (length < this.#buffer.length) {
      const read = guarded(this.#path, () =>
        readSync(this.#handle, this.#buffer, length, this.#buffer.length - length, segment * SEGMENT + length),
      )
      if (read === 0) break
      length += read
    }
    this.#from = segment
    this.#held = Math.floor(length / SEGMENT)
    if (this.#held === 0) throw tooShort(this.#path, segment * SEGMENT + length)
    // INVARIANT: the bytes that a pass works on are those that were verified.
    requireUnchanged(this.#row, new Uint8Array(this.#buffer.buffer, 0, this.#held * SEGMENT), segment)
  }

  close(): void {
    closeSync(this.#handle)
    spare.push(this.#buffer)
  }
}

/** @param bytes whole segments from number `first` on */
function requireUnchanged({ file, checks }: RowFile, bytes: Uint8Array, first: number): void {
  const segment = checks && changedSegment(checks, bytes, first)
  if (segment !== undefined)
    throw new QuorateError('STORAGE_DAMAGED', `segment ${segment} of ${file} is not what was verified`, {
      details: { file, segment },
    })
}

function guarded<T>(path: string, call: () => T): T {
  try {
    return call()
  } catch (cause) {
    throw new QuorateError('STORAGE_FAILED', `${path} cannot be read`, { cause, details: { path } })
  }
}

function tooShort(name: string, bytes: number): QuorateError {
  return new QuorateError('UPDATE_LENGTH', `${name} has ${bytes} bytes, which differs from its length in the round`, {
    details: { name, bytes },
  })
}
