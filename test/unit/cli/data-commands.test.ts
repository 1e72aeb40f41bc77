import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommandLine } from '../../support/cli/run-quorate.ts'

let folder = ''
const home = process.cwd()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-data-cli-'))
  const rows = Array.from({ length: 40 }, (_, k) => `${20 + k},${k % 2 ? 'yes' : 'no'}`)
  await writeFile(join(folder, 'good.csv'), `age,ill\n${rows.join('\n')}\n`)
  await writeFile(join(folder, 'bad.csv'), `age,ill\n${rows.join('\n')}\ninf,no\n30,maybe\n`)
  const columns = [{ name: 'age', type: 'number', mean: 40, std: 20 }]
  const schema = { kind: 'table', columns, target: { kind: 'class', column: 'ill', labels: ['no', 'yes'] } }
  await writeFile(join(folder, 'schema.json'), JSON.stringify(schema))
  await writeFile(
    join(folder, 'task.toml'),
    `[data]
kind = "table"
columns = [{ name = "age", type = "number", mean = 50, std = 20 }]
target = { kind = "class", column = "ill", labels = ["no", "yes"] }
`,
  )
  // The commands name files as a person does who works in that folder.
  process.chdir(folder)
})
afterAll(async () => {
  process.chdir(home)
  await rm(folder, { recursive: true })
})

async function quorate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await runCommandLine('data', ...args)
  return { code, out: stdout, err: stderr }
}

it('check: says how many records there are, and that they can be trained on', async () => {
  const { code, out } = await quorate('check', '--schema', 'schema.json', '--data', 'good.csv', '--seed', 'a')
  expect(code).toBe(0)
  expect(out).toMatch(/records {3}table, 1 inputs each; \d+ for training, \d+ held out/)
  expect(out).toMatch(/label {2}training {2}held out\nno /)
  expect(out).toContain('The data can be trained on.')
})

it('check: lists what is wrong, and ends with the code of the first error', async () => {
  const { code, out, err } = await quorate('check', '--schema', 'schema.json', '--data', 'bad.csv')
  expect(code).toBe(5)
  expect(out).toContain('DATA_VALUE  column age is infinite\n      in bad.csv, record 41')
  expect(out).toContain('DATA_LABEL_UNKNOWN  label "maybe" is not one of the schema: no, yes\n      in bad.csv, record 42')
  expect(err).toMatch(/^DATA_VALUE: the data has 2 kinds of errors/)
})

it('check: prints JSON', async () => {
  const { out } = await quorate('check', '--schema', 'schema.json', '--data', 'bad.csv', '--json')
  const [report, error] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(report).toMatchObject({ event: 'data-check', ok: false, columns: [{ name: 'age' }], findings: [{ count: 1 }, {}] })
  expect(error).toMatchObject({ event: 'error', code: 'DATA_VALUE' })
})

it('check: names column and value where the schema is not that of the task', async () => {
  const { code, err } = await quorate('check', '--schema', 'schema.json', '--task', 'task.toml', '--data', 'good.csv')
  expect(code).toBe(5)
  expect(err).toContain('DATA_SCHEMA_DIFFERS: the schema is not that of the task: column age: mean is 40 here and 50 in the task')
})

it('schema: drafts one that check takes', async () => {
  const { out, err } = await quorate('schema', '--from', 'good.csv', '--target', 'ill')
  expect(err).toContain('note: column age is left out: every value is another whole number')
  expect(JSON.parse(out)).toMatchObject({ kind: 'table', target: { labels: ['no', 'yes'] } })
})

it('fingerprint and verify: a secret salt, a root, a proof that holds for this root only', async () => {
  const args = ['--schema', 'schema.json', '--data', 'good.csv', '--salt-file', 'salt']
  const first = await quorate('fingerprint', ...args, '--json')
  const { root, records } = JSON.parse(first.out) as { root: string; records: number }
  expect(records).toBe(40)
  expect((await stat(join(folder, 'salt'))).mode & 0o777).toBe(0o600)
  const salt = await readFile(join(folder, 'salt'), 'utf8')
  const again = await quorate('fingerprint', ...args)
  expect(again.out).toContain(root)
  expect(await readFile(join(folder, 'salt'), 'utf8')).toBe(salt)
  const proof = await quorate('fingerprint', ...args, '--prove', '17')
  expect(proof.out).not.toContain(salt.trim())
  await writeFile(join(folder, 'proof.json'), proof.out)
  expect((await quorate('verify', '--root', root, '--proof', 'proof.json')).out).toContain('Record 17 is under the root.')
  const other = `0x${'1'.repeat(64)}`
  expect(await quorate('verify', '--root', other, '--proof', 'proof.json')).toMatchObject({ code: 8 })
})

it.each([
  [['check', '--schema', 'nowhere.json', '--data', 'good.csv'], 'FLAG_INVALID: --schema: nowhere.json cannot be read'],
  [['check', '--schema', 'good.csv', '--data', 'good.csv'], 'FLAG_INVALID: --schema: good.csv is not JSON'],
  [['check', '--schema', 'schema.json', '--data', 'nowhere'], 'DATASET_NOT_FOUND: nowhere cannot be read'],
  [['check', '--schema', 'schema.json', '--data', 'good.csv', '--held-out', '2'], 'FLAG_INVALID: --held-out 2'],
  [['fingerprint', '--schema', 'schema.json', '--data', 'good.csv', '--salt-file', 'good.csv'], 'FLAG_INVALID: --salt-file'],
])('%j says what is wrong', async (args, message) => {
  const { code, err } = await quorate(...args)
  expect(code).toBeGreaterThan(0)
  expect(err).toContain(message)
})
