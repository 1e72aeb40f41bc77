import { QuorateError } from '../core/errors.ts'
import type { ColumnReport } from './encode/index.ts'
import { makeEncoder } from './encode/index.ts'
import type { Findings } from './findings.ts'
import { findRowFiles } from './loaders/find-row-files.ts'
import { scanImages } from './loaders/images.ts'
import { listFiles } from './loaders/list-files.ts'
import type { RecordList } from './record-list.ts'
import { scanRows } from './scan-rows.ts'
import type { DataSchema } from './schema/index.ts'

export interface ScanOptions {
  /** File of the tokeniser; `tokenizer.json` in the folder of the data by default. */
  tokeniser?: string
  /** Bytes of records that are kept in memory. */
  memoryBytes?: number
  /** Folder for records that do not fit in memory; that of the system for temporary files by default. */
  scratch?: string
  signal?: AbortSignal
  /** Called with the number of records read so far, every few records: a large folder of images takes minutes. */
  onProgress?: (records: number) => void
}

/** The usable records of a source. */
export interface Scan {
  records: RecordList
  /** What was seen of each column of a table. */
  reports: ColumnReport[]
  /** Records by number as they are kept (bytes, or the bytes of float32), one after the other. */
  read: (indices: ArrayLike<number>, into: Uint8Array, signal?: AbortSignal) => Promise<void>
  close(): Promise<void>
}

/**
 * Reads every record of a source once, keeps the usable ones and collects what is wrong.
 *
 * @param path of a folder or a file
 * @throws QuorateError where nothing can be read at all: DATASET_NOT_FOUND, DATASET_CORRUPT, DATA_UNREADABLE, DATA_SCHEMA, DATA_SCHEMA_DIFFERS, CANCELLED
 */
export async function scanData(schema: DataSchema, path: string, findings: Findings, options: ScanOptions = {}): Promise<Scan> {
  try {
    return await scan(schema, path, findings, options)
  } catch (cause) {
    if (options.signal?.aborted) throw new QuorateError('CANCELLED', 'the data was not read to its end', { cause })
    throw cause
  }
}

async function scan(schema: DataSchema, path: string, findings: Findings, options: ScanOptions): Promise<Scan> {
  const source = await listFiles(path)
  if (schema.kind === 'image') return scanImages(schema, source.files, findings, options)
  const encoder = await makeEncoder(schema, findings, { folder: source.folder, tokeniser: options.tokeniser })
  const files = await findRowFiles(schema, source, findings)
  return scanRows(schema, files, encoder, findings, options)
}
