import type { DuckDBConnection } from '@duckdb/node-api'

/**
 * Runs `use` with an in-memory DuckDB of its own, which loads no extension, reads no network and takes at most half a gigabyte unless told otherwise.
 */
export async function withDuckDb<T>(use: (connection: DuckDBConnection) => Promise<T>, options?: DuckDbOptions): Promise<T> {
  const { connection, close } = await openDuckDb(options)
  try {
    return await use(connection)
  } finally {
    close()
  }
}

export interface OpenDuckDb {
  connection: DuckDBConnection
  close: () => void
}

export interface DuckDbOptions {
  /** Most memory of tables and queries. */
  megabytes?: number
  /** Folder that takes what does not fit. Left out, nothing is written: records of members stay in memory. */
  spill?: string
}

export async function openDuckDb({ megabytes = 512, spill = '' }: DuckDbOptions = {}): Promise<OpenDuckDb> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: `${megabytes}MB`,
    // By default it would use a folder beside the program.
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  return {
    connection,
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A path as a SQL text in which nothing is a pattern. */
export function pathLiteral(path: string): string {
  return literal(path.replaceAll(/[[*?]/g, (mark) => `[${mark}]`))
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The part of a DuckDB message that says what is wrong; the rest lists the options of its reader. */
export function shortMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const lines = text.split('\n').map((line) => line.trim())
  const end = lines.findIndex((line) => line === '' || line.startsWith('Possible'))
  const first = end < 0 ? lines : lines.slice(0, end)
  return first
    .filter((line) => !line.startsWith('Original Line'))
    .join(' ')
    .slice(0, 300)
}
