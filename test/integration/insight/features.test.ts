import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { knownEnvironment } from '../../../scripts/python.ts'
import { literal, withDuckDb } from '../../../src/data/loaders/duckdb.ts'
import { addressOf, makeFeatures, SQL_FOLDER, writeSimulation } from '../../../src/insight/index.ts'
import type { Act } from '../../../src/insight/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'

type Line = Record<string, string | number>

let root: string
const place = (name: string): string => join(root, name)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quorate-features-'))
})
afterAll(async () => rm(root, { recursive: true }))

async function read(...files: string[]): Promise<Line[]> {
  return withDuckDb(async (connection) => {
    const query = `SELECT * FROM read_parquet([${files.map(literal).join(', ')}]) ORDER BY span, address`
    const lines = (await connection.runAndReadAll(query)).getRowObjectsJson()
    return lines.map((line) => Object.fromEntries(Object.entries(line).map(([key, value]) => [key, numberOf(key, value)])))
  })
}

const numberOf = (key: string, value: unknown): string | number =>
  key === 'span' || key === 'address' ? String(value) : Number(value)

/** Sums of doubles depend on their order in the last digits, and threads take them in any. */
function expectSame(lines: readonly Line[], expected: readonly Line[]): void {
  expect(lines.length).toBe(expected.length)
  for (const [index, line] of expected.entries()) {
    expect(Object.keys(lines[index]!)).toEqual(Object.keys(line))
    for (const [key, value] of Object.entries(line)) {
      const other = lines[index]![key]!
      const difference = typeof value === 'string' ? Number(other !== value) : Math.abs(Number(other) - value)
      const allowed = typeof value === 'string' ? 0 : 1e-9 * Math.max(1, Math.abs(value))
      expect(difference, `${key} of line ${index}: ${other} and ${value}`).toBeLessThanOrEqual(allowed)
    }
  }
}

const [A, B, C, D] = [0, 1, 2, 3]
const act = (time: number, from: number, to: number, changes: Partial<Act> = {}): Act => ({
  time,
  from,
  to,
  what: 'pay',
  amount: 1,
  haste: 1,
  fails: false,
  ...changes,
})

it('describes what addresses do', async () => {
  const DAY = 86_400
  const acts = [
    act(0, A, B),
    act(1200, A, C, { amount: 3 }),
    act(2400, A, D, { fails: true }),
    act(3600, B, C),
    act(4800, C, A),
    act(4800 + 3 * DAY, D, A, { what: 'loan' }),
    act(6000 + 3 * DAY, B, A, { what: 'token', amount: 5 }),
  ]
  await writeSimulation(place('told'), { acts, kinds: ['honest', 'wash', 'wash', 'flash'] })
  const spans = [{ name: 'day', seconds: BigInt(DAY) }, { name: 'all' }]
  const summary = await makeFeatures({ folder: place('told'), out: place('told.parquet'), spans })
  expect(summary).toMatchObject({ transactions: 7n })
  const lines = await read(place('told.parquet'))
  const of = (span: string, actor: number) => lines.find((line) => line['span'] === span && line['address'] === addressOf(actor))

  const first = of('all', A)!
  expect(first).toMatchObject({
    sent: 3,
    received: 2,
    fan_out: 3,
    fan_in: 3,
    cycles: 1,
    most_transfers: 0,
    loans: 0,
    self_share: 0,
  })
  expect(first['age']).toBe(6000 + 3 * DAY + 1)
  // Gaps of 1200 s twice: a clock.
  expect(first).toMatchObject({ gap_mean: 1200, burstiness: -1 })
  expect(first['value_mean']).toBeCloseTo(5 / 3, 12)
  expect(first['value_variance']).toBeCloseTo(8 / 9, 12)
  expect(first['failed_share']).toBeCloseTo(1 / 3, 12)
  expect(first['ether_in']).toBe(1)

  expect(of('all', B)).toMatchObject({ cycles: 1, siblings: 3, tokens_out: 1 })
  expect(of('all', D)).toMatchObject({ loans: 1, most_transfers: 4, tokens_in: 2, tokens_out: 2 })
  // A gave first to B, C and D; C to A alone.
  expect(of('all', A)).toMatchObject({ siblings: 1 })
  expect(of('day', C)).toBeUndefined()
  expect(of('day', D)).toMatchObject({ sent: 1, received: 0, loans: 1 })
})

