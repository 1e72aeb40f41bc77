import { describe, expect, it } from 'vitest'
import {
  choosePersonal,
  createTfjsEvaluator,
  createTfjsTrainer,
  defaultTask,
  dequantiseModel,
  formatTaskDocument,
  genesisModel,
  keepPersonal,
  loadMnist,
  mlp,
  openNetwork,
  parseTaskDocument,
  personalParts,
  selectBackend,
  takeSamples,
  tensorLayout,
} from '../../../src/training/index.ts'
import type { ClassSamples, Learner } from '../../../src/training/index.ts'

const task = defaultTask({ model: 'mlp', seed: 3, personal: ['output'] })
const whole = defaultTask({ model: 'mlp', seed: 3 })
const parts = personalParts(task.document)!

describe('the document of a task with personal layers', () => {
  it('lists the shared tensors for the protocol, and the others with their first values', () => {
    expect(task.document.tensors.map(({ name }) => name)).toEqual(['hidden/kernel', 'hidden/bias'])
    expect(task.tensors).toHaveLength(2)
    expect(task.document.personal!.map(({ name, place }) => [name, place])).toEqual([
      ['output/kernel', 2],
      ['output/bias', 3],
    ])
    expect(parseTaskDocument(formatTaskDocument(task.document))).toEqual(task.document)
  })

  it('joins both parts to the model that the same seed gives without personal layers', () => {
    const shared = dequantiseModel(parts.shared, task.tensors, task.genesis)
    const model = genesisModel(mlp, whole.tensors, 3)
    expect(parts.join(shared, parts.first())).toEqual(dequantiseModel(parts.whole, whole.tensors, model))
  })

  it('splits what it joined, wherever the personal layers stand', () => {
    for (const personal of [['hidden'], ['output'], ['hidden/bias', 'output/kernel']]) {
      const { document } = defaultTask({ personal })
      const cut = personalParts(document)!
      const values = Float32Array.from({ length: cut.whole.paddedLength }, (_, k) => k)
      for (const { offset, length } of cut.whole.tensors.toReversed())
        values.fill(0, offset + length, cut.whole.tensors.find((next) => next.offset > offset)?.offset ?? values.length)
      const { shared, own } = cut.split(values)
      expect(cut.join(shared, own)).toEqual(values)
      expect(cut.whole.tensors.map(({ name }) => name)).toEqual(mlp.tensors.map(({ name }) => name))
    }
  })

  it('opens the network of all tensors', async () => {
    using network = await openNetwork(task.document)
    expect(network.tensors).toHaveLength(4)
  })

  it.each([
    ['a place that no model has', { place: 7 }],
    ['the name of a shared tensor', { name: 'hidden/kernel' }],
    ['values of another number', { values: 'AAAAAA==' }],
    ['values that are no base64', { shape: [1], values: 'AAAA*AA' }],
    ['values that are not finite', { shape: [1], values: Buffer.from(Float32Array.of(Number.NaN).buffer).toString('base64') }],
  ])('refuses %s', (_, change) => {
    const [first, ...others] = task.document.personal!
    const document = { ...task.document, personal: [{ ...first!, ...change }, ...others] }
    expect(() => parseTaskDocument(formatTaskDocument(document))).toThrow(expect.objectContaining({ code: 'SPEC_INVALID' }))
  })
})

describe('the choice of personal layers', () => {
  const names = (personal: string[]): string[] =>
    choosePersonal(mlp.tensors, personal).places.map((place) => mlp.tensors[place]!.name)

  it('takes layers, single tensors and all that is below a name', () => {
    expect(names(['output'])).toEqual(['output/kernel', 'output/bias'])
    expect(names(['output/bias'])).toEqual(['output/bias'])
    const torch = ['encoder.0.weight', 'head.1.weight', 'head.1.bias'].map((name) => ({ name, shape: [2] }))
    expect(choosePersonal(torch, ['head']).places).toEqual([1, 2])
  })

  it('says what is wrong and what to do', () => {
    const problem = (personal: string[]): unknown => {
      try {
        return choosePersonal(mlp.tensors, personal)
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(problem(['head'])).toBe('model.personal: the model has no layer or tensor "head"; its layers are hidden, output')
    expect(problem(['hidden', 'output'])).toMatch(/share nothing: leave at least one layer out/)
    expect(() => choosePersonal([{ name: 'large', shape: [1000, 1000] }, ...mlp.tensors], ['large'])).toThrow(/at most 262144/)
  })

  it('tells of a personal layer before a shared one, and takes it', () => {
    expect(choosePersonal(mlp.tensors, ['hidden']).notes).toEqual([
      'layer hidden is personal and stands before shared layer output, which then sees other inputs at each member',
    ])
    expect(choosePersonal(mlp.tensors, ['output']).notes).toEqual([])
  })
})

describe('training with personal layers', () => {
  it('gives an update of the shared layers, and learns labels that only this member has', async () => {
    const backend = await selectBackend('wasm')
    const { train, test } = await loadMnist()
    const some = (samples: ClassSamples, count: number): ClassSamples =>
      takeSamples(
        samples,
        Uint32Array.from({ length: count }, (_, i) => i),
      )
    const permuted = (samples: ClassSamples): ClassSamples => ({
      ...samples,
      labels: samples.labels.map((label) => (label + 3) % 10),
    })
    const [data, held] = [permuted(some(train, 1000)), permuted(some(test, 200))]
    const { document } = task
    const trainer = createTfjsTrainer({ document, spec: task, data, test: held, backend, seed: 1 })
    const evaluator = createTfjsEvaluator({ document, spec: task, test: held, backend })
    let personal: Float32Array | undefined
    for (let step = 1; step <= 3; step++) {
      const result = await trainer.train({ model: task.genesis, step, ...(personal && { personal }) })
      expect(result.update).toHaveLength(parts.shared.paddedLength)
      ;({ personal } = result)
    }
    // The shared layers stayed those of the first model: only the member's own have learned.
    const measured = await trainer.evaluate(task.genesis, undefined, personal)
    expect(measured.accuracy).toBeGreaterThan(0.5)
    expect((await trainer.evaluate(task.genesis)).accuracy).toBeLessThan(0.3)
    const weights = dequantiseModel(parts.shared, task.tensors, task.genesis)
    expect(await evaluator.evaluate(weights, undefined, personal)).toEqual(measured)
  })

  it('keeps no personal layers that are not finite', async () => {
    const learner: Learner = {
      train: async () => {
        const delta = new Float32Array(parts.whole.paddedLength)
        delta[parts.whole.tensors[3]!.offset] = Number.NaN
        return { delta, metrics: { loss: 1, samples: 1 } }
      },
      evaluate: async () => ({ loss: 0, samples: 0 }),
      dispose() {},
    }
    const weights = new Float32Array(tensorLayout(task.document.tensors).paddedLength)
    await expect(keepPersonal(learner, parts).train({ weights, step: 1 })).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' })
  })
})
