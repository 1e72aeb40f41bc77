import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { draftTask } from '../../../cli/task/init.ts'
import { planTask, readTaskFile, trialLearner } from '../../../coordinator/task-file/index.ts'
import { prepareTraining } from '../../../participant/member-data.ts'
import type { MemberTraining } from '../../../participant/member-data.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { draftSchema, parseSchema } from '../../../src/data/index.ts'
import { genesisFromBytes } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { createRandom, defaultTask, formatTaskDocument } from '../../../src/training/index.ts'
import type { Samples } from '../../../src/training/index.ts'
import { SPEC } from '../../support/spec.ts'
import { patients } from '../../support/cli/patients.ts'

const UNIT = { symbol: 'TOK', decimals: 18 }
const KEY = `0x${'11'.repeat(32)}` as const

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-own-'))
})
afterAll(async () => rm(folder, { recursive: true }))

/** A task drafted from a table or folder, and what a member that trains on other data makes of it. */
async function trainedOn(
  name: string,
  {
    data,
    own = data,
    target,
    text,
    words,
    edit = (toml) => toml,
  }: {
    data: string
    own?: string
    target?: string
    text?: string
    words?: string
    edit?: (toml: string) => string
  },
) {
  const task = join(folder, name)
  await mkdir(task)
  for (const [file, content] of (await draftTask(task, { data, target, text, words })).files)
    await writeFile(join(task, file), file === 'task.toml' ? edit(content) : content)
  const learner = trialLearner({ backend: 'wasm', folder: data })
  const { files } = await planTask(await readTaskFile(join(task, 'task.toml')), { unit: UNIT, learner })
  const training: MemberTraining = { backend: 'wasm', evaluate: true, datasetDir: own }
  const needs = { spec: files.spec, document: files.documentJson, secret: KEY, logger: silentLogger } as const
  const { trainer, samples } = await prepareTraining(training, needs)
  let model = genesisFromBytes(files.spec, files.genesis)
  const before = await trainer.evaluate(model)
  let residual: Float32Array | undefined
  for (let step = 1; step <= 4; step++) {
    const trained = await trainer.train({ model, step, residual })
    residual = trained.residual
    model = model.map((value, k) => value + trained.update[k]! * 2 ** (files.spec.tensors[0]!.updateExponent + 20))
  }
  const after = await trainer.evaluate(model)
  trainer.dispose()
  return { before, after, samples: samples!, spec: files.spec }
}

