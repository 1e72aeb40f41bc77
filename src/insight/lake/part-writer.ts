import { mkdtemp, open, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import { QuorateError } from '../../core/index.ts'
import { literal, openDuckDb } from '../../data/loaders/duckdb.ts'
import { storageError, syncFolder } from '../../storage/index.ts'
import { PART_FILE, PARTS, partName, WRITING } from './part.ts'
import type { Part } from './part.ts'
import { createTable, TABLE_NAMES, TABLES } from './tables.ts'
import type { ColumnType, Rows, TableName, Value } from './tables.ts'

/** Rows that wait in DuckDB take at most this. */
const MEGABYTES = 384
/** 10^38 − 1, the largest DECIMAL(38,0). */
const LARGEST_AMOUNT = 10n ** 38n - 1n

/**
 * Collects rows in memory, and writes them as one part of a folder: a folder of Parquet files, which is there as a whole or not at all, whenever the process
 * dies.
 *
 * @example
 * using writer = await openPartWriter('chain')
 * writer.add(rows)
 * await writer.commit({ from: 0n, to: 999n, parentHash, hash })
 */
export class PartWriter implements Disposable {
  readonly #folder: string
  readonly #megabytes: number
  #rows: WaitingRows

  constructor(folder: string, megabytes: number, rows: WaitingRows) {
    this.#folder = folder
    this.#megabytes = megabytes
    this.#rows = rows
  }

  /** @throws QuorateError DATA_VALUE for an amount of more than 38 digits */
  add(rows: Rows): void {
    for (const table of TABLE_NAMES) {
      const types = Object.values(TABLES[table])
      const appender = this.#rows.appenders[table]
      for (const row of rows[table]) {
        for (let index = 0; index < types.length; index++) append(appender, types[index]!, row[index]!)
        appender.endRow()
      }
    }
  }

  /**
   * Writes what was added. Parts that follow one another begin with an empty writer.
   *
   * @throws QuorateError STORAGE_FULL, STORAGE_FAILED
   */
  async commit(part: Part): Promise<void> {
    const parts = join(this.#folder, PARTS)
    try {
      const place = await mkdtemp(join(this.#folder, WRITING))
      for (const table of TABLE_NAMES) {
        this.#rows.appenders[table].flushSync()
        const path = join(place, `${table}.parquet`)
        await this.#rows.connection.run(`COPY ${table} TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`)
        await flush(path)
      }
      const described = { from: String(part.from), to: String(part.to), parentHash: part.parentHash, hash: part.hash }
      await writeFile(join(place, PART_FILE), JSON.stringify(described), { flush: true })
      await syncFolder(place)
      await rename(place, join(parts, partName(part)))
      await syncFolder(parts)
      // A table that is emptied keeps its memory, so each part has a database of its own.
      const next = await openRows(this.#megabytes)
      this.#rows.close()
      this.#rows = next
    } catch (cause) {
      throw storageError(cause, parts)
    }
  }

  [Symbol.dispose](): void {
    this.#rows.close()
  }
}

/** A writer to a folder that `openLake` holds. */
export async function openPartWriter(folder: string, megabytes: number = MEGABYTES): Promise<PartWriter> {
  return new PartWriter(folder, megabytes, await openRows(megabytes))
}

/** Rows of the next part, in memory. */
interface WaitingRows {
  connection: DuckDBConnection
  appenders: Record<TableName, DuckDBAppender>
  close: () => void
}

async function openRows(megabytes: number): Promise<WaitingRows> {
  const { connection, close } = await openDuckDb({ megabytes })
  const appenders: Partial<Record<TableName, DuckDBAppender>> = {}
  for (const table of TABLE_NAMES) {
    await connection.run(createTable(table))
    appenders[table] = await connection.createAppender(table)
  }
  return {
    connection,
    appenders: appenders as Record<TableName, DuckDBAppender>,
    close() {
      // An appender writes when it closes, and fails once more where the database did: the first failure is the one to tell of.
      for (const appender of Object.values(appenders)) {
        try {
          appender.closeSync()
        } catch {
          // The database goes in any case.
        }
      }
      close()
    },
  }
}

function append(appender: DuckDBAppender, type: ColumnType, value: Value): void {
  if (value === null) return appender.appendNull()
  switch (type) {
    case 'BIGINT':
      return appender.appendBigInt(value as bigint)
    case 'INTEGER':
      return appender.appendInteger(value as number)
    case 'DOUBLE':
      return appender.appendDouble(value as number)
    case 'BOOLEAN':
      return appender.appendBoolean(value as boolean)
    case 'VARCHAR':
      return appender.appendVarchar(value as string)
    case 'DECIMAL(38,0)':
      if ((value as bigint) > LARGEST_AMOUNT) throw new QuorateError('DATA_VALUE', `an amount has more than 38 digits: ${value}`)
      return appender.appendVarchar(String(value))
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
