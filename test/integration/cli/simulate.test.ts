import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { draftTask } from '../../../cli/task/init.ts'
import { patients } from '../../support/cli/patients.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { LONG } from '../../support/long.ts'

const MAIN = resolve(import.meta.dirname, '../../../cli/main.ts')
const CHILD = resolve(import.meta.dirname, '../../support/trainer/child.ts')

let folder: string
let task: string
let data: string

/** The table without a column. */
function without(column: number, table: string): string {
  return table
    .split('\n')
    .map((row) => row.split(',').toSpliced(column, 1).join(','))
    .join('\n')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-simulate-'))
  data = join(folder, 'patients.csv')
  await writeFile(data, patients('all', 700))
  const place = join(folder, 'task')
  await mkdir(place)
  for (const [name, text] of (await draftTask(place, { data, target: 'readmitted' })).files)
    await writeFile(join(place, name), text.replace('epochs = 1', 'epochs = 10'))
  task = join(place, 'task.toml')
})
afterAll(async () => rm(folder, { recursive: true }))

const simulate = async (...args: string[]): ReturnType<typeof runQuorate> =>
  runQuorate('simulate', task, '--backend', 'wasm', ...args)

it('shows a consortium what its task would do: members, poisoners, the best member alone, the price of int8', async () => {
  const [csv, html] = [join(folder, 'curves.csv'), join(folder, 'page.html')]
  const attacks = ['--attack', 'sign-flip', '--attack', 'label-flip']
  const run = await simulate(
    '--data',
    data,
    '--members',
    '8',
    '--partition',
    'iid',
    ...attacks,
    '--rounds',
    '6',
    '--csv',
    csv,
    '--html',
    html,
  )
  expect(run).toMatchObject({ code: 0, last: { event: 'simulated', ok: true, rounds: 6, metric: 'accuracy' } })
  const { federated, bestAlone, float, fedavg, members } = run.last as unknown as {
    federated: { score: { value: number } }
    bestAlone: { score: { value: number } }
    float: { score: { value: number } }
    fedavg: { score: { value: number } }
    members: { attack?: string; samples: number; refused: { rejected?: number[] }; alone?: object }[]
  }
  for (const one of [federated, bestAlone, float, fedavg]) expect(one.score.value).toBeGreaterThan(0.8)
  expect(members).toHaveLength(8)
  expect(members[6]).toMatchObject({ attack: 'sign-flip', refused: { rejected: [1, 2, 3, 4, 5, 6] } })
  expect(members[7]!.refused.rejected!.length).toBeGreaterThan(2)
  for (const { samples, alone } of members.slice(0, 6)) {
    expect(samples).toBeGreaterThan(50)
    expect(alone).toBeDefined()
  }
  // Federated, six members alone, floats and FedAvg, six rounds each.
  expect((await readFile(csv, 'utf8')).trim().split('\n')).toHaveLength(1 + 9 * 6)
  expect(await readFile(html, 'utf8')).toContain('<polyline')
})

it('is the same each time, and stops early where the task says so', async () => {
  const text = await readFile(task, 'utf8')
  const patient = join(folder, 'task', 'patient.toml')
  await writeFile(patient, text.replace('patience = 0', 'metric = "f1"\npatience = 1'))
  const args = ['--data', data, '--members', '4', '--rounds', '40', '--compare', 'none', '--backend', 'wasm']
  const [one, two] = [await runQuorate('simulate', patient, ...args), await runQuorate('simulate', patient, ...args)]
  expect(one).toMatchObject({ code: 0, last: { metric: 'f1' } })
  expect(one.last['rounds']).toBeLessThan(40)
  expect(two.last).toEqual(one.last)
})

it('takes the folders of the members, one of which lacks a column', async () => {
  const places = join(folder, 'members')
  for (const name of ['east', 'north', 'west']) {
    await mkdir(join(places, name), { recursive: true })
    const table = patients(name, 150)
    await writeFile(join(places, name, 'records.csv'), name === 'west' ? without(1, table) : table)
  }
  const args = ['--data', places, '--partition', 'folders', '--rounds', '3', '--compare', 'alone']
  const run = await simulate(...args)
  expect(run).toMatchObject({ code: 0, last: { members: [{ name: 'east' }, { name: 'north' }, { name: 'west' }] } })
  expect(run.last['gain']).toBeDefined()
  expect(await simulate(...args, '--members', '5')).toMatchObject({
    code: 2,
    last: { code: 'FLAG_INVALID' },
  })
})

