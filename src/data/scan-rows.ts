import { isQuorateError } from '../core/errors.ts'
import { keccak } from '../protocol/index.ts'
import type { Encoder } from './encode/index.ts'
import type { Findings } from './findings.ts'
import { RecordList } from './record-list.ts'
import { RowStore } from './row-store.ts'
import type { ReadRows, Row, RowFile } from './rows.ts'
import type { Scan, ScanOptions } from './scan.ts'
import { inputWidth, keepsBytes } from './schema/index.ts'
import type { DataSchema } from './schema/index.ts'

/** Encodes all records of the files, one file after the other. */
export async function scanRows(
  schema: DataSchema,
  files: readonly RowFile[],
  encoder: Encoder,
  findings: Findings,
  { memoryBytes, scratch, signal, onProgress }: ScanOptions,
): Promise<Scan> {
  const store = new RowStore({ rowBytes: inputWidth(schema) * (keepsBytes(schema) ? 1 : 4), memoryBytes, scratch })
  const records = new RecordList()
  try {
    let read = 0
    for (const file of files) {
      const columns = await columnsOf(file, findings)
      if (columns === 'unreadable') continue
      if (columns) encoder.checkNames(columns, file.name)
      let number = 0
      for await (const batch of readableRows(file, { wanted: encoder.names, findings, signal })) {
        for (const row of batch) {
          const at = ++number
          const encoded = encoder.encode(row, () => `${file.name}, record ${at}`)
          if (!encoded) continue
          await store.append(encoded.input)
          records.add(encoded.target, keccak(encoded.canonical), file.part)
        }
        read += batch.length
        onProgress?.(read)
      }
    }
  } catch (error) {
    await store.close()
    throw error
  }
  return {
    records,
    reports: encoder.reports(),
    read: async (indices, into) => store.read(indices, into),
    close: async () => store.close(),
  }
}

/** The records of a file, until one cannot be read: then the file is reported, and others may still be looked at. */
async function* readableRows(file: RowFile, options: ReadRows): AsyncGenerator<readonly Row[]> {
  try {
    yield* file.rows(options)
  } catch (error) {
    if (options.signal?.aborted) throw error
    const isOfFile = isQuorateError(error, 'DATASET_CORRUPT') || isQuorateError(error, 'DATA_UNREADABLE')
    // Errors of the system and of decompression have codes; any other is a defect.
    if (!isOfFile && typeof (error as NodeJS.ErrnoException).code !== 'string') throw error
    const problem = (error as Error).message
    options.findings.error({ code: isOfFile ? error.code : 'DATA_UNREADABLE', problem }, file.name)
  }
}

async function columnsOf(file: RowFile, findings: Findings): Promise<readonly string[] | undefined | 'unreadable'> {
  try {
    const columns = await file.columns()
    return columns?.map((column) => column.normalize('NFC'))
  } catch (error) {
    const problem = (error as Error).message.split('\n')[0]!.slice(0, 300)
    findings.error({ code: 'DATA_UNREADABLE', problem }, file.name)
    return 'unreadable'
  }
}
