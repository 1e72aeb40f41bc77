import type { DuckDBConnection } from '@duckdb/node-api'
import type { Problem } from '../findings.ts'
import { QuorateError } from '../../core/errors.ts'
import type { ReadRows, Row, RowFile } from '../rows.ts'
import { checkTextFile } from './check-text-file.ts'
import { identifier, openDuckDb, pathLiteral, shortMessage, withDuckDb } from './duckdb.ts'
import { extensionOf, partOf } from './list-files.ts'
import type { SourceFile } from './list-files.ts'

export const TABLE_EXTENSIONS: readonly string[] = ['csv', 'tsv', 'parquet']

/**
 * A CSV or Parquet file, read by DuckDB a few thousand records at a time. Every value comes as text, so that the schema says what it is and not a guess
 * of the reader about this file.
 */
export function tableFile({ path, name }: SourceFile): RowFile {
  const isText = extensionOf(name) !== 'parquet'
  const from = fromClause(path, isText)
  return {
    name,
    part: partOf(name),
    async columns() {
      if (isText) await checkTextFile(path)
      return withDuckDb(async (connection) => columnNames(connection, from)).catch((cause: unknown) => {
        throw new QuorateError('DATA_UNREADABLE', faultOf(cause).problem, { cause })
      })
    },
    async *rows({ wanted, findings, signal }: ReadRows) {
      const { connection, close } = await openDuckDb()
      try {
        const present = await columnNames(connection, from)
        const taken = present.filter((column) => wanted.includes(column.normalize('NFC')))
        if (taken.length === 0) return
        const list = taken.map((column) => (isText ? identifier(column) : `CAST(${identifier(column)} AS VARCHAR)`)).join(', ')
        // A reader in one order: the hash of the data and the numbers of its records depend on it.
        const result = await connection.stream(`SELECT ${list} FROM ${from}`)
        for await (const chunk of result) {
          signal?.throwIfAborted()
          yield rowsOf(
            taken.map((column) => column.normalize('NFC')),
            chunk.getColumns() as (string | null)[][],
          )
        }
        if (isText) await reportRejected(connection, name, findings)
      } catch (error) {
        if (signal?.aborted) throw error
        findings.error(faultOf(error), name)
      } finally {
        close()
      }
    },
  }
}

/** Quotes are those of RFC 4180; the delimiter is the one that DuckDB finds. */
function fromClause(path: string, isText: boolean): string {
  return isText
    ? `read_csv(${pathLiteral(path)}, all_varchar = true, header = true, quote = '"', escape = '"', store_rejects = true)`
    : `read_parquet(${pathLiteral(path)})`
}

async function columnNames(connection: DuckDBConnection, from: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`)
  return reader.getRows().map(([name]) => String(name))
}

function rowsOf(names: readonly string[], columns: readonly (string | null)[][]): Row[] {
  return Array.from({ length: columns[0]?.length ?? 0 }, (_, index) => {
    const row: Record<string, string | null> = {}
    for (const [k, name] of names.entries()) row[name] = columns[k]![index]!
    return row
  })
}

function faultOf(error: unknown): Problem {
  const message = shortMessage(error)
  const problem = /when sniffing/.test(message)
    ? 'no delimiter fits every line; a value with the delimiter, a quote or a line break stands in double quotes, and a quote in it is written twice'
    : message
  return { code: 'DATA_UNREADABLE', problem }
}

const REASONS: Record<string, string> = {
  'MISSING COLUMNS': 'a line has too few values',
  'TOO MANY COLUMNS': 'a line has too many values',
  'INVALID ENCODING': 'a line is not UTF-8',
  'UNQUOTED VALUE': 'a quoted value does not end',
  'LINE SIZE OVER MAXIMUM': 'a line is too long',
}

/** The lines that DuckDB could not read, by reason. */
async function reportRejected(connection: DuckDBConnection, name: string, findings: ReadRows['findings']): Promise<void> {
  const result = await connection.stream('SELECT DISTINCT line, CAST(error_type AS VARCHAR) FROM reject_errors ORDER BY line')
  for await (const chunk of result) {
    for (const [line, type] of chunk.getRows()) {
      const problem = REASONS[String(type)] ?? String(type).toLowerCase()
      const advice =
        type === 'INVALID ENCODING'
          ? 'Write the file again as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 old.csv > new.csv'
          : 'Correct the line: every line needs one value for each column; a value with a comma or a line break stands in double quotes.'
      findings.error({ code: 'DATA_UNREADABLE', problem, advice }, `${name}, line ${line}`)
    }
  }
}
