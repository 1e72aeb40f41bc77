import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { draftTask } from '../../../cli/task/init.ts'
import { planTask, readTaskFile, roundCosts } from '../../../coordinator/task-file/index.ts'
import type { TaskPlan } from '../../../coordinator/task-file/index.ts'
import { genesisFromBytes, requiredGrants } from '../../../src/protocol/index.ts'
import {
  calibrateExponents,
  dequantiseModel,
  formatTaskDocument,
  parseTaskDocument,
  tensorLayout,
} from '../../../src/training/index.ts'
import { writeSafetensors } from '../../../src/training/process/safetensors.ts'

const UNIT = { symbol: 'TOK', decimals: 18 }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-task-'))
  for (const [name, text] of (await draftTask(folder, {})).files) await writeFile(join(folder, name), text)
})
afterEach(async () => rm(folder, { recursive: true }))

/** The plan of the template after a change of its text. The trial moves every weight by 2^-6. */
async function planned(from: string, to: string): Promise<TaskPlan> {
  const file = join(folder, 'task.toml')
  const text = await readFile(file, 'utf8')
  expect(text).toContain(from)
  await writeFile(file, text.replace(from, to))
  return planTask(await readTaskFile(file), {
    unit: UNIT,
    learner: async () =>
      Promise.resolve({
        train: async ({ weights }) => Promise.resolve({ delta: weights.map(() => 2 ** -6), metrics: { loss: 1, samples: 1 } }),
        dispose: () => {},
      }),
  })
}

describe('a task file', () => {
  it('plans a task: the same bytes each time', async () => {
    const [one, two] = [await planned('', ''), await planned('', '')]
    expect(two.files).toEqual(one.files)
    expect(one.terms).toMatchObject({ windows: { commit: 600, challenge: 10_800 }, minMembers: 3, quorumBps: 6667 })
    // A root mean square of 32 of 127.
    expect(one.files.spec.tensors.map(({ updateExponent }) => updateExponent)).toEqual(Array.from({ length: 6 }, () => -11))
    expect(roundCosts(one.files.spec, JSON.parse(one.files.documentJson).tensors, 10)).toEqual({
      parameters: 5994,
      update: 8192,
      model: 32_768,
      received: 9 * 8192,
    })
  })

  it('takes an exponent that it names', async () => {
    const { files, trial } = await planned('[rule]', '[update]\nexponent = -7\n[rule]')
    expect(new Set(files.spec.tensors.map(({ updateExponent }) => updateExponent))).toEqual(new Set([-7]))
    expect(trial).toBeUndefined()
  })

  it('asks for grants of the owners that it names, in any spelling of their addresses', async () => {
    const contract = `0x${'Ab'.repeat(20)}`
    const { files } = await planned('[rule]', `[grants]\ncontract = "${contract}"\nowners = ["0x${'01'.repeat(20)}"]\n[rule]`)
    const document = parseTaskDocument(files.documentJson)
    expect(document.grants).toEqual({ contract: contract.toLowerCase(), owners: [`0x${'01'.repeat(20)}`] })
    expect(formatTaskDocument(document)).toBe(files.documentJson)
    expect(requiredGrants(files.documentJson)).toEqual(document.grants)
  })

  it('names an owner of data at least', async () => {
    const grants = `[grants]\ncontract = "0x${'ab'.repeat(20)}"\nowners = []\n[rule]`
    await expect(planned('[rule]', grants)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('assumes no fewer liars than its rule withstands', async () => {
    const { files } = await planned('byzantine = 0.25', 'byzantine = 0.3')
    expect(files.spec.toleranceBps).toBe(3000)
  })

  it.each([
    ['batchSize = 32', 'batchsize = 32', 'line 16: training.batchsize: this field does not exist'],
    ['byzantine = 0.25', 'byzantine = 0.5', 'line 24: rule.byzantine: expected 0 to 0.33'],
    ['learningRate = 0.05', '', 'line 10: training.learningRate: is missing'],
    ['perRound = "10"', 'perRound = 10', 'line 27: rewards.perRound: expected tokens as text'],
    ['kind = "layers" ', 'kind = "magic" ', 'line 6: model.kind'],
    ['file = "model.json"', 'file = "nothing.json"', 'cannot read the model'],
    ['file = "model.json"', 'file = "task.toml"', 'is not JSON'],
    ['name = "nnmGm"', 'name = "krum"', 'line 23: rule.name'],
  ])('says what is wrong with %s → %s', async (from, to, message) => {
    await expect(planned(from, to)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message) as string,
    })
  })
})

describe('a task of any tensors', () => {
  const layout = tensorLayout([
    { name: 'adapter.A', shape: [2, 3] },
    { name: 'adapter.B', shape: [4] },
  ])
  const values = new Float32Array(layout.paddedLength)
  values.set([1, -2, 0.5, 0, 0.25, 3], 0)
  values.set([4, 5, 6, 7], layout.tensors[1]!.offset)
  const about = (name: string): string => `kind = "tensors"\nweights = "${name}"`
  const from =
    'kind = "layers"                # tfjs layers; "builtin" names one of this program: mlp, cnn, cnn-wide\nfile = "model.json"'

  it('starts from the names, shapes and values of a safetensors file', async () => {
    await writeSafetensors(join(folder, 'adapters.safetensors'), layout, values)
    const { files } = await planned(from, about('adapters.safetensors'))
    const document = parseTaskDocument(files.documentJson)
    expect(document).toMatchObject({
      model: { kind: 'tensors' },
      tensors: [
        { name: 'adapter.A', shape: [2, 3] },
        { name: 'adapter.B', shape: [4] },
      ],
    })
    const genesis = genesisFromBytes(files.spec, files.genesis)
    expect(dequantiseModel(layout, files.spec.tensors, genesis)).toEqual(values)
  })

  it.each([
    ['nothing.safetensors', 'cannot be read'],
    ['task.toml', 'is not a safetensors file'],
  ])('says what is wrong with %s', async (name, message) => {
    await expect(planned(from, about(name))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message) as string,
    })
  })
})

describe('calibrateExponents', () => {
  const layout = tensorLayout([
    { name: 'kernel', shape: [100] },
    { name: 'bias', shape: [10] },
  ])
  const delta = (kernel: number, bias: number): Float32Array => {
    const all = new Float32Array(layout.paddedLength)
    all.fill(kernel, 0, 100)
    all.fill(bias, layout.tensors[1]!.offset, layout.tensors[1]!.offset + 10)
    return all
  }

  it('gives all tensors one exponent, and its own to a tensor that is far from it', () => {
    expect(calibrateExponents(layout, delta(1, 2))).toEqual([-5, -5])
    expect(calibrateExponents(layout, delta(1, 0))).toEqual([-5, -5])
    expect(calibrateExponents(layout, delta(1, 2 ** -8))).toEqual([-5, -13])
  })

  it('looks at the values that moved: an embedding moves in a few rows only', () => {
    const sparse = delta(0, 0)
    sparse.fill(1, 0, 4)
    expect(calibrateExponents(layout, sparse)).toEqual([-5, -5])
  })

  it('refuses a training that changed nothing, and one without an end', () => {
    for (const value of [0, Number.NaN, Infinity])
      expect(() => calibrateExponents(layout, delta(value, value))).toThrow(
        expect.objectContaining({ code: 'TRAINING_DIVERGED' }),
      )
  })
})
