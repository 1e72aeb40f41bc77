import { mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { QuorateError } from '../../core/index.ts'
import { literal, shortMessage, withDuckDb } from '../../data/loaders/duckdb.ts'
import { storageError } from '../../storage/index.ts'
import { readParts } from '../lake/lake.ts'
import { PARTS, partName } from '../lake/part.ts'
import { TABLE_NAMES } from '../lake/tables.ts'
import { sqlSteps } from './sql-steps.ts'

/** DuckDB writes to disk what does not fit. */
const MEGABYTES = 512

/** A time before the end over which features are taken; `seconds` left out: since the first block. */
export interface Span {
  name: string
  seconds?: bigint
}

export const DEFAULT_SPANS: readonly Span[] = [
  { name: 'day', seconds: 86_400n },
  { name: 'week', seconds: 604_800n },
  { name: 'all' },
]

export interface MakeFeaturesOptions {
  /** Folder that `syncChain` or `writeSimulation` wrote. */
  folder: string
  /** Parquet file to write. */
  out: string
  spans?: readonly Span[]
  /** End of the spans, in seconds since 1970; a second after the last block if left out. */
  at?: bigint
  /** Before each step. */
  onStep?: (name: string) => void
  signal?: AbortSignal
}

export interface FeaturesSummary {
  /** Lines of the file: one for each address and span. */
  rows: bigint
  addresses: bigint
  transactions: bigint
  at: bigint
}

/**
 * Describes each address of a folder by the features of `../sql/`, in one Parquet file.
 *
 * @throws QuorateError STORAGE_FAILED, STORAGE_DAMAGED, STORAGE_FULL, DATA_TOO_FEW for a folder without transactions, CANCELLED
 */
export async function makeFeatures(options: MakeFeaturesOptions): Promise<FeaturesSummary> {
  const { folder, out } = options
  const parts = await readParts(folder)
  const work = await mkdtemp(join(dirname(out), '.features-')).catch((cause: unknown) => {
    throw storageError(cause, out)
  })
  try {
    return await withDuckDb(
      async (connection) => {
        for (const table of TABLE_NAMES) {
          const files = parts.map((part) => literal(join(folder, PARTS, partName(part), `${table}.parquet`)))
          if (files.length === 0) throw new QuorateError('DATA_TOO_FEW', `${folder} holds no block`)
          await connection.run(`CREATE TEMP VIEW ${table} AS SELECT * FROM read_parquet([${files.join(', ')}])`)
        }
        return run(connection, join(work, 'features.parquet'), options)
      },
      { megabytes: MEGABYTES, spill: work },
    )
  } catch (cause) {
    if (cause instanceof QuorateError || options.signal?.aborted) throw cause
    throw new QuorateError('STORAGE_FAILED', `cannot make ${out}: ${shortMessage(cause)}`, { cause })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function run(connection: DuckDBConnection, made: string, options: MakeFeaturesOptions): Promise<FeaturesSummary> {
  const { folder, out, spans = DEFAULT_SPANS, onStep, signal } = options
  const [transactions, first, last] = await numbers(connection, 'SELECT COUNT(*), MIN(time), MAX(time) FROM transactions')
  if (transactions === 0n) throw new QuorateError('DATA_TOO_FEW', `${folder} holds no transaction`)
  const at = options.at ?? last! + 1n
  const rows = spans.map(({ name, seconds }) => `(${literal(name)}, ${seconds === undefined ? first! : at - seconds}, ${at})`)
  await connection.run('CREATE TEMP TABLE spans (span VARCHAR, begins BIGINT, ends BIGINT)')
  await connection.run(`INSERT INTO spans VALUES ${rows.join(', ')}`)
  for (const { name, select } of await sqlSteps()) {
    signal?.throwIfAborted()
    onStep?.(name)
    await connection.run(`CREATE TEMP TABLE ${name} AS ${select}`)
  }
  await connection.run(`COPY features TO ${literal(made)} (FORMAT parquet, COMPRESSION zstd)`)
  await rename(made, out)
  const [lines, addresses] = await numbers(connection, 'SELECT COUNT(*), COUNT(DISTINCT address) FROM features')
  return { rows: lines!, addresses: addresses!, transactions: transactions!, at }
}

async function numbers(connection: DuckDBConnection, select: string): Promise<bigint[]> {
  const reader = await connection.runAndReadAll(select)
  return reader.getRows()[0] as bigint[]
}
