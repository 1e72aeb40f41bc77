/** DuckDB types of columns, which Parquet and Spark have as well. An amount in wei fits DECIMAL(38,0): there are 1.3 · 10^26 wei of ether. */
export type ColumnType = 'BIGINT' | 'INTEGER' | 'DOUBLE' | 'BOOLEAN' | 'VARCHAR' | 'DECIMAL(38,0)'

export type Value = bigint | number | boolean | string | null
export type Row = readonly Value[]

/**
 * The tables of a folder, and their columns in order. Times are seconds since 1970. Addresses, hashes and data are lower-case hexadecimal text with 0x.
 * `docs/insight.md` says what each column holds.
 */
export const TABLES = {
  blocks: {
    number: 'BIGINT',
    time: 'BIGINT',
    hash: 'VARCHAR',
    parent_hash: 'VARCHAR',
    gas_used: 'BIGINT',
    gas_limit: 'BIGINT',
    base_fee: 'BIGINT',
    transactions: 'INTEGER',
  },
  transactions: {
    block_number: 'BIGINT',
    time: 'BIGINT',
    position: 'INTEGER',
    hash: 'VARCHAR',
    sender: 'VARCHAR',
    receiver: 'VARCHAR',
    created: 'VARCHAR',
    value: 'DECIMAL(38,0)',
    nonce: 'BIGINT',
    selector: 'VARCHAR',
    input_bytes: 'INTEGER',
    gas_limit: 'BIGINT',
    gas_used: 'BIGINT',
    gas_price: 'BIGINT',
    succeeded: 'BOOLEAN',
  },
  logs: {
    block_number: 'BIGINT',
    time: 'BIGINT',
    position: 'INTEGER',
    log_index: 'INTEGER',
    address: 'VARCHAR',
    topic0: 'VARCHAR',
    topic1: 'VARCHAR',
    topic2: 'VARCHAR',
    topic3: 'VARCHAR',
    data: 'VARCHAR',
  },
  transfers: {
    block_number: 'BIGINT',
    time: 'BIGINT',
    position: 'INTEGER',
    log_index: 'INTEGER',
    token: 'VARCHAR',
    sender: 'VARCHAR',
    receiver: 'VARCHAR',
    amount: 'DOUBLE',
  },
} as const satisfies Record<string, Record<string, ColumnType>>

export type TableName = keyof typeof TABLES
export const TABLE_NAMES = Object.keys(TABLES) as TableName[]

/** Rows of some blocks by table, in the order of the chain. */
export type Rows = Record<TableName, Row[]>

export function noRows(): Rows {
  return { blocks: [], transactions: [], logs: [], transfers: [] }
}

/** `CREATE TABLE` of one of them. */
export function createTable(name: TableName): string {
  const columns = Object.entries(TABLES[name]).map(([column, type]) => `${column} ${type}`)
  return `CREATE TEMP TABLE ${name} (${columns.join(', ')})`
}
