/**
 * The data of institutions that watch addresses of one chain: features of `quorate insight`, on a scale that needs no look at the data, and labels of their own customers alone.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataSchemaInput } from '../../src/data/index.ts'
import { withDuckDb } from '../../src/data/loaders/duckdb.ts'
import { addressOf, makeFeatures, makeTraffic, writeSimulation } from '../../src/insight/index.ts'
import type { Kind } from '../../src/insight/index.ts'
import { createRandom } from '../../src/training/random.ts'

/** Shares and indices, which are small numbers as they are; all other features are counts, sums and times, of which the logarithm counts. */
const PLAIN: ReadonlySet<string> = new Set([
  'counterparty_entropy',
  'returned_share',
  'self_share',
  'burstiness',
  'failed_share',
  'call_share',
  'gas_limit_use',
  'gas_price_ratio',
  'gas_price_variety',
])
/** What each institution has uncovered most of: abuse is found where somebody looks for it. */
const UNCOVERED: readonly Kind[] = ['wash', 'sybil', 'bot', 'flash', 'sybil']
/** Share of the abusers of a kind that are customers of the institution which uncovers it. */
const AT_HOME = 0.8
/** One address in four is held out of training. */
const HELD_OUT = 4

export interface InstitutionsOptions {
  /** How many institutions, poisoners with them. */
  members: number
  transactions: number
  seed: number
}

interface Row {
  address: string
  kind: Kind
  values: number[]
}

/**
 * Makes up traffic, describes its addresses, and deals them to the institutions: `members/institution-N/train.csv` and `test.csv`.
 *
 * @returns the schema that all of them have
 */
export async function makeInstitutions(
  folder: string,
  { members, transactions, seed }: InstitutionsOptions,
): Promise<DataSchemaInput> {
  const traffic = makeTraffic(seed, transactions)
  const [chain, features] = [join(folder, 'chain'), join(folder, 'features.parquet')]
  await writeSimulation(chain, traffic)
  await makeFeatures({ folder: chain, out: features, spans: [{ name: 'all' }] })
  const kinds = new Map(traffic.kinds.map((kind, actor) => [addressOf(actor), kind]))
  const { names, rows } = await readRows(features, kinds)
  const random = createRandom('institutions', seed)
  const dealt: Row[][] = Array.from({ length: members }, () => [])
  for (const row of rows) {
    const homes = UNCOVERED.flatMap((kind, index) => (kind === row.kind && index < members ? [index] : []))
    const home = homes.length > 0 && random.unit() < AT_HOME ? homes[Math.floor(random.unit() * homes.length)] : undefined
    dealt[home ?? Math.floor(random.unit() * members)]!.push(row)
  }
  for (const [index, own] of dealt.entries()) {
    const place = join(folder, 'members', `institution-${index + 1}`)
    await mkdir(place, { recursive: true })
    await writeFile(
      join(place, 'test.csv'),
      csv(
        names,
        own.filter((_, at) => at % HELD_OUT === 0),
      ),
    )
    await writeFile(
      join(place, 'train.csv'),
      csv(
        names,
        own.filter((_, at) => at % HELD_OUT > 0),
      ),
    )
  }
  return {
    kind: 'table',
    columns: names.map((name) => ({ name, type: 'number', mean: 0, std: PLAIN.has(name) ? 1 : 4, missing: 'mean' })),
    target: { kind: 'class', column: 'risk', labels: ['honest', 'abuse'] },
  }
}

async function readRows(file: string, kinds: ReadonlyMap<string, Kind>): Promise<{ names: string[]; rows: Row[] }> {
  return withDuckDb(async (connection) => {
    const reader = await connection.runAndReadAll('SELECT * EXCLUDE (span) FROM read_parquet($file) ORDER BY address', { file })
    const [, ...names] = reader.columnNames()
    const rows = reader.getRows().flatMap(([address, ...values]): Row[] => {
      const kind = kinds.get(String(address))
      return kind ? [{ address: String(address), kind, values: values.map((value, k) => scaled(names[k]!, Number(value))) }] : []
    })
    return { names, rows }
  })
}

function scaled(name: string, value: number): number {
  return PLAIN.has(name) ? value : Math.sign(value) * Math.log1p(Math.abs(value))
}

function csv(names: readonly string[], rows: readonly Row[]): string {
  const lines = rows.map(({ kind, values }) =>
    [...values.map((value) => value.toPrecision(6)), kind === 'honest' ? 'honest' : 'abuse'].join(','),
  )
  return `${[...names, 'risk'].join(',')}\n${lines.join('\n')}\n`
}