it('measures how evenly an address spreads over its counterparties', async () => {
  const acts = [act(0, A, B), act(12, A, B), act(24, A, C), act(36, A, D), act(48, D, D)]
  await writeSimulation(place('spread'), { acts, kinds: ['honest', 'honest', 'honest', 'honest'] })
  await makeFeatures({ folder: place('spread'), out: place('spread.parquet'), spans: [{ name: 'all' }] })
  const lines = await read(place('spread.parquet'))
  const of = (actor: number) => lines.find(({ address }) => address === addressOf(actor))!
  // Shares of 1/2, 1/4 and 1/4.
  expect(of(A)['counterparty_entropy']).toBeCloseTo(1.5, 12)
  expect(of(B)['counterparty_entropy']).toBeCloseTo(0, 12)
  // One event from A; the gift to itself counts as given and as taken.
  expect(of(D)['self_share']).toBeCloseTo(2 / 3, 12)
  expect(of(D)).toMatchObject({ fan_in: 1, fan_out: 0 })
})

it('makes up the same traffic for the same seed, and features of all of it', async () => {
  const simulate = async (name: string, seed: string) =>
    runQuorate('insight', 'simulate', place(name), '--labels', place(`${name}.csv`), '--transactions', '5000', '--seed', seed)
  expect((await simulate('one', '3')).last).toMatchObject({ event: 'simulated', ok: true, transactions: 5000 })
  await simulate('same', '3')
  await simulate('other', '4')
  const make = async (name: string) => runQuorate('insight', 'features', place(name), '--out', place(`${name}.parquet`))
  expect((await make('one')).last).toMatchObject({ event: 'features', ok: true, transactions: '5000' })
  await make('same')
  await make('other')
  const lines = await read(place('one.parquet'))
  expectSame(await read(place('same.parquet')), lines)
  expect(await read(place('other.parquet'))).not.toEqual(lines)
  const all = lines.filter(({ span }) => span === 'all')
  expect(all.reduce((sum, line) => sum + Number(line['sent']), 0)).toBe(5000)
  const labels = new Set((await readFile(place('one.csv'), 'utf8')).split('\n').map((line) => line.split(',')[1]))
  expect([...labels]).toEqual(expect.arrayContaining(['honest', 'wash', 'flash']))
  // A folder of a chain that nobody runs never follows a real one.
  const refused = await simulate('one', '3')
  expect(refused.code).not.toBe(0)
}, 240_000)

const python = knownEnvironment('spark')
const hasJava = spawnSync('java', ['-version']).status === 0
const reason = python === undefined ? 'run `node scripts/python.ts environment --spark`' : 'there is no Java'
if (python === undefined || !hasJava) console.error(`Spark is not compared: ${reason}`)

it.runIf(python !== undefined && hasJava)(
  'gives the same under Spark',
  async () => {
    await runQuorate('insight', 'simulate', place('both'), '--labels', place('both.csv'), '--transactions', '3000')
    const at = 1_767_225_600n + 20n * 86_400n
    const spans = [
      { name: 'week', seconds: 604_800n },
      { name: 'all', seconds: 28n * 86_400n },
    ]
    await makeFeatures({ folder: place('both'), out: place('both.parquet'), spans, at })
    const words = spans.flatMap(({ name, seconds }) => ['--span', `${name}=${at - seconds}:${at}`])
    const script = resolve(import.meta.dirname, '../../../examples/wallet-risk/spark.py')
    const args = [script, '--folder', place('both'), '--sql', SQL_FOLDER, '--out', place('spark'), ...words]
    const conf = ['spark.sql.shuffle.partitions=2', 'spark.default.parallelism=2', 'spark.ui.enabled=false']
    const submit = `${conf.map((one) => `--conf ${one}`).join(' ')} --driver-memory 1g pyspark-shell`
    const { status, stderr } = spawnSync(python!, args, {
      encoding: 'utf8',
      env: { ...process.env, PYSPARK_PYTHON: python, PYSPARK_SUBMIT_ARGS: submit },
    })
    expect(status, stderr.slice(-2000)).toBe(0)
    const files = (await readdir(place('spark'))).filter((name) => name.endsWith('.parquet'))
    const theirs = await read(...files.map((name) => join(place('spark'), name)))
    const ours = await read(place('both.parquet'))
    expect(ours.length).toBeGreaterThan(300)
    expectSame(theirs, ours)
  },
  600_000,
)
