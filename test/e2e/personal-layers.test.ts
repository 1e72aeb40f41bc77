import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { draftTask } from '../../cli/task/init.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { planTask, readTaskFile, trialLearner } from '../../coordinator/task-file/index.ts'
import { runQuorate } from '../support/cli/run-quorate.ts'
import { patients } from '../support/cli/patients.ts'
import type { Programs } from './support/programs.ts'
import { from, roundOf, RunningConsortium } from './support/running-consortium.ts'
import { LONG } from '../support/long.ts'

const MINUTES = 60_000
/** The member whose labels mean the opposite of what those of the others mean. */
const OTHER = 3
const NAME = `member-${OTHER}`

let folder: string
let running: RunningConsortium
let consortium: Consortium
let programs: Programs

const place = (index: number): string => join(folder, `member-${index}.csv`)
const opposite = (row: string[]): string[] => row.with(3, row[3] === 'yes' ? 'no' : 'yes')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-personal-'))
  for (const index of [0, 1, 2, 3])
    await writeFile(place(index), patients(`hospital ${index}`, 300, index === OTHER ? opposite : undefined))
  const task = join(folder, 'task')
  await mkdir(task)
  for (const [name, text] of (await draftTask(task, { data: place(0), target: 'readmitted' })).files)
    await writeFile(
      join(task, name),
      text.replace('epochs = 1', 'epochs = 10').replace('file = "model.json"', 'file = "model.json"\npersonal = ["output"]'),
    )
  const { files } = await planTask(await readTaskFile(join(task, 'task.toml')), {
    unit: { symbol: 'tokens', decimals: 18 },
    learner: trialLearner({ backend: 'wasm', folder: place(0) }),
  })
  running = await RunningConsortium.found({
    members: 4,
    files,
    // One learner with a process of its own, and three in the processes of their nodes.
    trainingOf: (index) => ({ backend: 'wasm', datasetDir: place(index), evaluate: true, ownProcess: index === OTHER }),
  })
  ;({ consortium, programs } = running)
  await running.startOperator()
  running.startMembers()
})

afterAll(async () => {
  await running[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** What the member measured of a model that is at least so old. */
const measuredFrom = async (round: bigint, since = 0): Promise<number> =>
  Number(
    (await programs.event('the member measures', (one) => from(NAME, 'evaluated')(one) && roundOf(one) >= round, since))[
      'accuracy'
    ],
  )

/** The files of the member's own layers, oldest first. */
async function kept(): Promise<{ step: number; bytes: Buffer }[]> {
  const { dataFolder } = consortium.members[OTHER]!
  const names = (await readdir(join(dataFolder, 'personal'))).filter((name) => /^\d+\.f32$/.test(name))
  const steps = names.map((name) => Number(name.slice(0, -4))).sort((a, b) => a - b)
  return Promise.all(steps.map(async (step) => ({ step, bytes: await readFile(join(dataFolder, 'personal', `${step}.f32`)) })))
}

it.runIf(LONG)(
  'a member whose labels mean the opposite finishes rounds, and gets a model that is good for it',
  async () => {
    expect(await measuredFrom(6n)).toBeGreaterThan(0.8)
    const built = programs.events.filter(from('coordinator', 'built'))
    const { owner } = consortium.members[OTHER]!
    const rows = built.flatMap(({ rows: all }) =>
      (all as { member: string; verdict: string }[]).filter(({ member }) => member === owner),
    )
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.some(({ verdict }) => verdict === 'accepted')).toBe(true)
    // The model on chain has the shared layers alone.
    const { tensors, training } = JSON.parse(await readFile(join(consortium.folder, 'document.json'), 'utf8')) as {
      tensors: { name: string }[]
      training: { personal: { name: string }[] }
    }
    expect(tensors.map(({ name }) => name).join()).not.toContain('output')
    expect(training.personal.map(({ name }) => name)).toEqual(['output/kernel', 'output/bias'])
  },
  15 * MINUTES,
)

it.runIf(LONG)(
  'a node that is killed after a training goes on with the layers of that training',
  async () => {
    const since = programs.events.length
    const trained = await programs.event('the member trains', from(NAME, 'trained'), since)
    await programs.kill(NAME)
    const before = await kept()
    const newest = before.at(-1)!
    const restarted = programs.events.length
    running.runMember(OTHER)
    // The same round, trained again or taken up: with the member's row, and from the same layers.
    const round = roundOf(trained)
    const built = await programs.event('the round is built', from('coordinator', 'built', round), since)
    expect((built['rows'] as { member: string }[]).map(({ member }) => member)).toContain(consortium.members[OTHER]!.owner)
    expect(await measuredFrom(round + 1n, restarted)).toBeGreaterThan(0.8)
    const after = await kept()
    expect(after.find(({ step }) => step === newest.step)!.bytes.equals(newest.bytes)).toBe(true)
    expect(after.at(-1)!.step).toBeGreaterThan(newest.step)
    const log = await readFile(join(consortium.members[OTHER]!.dataFolder, '../member.log'), 'utf8')
    expect(log).not.toContain('began again with the first values')
  },
  15 * MINUTES,
)

it.runIf(LONG)(
  'its export has its own layers; that of an operator says which tensors it lacks',
  async () => {
    const replayed = programs.events.findLast(from(NAME, 'replayed'))!
    const about = [String(consortium.task), String(replayed['modelRoot'])]
    const { configPath } = consortium.members[OTHER]!
    const [whole, shared] = [running.path('whole.safetensors'), running.path('shared.safetensors')]
    const own = await runQuorate('model', 'export', ...about, '--config', configPath, '--format', 'safetensors', '--out', whole)
    const personal = ['output/kernel', 'output/bias']
    expect(own.last).toMatchObject({ ok: true, personal, lacks: [] })
    const source = ['--config', consortium.operator.configPath]
    const others = await runQuorate('model', 'export', ...about, ...source, '--format', 'safetensors', '--out', shared)
    expect(others.last).toMatchObject({ ok: true, personal: [], lacks: personal })
    expect(Number(own.last['parameters'])).toBeGreaterThan(Number(others.last['parameters']))
    expect((await readFile(whole)).toString('latin1')).toContain('output/kernel')
    const refused = await runQuorate('model', 'export', ...about, ...source, '--format', 'onnx', '--out', running.path('a.onnx'))
    expect(refused.last).toMatchObject({ ok: false, code: 'EXPORT_UNSUPPORTED' })
    const network = await runQuorate(
      'model',
      'export',
      ...about,
      '--config',
      configPath,
      '--format',
      'onnx',
      '--out',
      running.path('b.onnx'),
    )
    expect(network.last).toMatchObject({ ok: true, personal })
  },
  15 * MINUTES,
)