it.runIf(LONG)('measures members with their own layers: one whose labels mean the opposite learns, too', async () => {
  const places = join(folder, 'other-words')
  await mkdir(places)
  const opposite = (row: string[]): string[] => row.with(3, row[3] === 'yes' ? 'no' : 'yes')
  for (const name of ['a', 'b', 'c', 'd'])
    await writeFile(join(places, `${name}.csv`), patients(name, 300, name === 'd' ? opposite : undefined))
  const text = await readFile(task, 'utf8')
  const own = join(folder, 'task', 'own.toml')
  await writeFile(own, text.replace('file = "model.json"', 'file = "model.json"\npersonal = ["output"]'))
  const args = ['--data', places, '--partition', 'folders', '--rounds', '6', '--compare', 'alone', '--backend', 'wasm']
  const { last } = await runQuorate('simulate', own, ...args)
  const { members, records } = last as unknown as { members: { own: number; alone: object }[]; records: number }
  expect(records).toBeGreaterThan(100)
  for (const member of members) expect(member.own).toBeGreaterThan(0.8)
  expect(members[3]!.alone).toBeDefined()
  // One model for all is wrong for the fourth.
  const shared = await runQuorate('simulate', task, ...args.with(args.indexOf('alone'), 'none'))
  const scoreOf = (of: Record<string, unknown>): number => (of['federated'] as { score: { value: number } }).score.value
  expect(scoreOf(last)).toBeGreaterThan(scoreOf(shared.last) + 0.05)
})

it.runIf(LONG)('lets a program of the members train', async () => {
  const toml = join(folder, 'task', 'digits.toml')
  await writeFile(
    toml,
    `name = "digits"
[model]
kind = "builtin"
name = "mlp"
[training]
learningRate = 0.05
[data]
dataset = "mnist"
[rule]
name = "mean"
byzantine = 0
`,
  )
  const trainer = `"${process.execPath}" ${CHILD} nudge ${join(folder, 'trained-{index}')}`
  const args = ['--trainer', trainer, '--members', '3', '--rounds', '2', '--compare', 'none']
  expect(await runQuorate('simulate', toml, ...args)).toMatchObject({ code: 0, last: { rounds: 2, members: [{}, {}, {}] } })
  for (const index of [0, 1, 2]) expect(await readFile(join(folder, `trained-${index}`), 'utf8')).toContain('step 2')
  expect(await runQuorate('simulate', toml, ...args, '--attack', 'label-flip')).toMatchObject({ last: { code: 'FLAG_INVALID' } })
})

it('a cancelled simulation shows what there is', async () => {
  const args = [MAIN, 'simulate', task, '--data', data, '--rounds', '100000', '--backend', 'wasm', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const events: Record<string, unknown>[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line) as Record<string, unknown>)
    if (events.length === 2) child.kill('SIGINT')
  })
  const [code] = (await once(child, 'close')) as [number]
  expect(code).toBe(130)
  expect(events.filter(({ event }) => event === 'round').length).toBeGreaterThanOrEqual(2)
  expect(events.find(({ event }) => event === 'simulated')).toMatchObject({ ok: false, federated: { score: {} } })
  expect(events.at(-1)).toMatchObject({ event: 'error', code: 'CANCELLED' })
})

it.each([
  [['--members', '8'], 'FLAG_INVALID', '--data'],
  [['--data', 'nowhere'], 'DATASET_NOT_FOUND', 'nowhere'],
  [['--partition', 'folders'], 'FLAG_INVALID', '--data'],
  [['--attack', 'sign-flip:5', '--members', '8', '--data', 'DATA'], 'FLAG_INVALID', '--attack'],
  [['--members', '2', '--data', 'DATA'], 'RULE_UNSAFE', ''],
  [['--attack', 'pixel-trigger', '--data', 'DATA'], 'CONFIG_INVALID', 'images'],
  [['--members', '900', '--data', 'DATA'], 'FLAG_INVALID', '--members'],
])('refuses %j', async (args, code, words) => {
  const { last } = await simulate(...args.map((word) => (word === 'DATA' ? data : word)))
  expect(last).toMatchObject({ ok: false, code, message: expect.stringContaining(words) as string })
})

it('shows what privacy of the members would cost', async () => {
  const options = [
    '--data',
    data,
    '--members',
    '4',
    '--partition',
    'iid',
    '--rounds',
    '2',
    '--compare',
    'none',
    '--epsilon',
    '0.02',
  ]
  const [plain, noised] = [await simulate(...options.slice(0, -2)), await simulate(...options, '--private-batch', '100')]
  const valueOf = ({ last }: typeof plain): number =>
    (last as unknown as { federated: { score: { value: number } } }).federated.score.value
  expect(plain).toMatchObject({ code: 0 })
  expect(noised).toMatchObject({ code: 0 })
  // So small a budget leaves nothing to learn from.
  expect(valueOf(plain)).toBeGreaterThan(0.8)
  expect(valueOf(noised)).toBeLessThan(valueOf(plain) - 0.1)
})

it('leaves the noise of a program to the program', async () => {
  expect(await simulate('--data', data, '--epsilon', '3', '--trainer', `${process.execPath} ${CHILD}`)).toMatchObject({
    code: 2,
    last: { code: 'FLAG_INVALID' },
  })
})