describe('a member with data of its own', () => {
  it('learns from a table, and holds out a part of it', async () => {
    const [founder, member] = [join(folder, 'founder.csv'), join(folder, 'member.csv')]
    await writeFile(founder, patients('founder'))
    await writeFile(member, patients('member'))
    const { before, after, samples } = await trainedOn('table', {
      data: founder,
      own: member,
      target: 'readmitted',
      edit: (toml) => toml.replace('epochs = 1', 'epochs = 10'),
    })
    expect(samples).toBeGreaterThan(200)
    expect(after.samples).toBe(300 - samples)
    expect(after.loss).toBeLessThan(before.loss)
    expect(after.accuracy).toBeGreaterThan(0.9)
    expect(after.metrics!['auc']).toBeGreaterThan(0.95)
    expect(after.confusion).toHaveLength(2)
  })

  it('learns a number', async () => {
    const file = join(folder, 'numbers.csv')
    const random = createRandom('numbers')
    const rows = Array.from({ length: 400 }, () => {
      const [a, b] = [random.unit() * 2 - 1, random.unit() * 2 - 1]
      return `${a},${b},${0.5 * a - b}`
    })
    await writeFile(file, ['a,b,y', ...rows].join('\n'))
    const { after } = await trainedOn('number', {
      data: file,
      target: 'y',
      edit: (toml) => toml.replace('epochs = 1', 'epochs = 5'),
    })
    expect(after.accuracy).toBeUndefined()
    expect(after.metrics!['r2']).toBeGreaterThan(0.9)
  })

  it('learns from texts', async () => {
    const [file, words] = [join(folder, 'texts.csv'), join(folder, 'words.txt')]
    const random = createRandom('texts')
    const [good, bad, dull] = [
      ['fine', 'great', 'happy'],
      ['awful', 'poor', 'sad'],
      ['the', 'a', 'it', 'was', 'and'],
    ]
    const pick = (list: readonly string[]): string => list[random.below(list.length)]!
    const rows = Array.from({ length: 400 }, (_, i) => {
      const from = i % 2 === 0 ? good : bad
      return `${[pick(dull), pick(from), pick(dull), pick(from), pick(dull)].join(' ')},${i % 2 === 0 ? 'good' : 'bad'}`
    })
    await writeFile(file, ['text,label', ...rows].join('\n'))
    await writeFile(words, [...good, ...bad, ...dull].join('\n'))
    const { after } = await trainedOn('text', {
      data: file,
      text: 'text',
      words,
      edit: (toml) => toml.replace('epochs = 1', 'epochs = 5'),
    })
    expect(after.accuracy).toBeGreaterThan(0.95)
  })

  it.each([
    ['a label that the task lacks', (row: string[]) => [row[0]!, row[1]!, row[2]!, 'maybe'], 'DATA_LABEL_UNKNOWN'],
    ['a column of words where numbers belong', (row: string[]) => ['old', ...row.slice(1)], 'DATA_VALUE'],
  ])('does not start with %s', async (what, changes, code) => {
    const [founder, member] = [join(folder, `${code}.csv`), join(folder, `${code}-member.csv`)]
    await writeFile(founder, patients('founder'))
    await writeFile(member, patients('member', 300, changes))
    await expect(trainedOn(`wrong-${code}`, { data: founder, own: member, target: 'readmitted' }), what).rejects.toMatchObject({
      code,
    })
  })

  it('holds out the same records with another operator key', async () => {
    const file = join(folder, 'keys.csv')
    await writeFile(file, patients('keys'))
    const { schema } = await draftSchema(file, { target: 'readmitted' })
    const document = { ...defaultTask({ model: 'mlp', seed: 1 }).document, data: parseSchema(schema), dataset: undefined }
    const heldOut = async (secret: Hash): Promise<Samples> => {
      let seen: Samples | undefined
      const training: MemberTraining = {
        backend: 'cpu',
        evaluate: true,
        datasetDir: file,
        createTrainer: ({ test }) => {
          seen = test
          return {
            train: async () => Promise.reject(new Error('unused')),
            evaluate: async () => Promise.reject(new Error('unused')),
            dispose: () => {},
          }
        },
      }
      await prepareTraining(training, { spec: SPEC, document: formatTaskDocument(document), secret, logger: silentLogger })
      return seen!
    }
    const one = await heldOut(KEY)
    expect(one.labels.length).toBeGreaterThan(30)
    expect(await heldOut(`0x${'22'.repeat(32)}`)).toEqual(one)
  })

  it('says where its data belongs', async () => {
    const file = join(folder, 'place.csv')
    await writeFile(file, patients('place'))
    const task = join(folder, 'place')
    await mkdir(task)
    for (const [name, content] of (await draftTask(task, { data: file, target: 'readmitted' })).files)
      await writeFile(join(task, name), content)
    const toml = await readFile(join(task, 'task.toml'), 'utf8')
    await writeFile(join(task, 'task.toml'), toml.replace('[rule]', '[update]\nexponent = -9\n[rule]'))
    const { files } = await planTask(await readTaskFile(join(task, 'task.toml')), {
      unit: UNIT,
      learner: trialLearner({ backend: 'wasm' }),
    })
    const needs = { spec: files.spec, document: files.documentJson, secret: KEY, logger: silentLogger } as const
    for (const training of [
      { backend: 'wasm', evaluate: false },
      { backend: 'wasm', evaluate: false, datasetDir: file, dataset: 'mnist' },
      {
        backend: 'wasm',
        evaluate: false,
        datasetDir: file,
        partition: { kind: 'gamma', gamma: 1, seed: 1, index: 0, members: 3 },
      },
    ] as const)
      await expect(prepareTraining(training, needs)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
