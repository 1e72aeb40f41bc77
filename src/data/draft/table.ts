import type { DuckDBConnection } from '@duckdb/node-api'
import { QuorateError } from '../../core/errors.ts'
import { identifier, literal, pathLiteral, shortMessage, withDuckDb } from '../loaders/duckdb.ts'
import { extensionOf } from '../loaders/list-files.ts'
import type { SourceFile } from '../loaders/list-files.ts'
import type { DataSchemaInput } from '../schema/index.ts'
import { SEEN_OFTEN, sortLabels } from './draft.ts'
import type { Draft, DraftOptions } from './draft.ts'

type Table = Extract<DataSchemaInput, { kind: 'table' }>
type Target = Table['target']

/** Most categories that a draft lists, and most values of a whole number that are taken for classes. */
const CATEGORIES = 50
const CLASSES = 20

const NUMBER = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/
const WHOLE = /INT/

/** Columns with the types that DuckDB finds in the whole file. */
export async function draftTable(files: readonly SourceFile[], { target = 'label' }: DraftOptions): Promise<Draft> {
  return withDuckDb(async (connection) => {
    await loadTable(connection, files)
    const described = await connection.runAndReadAll('DESCRIBE records')
    const columns = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
    const found = columns.find(({ name }) => name === target)
    if (!found)
      throw new QuorateError(
        'DATA_COLUMN_MISSING',
        `there is no column ${target} among ${columns.map(({ name }) => name).join(', ')}`,
      )
    const notes = [
      'mean and std of number columns are not measured: agree on them from what is known of the field, never from the data of one member (docs/data.md, Scaling)',
      'categories and labels are those of this data: add those that only other members have',
    ]
    const drafted: Table['columns'] = []
    for (const column of columns) {
      if (column.name === target) continue
      const draft = await draftColumn(connection, column)
      if (typeof draft === 'string') notes.push(`column ${column.name} is left out: ${draft}`)
      else drafted.push(draft)
    }
    return { schema: { kind: 'table', columns: drafted, target: await draftTarget(connection, found) }, notes }
  })
}

/** The target of a draft whose records are texts in a table. */
export async function draftTableTarget(files: readonly SourceFile[], name: string): Promise<Target> {
  return withDuckDb(async (connection) => {
    await loadTable(connection, files)
    const described = await connection.runAndReadAll('DESCRIBE records')
    const found = described.getRows().find(([column]) => column === name)
    if (!found) throw new QuorateError('DATA_COLUMN_MISSING', `there is no column ${name}`)
    return draftTarget(connection, { name, type: String(found[1]) })
  })
}

async function loadTable(connection: DuckDBConnection, files: readonly SourceFile[]): Promise<void> {
  const first = extensionOf(files[0]!.name)
  const same = files.filter(({ name }) => extensionOf(name) === first)
  const paths = `[${same.map(({ path }) => pathLiteral(path)).join(', ')}]`
  const nulls = ['', 'NA', 'N/A', 'NULL', 'null', 'None', 'NaN', 'nan'].map(literal).join(', ')
  const readers: Record<string, string> = {
    parquet: `read_parquet(${paths}, union_by_name = true)`,
    jsonl: `read_json(${paths}, format = 'newline_delimited', union_by_name = true)`,
  }
  const csv = (types: string): string =>
    `read_csv(${paths}, header = true, quote = '"', escape = '"', nullstr = [${nulls}], ${types}, ignore_errors = true, union_by_name = true)`
  const reader = readers[first === 'ndjson' ? 'jsonl' : first]
  try {
    await connection.run(`CREATE VIEW records AS SELECT * FROM ${reader ?? csv('sample_size = -1')}`)
    // A column of yes and no is a boolean to DuckDB. Labels and categories are the words of the file.
    await connection.run(`CREATE VIEW words AS SELECT * FROM ${reader ?? csv('all_varchar = true')}`)
  } catch (cause) {
    throw new QuorateError('DATA_UNREADABLE', `${files[0]!.name}: ${shortMessage(cause)}`, { cause })
  }
}

interface Described {
  name: string
  type: string
}

/** A column, or why a draft has none. */
async function draftColumn(connection: DuckDBConnection, { name, type }: Described): Promise<Table['columns'][number] | string> {
  const column = identifier(name)
  const missing = (await single(connection, `SELECT count(*) FROM records WHERE ${column} IS NULL`)) > 0 ? 'indicator' : 'reject'
  if (type === 'BOOLEAN') return { name, type: 'boolean', missing }
  if (NUMBER.test(type)) {
    const repeats = await single(connection, `SELECT count(${column}) - count(DISTINCT ${column}) FROM records`)
    if (WHOLE.test(type) && repeats === 0) return 'every value is another whole number, as of an identifier'
    const typical = await single(connection, `SELECT median(abs(CAST(${column} AS DOUBLE))) FROM records`)
    return { name, type: 'number', missing, mean: 0, std: typical > 0 ? 10 ** Math.round(Math.log10(typical)) : 1 }
  }
  if (type !== 'VARCHAR') return `its type ${type} is no number, category or boolean`
  const counts = await valueCounts(connection, name)
  if (counts.length > CATEGORIES) return `it has more than ${CATEGORIES} different values`
  const often = counts.filter(({ count }) => count >= SEEN_OFTEN).map(({ value }) => value)
  if (often.length === 0) return `no value occurs ${SEEN_OFTEN} times`
  return { name, type: 'category', categories: sortLabels(often), missing, unknown: 'zero' }
}

async function draftTarget(connection: DuckDBConnection, { name, type }: Described): Promise<Target> {
  const counts = await valueCounts(connection, name)
  if (NUMBER.test(type) && !(WHOLE.test(type) && counts.length <= CLASSES))
    return { kind: 'number', column: name, mean: 0, std: 1 }
  return { kind: 'class', column: name, labels: sortLabels(counts.map(({ value }) => value)) }
}

/** The values of a column with their numbers, the first thousand. */
async function valueCounts(connection: DuckDBConnection, name: string): Promise<{ value: string; count: number }[]> {
  const column = identifier(name)
  const sql = `SELECT trim(CAST(${column} AS VARCHAR)), count(*) FROM words WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT 1000`
  const reader = await connection.runAndReadAll(sql)
  return reader.getRows().map(([value, count]) => ({ value: String(value), count: Number(count) }))
}

async function single(connection: DuckDBConnection, sql: string): Promise<number> {
  const reader = await connection.runAndReadAll(sql)
  return Number(reader.getRows()[0]![0] ?? 0)
}
