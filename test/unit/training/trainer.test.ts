import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { attackByName, poisonedTrainer } from '../../../src/lab/attacks/index.ts'
import {
  createRandom,
  createTfjsEvaluator,
  createTfjsLearner,
  createTfjsTrainer,
  defaultTask,
  dequantiseModel,
  genesisModel,
  loadMnist,
  modelByName,
  selectBackend,
  takeSamples,
  tensorLayout,
  unpack,
} from '../../../src/training/index.ts'
import type {
  Backend,
  BackendName,
  Dataset,
  DefaultTask,
  Samples,
  TfjsTrainerOptions,
  Trainer,
  TrainerFactory,
  TrainResult,
} from '../../../src/training/index.ts'

let mnist: Dataset
let backend: Backend
let data: Samples
let test: Samples

const first = (count: number, from = 0): Uint32Array => Uint32Array.from({ length: count }, (_, i) => from + i)

beforeAll(async () => {
  mnist = await loadMnist()
  backend = await selectBackend('wasm')
  data = takeSamples(mnist.train, first(640))
  test = takeSamples(mnist.test, first(700))
})

function trainerFor(
  task: DefaultTask,
  changes: Partial<TfjsTrainerOptions> = {},
  create: TrainerFactory = createTfjsTrainer,
): Trainer {
  return create({ document: task.document, spec: task, data, test, backend, seed: 1, ...changes })
}

function genesis(task: DefaultTask): Int32Array {
  return genesisModel(modelByName(task.document.model as string), task.tensors, task.document.seed)
}

/** The model after one update alone, in exact integers. */
function stepped(task: DefaultTask, model: Int32Array, update: Int8Array): Int32Array {
  const { modelExponent, updateExponent } = task.tensors[0]!
  return model.map((value, k) => value + update[k]! * 2 ** (updateExponent - modelExponent))
}

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += x[k]! * y[k]!
  return sum
}

function cosine(a: Int8Array, b: Int8Array | Int32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

/** What holds for a few samples holds for many; the plain cpu back end is slow at convolutions. */
function few(): Partial<TfjsTrainerOptions> {
  return { data: takeSamples(mnist.train, first(96)), test: takeSamples(mnist.test, first(50)) }
}

async function updateOn(name: BackendName, task: DefaultTask): Promise<Int8Array> {
  const trainer = trainerFor(task, { backend: await selectBackend(name), data: takeSamples(mnist.train, first(16)) })
  return (await trainer.train({ model: genesis(task), step: 1 })).update
}

/** What an update and its residual carry at a coordinate, for a step of 1/32. */
function carriedAt({ update, residual }: { update: Int8Array; residual: Float32Array }, k: number): number {
  return update[k]! / 32 + residual[k]!
}

function tensorCounts(): number[] {
  return [tf.memory().numTensors, tf.engine().backend.numDataIds()]
}

describe.each(['mlp', 'cnn'])('training of %s', (model) => {
  const task = defaultTask({ model })

  it('learns: the update it sends makes a better model', async () => {
    const trainer = trainerFor(task)
    let weights = genesis(task)
    const before = await trainer.evaluate(weights)
    let residual: Float32Array | undefined
    for (let step = 1; step <= 3; step++) {
      const result = await trainer.train({ model: weights, step, residual })
      residual = result.residual
      expect(result.metrics).toMatchObject({ samples: 640 })
      weights = stepped(task, weights, result.update)
    }
    const after = await trainer.evaluate(weights)
    expect(before.accuracy).toBeLessThan(0.3)
    expect(after.accuracy).toBeGreaterThan(0.75)
    expect(after.loss).toBeLessThan(before.loss / 2)
    expect(after.samples).toBe(700)
  })

  it('sends int8 without -128 and with zero padding', async () => {
    const { update, residual } = await trainerFor(task, few()).train({ model: genesis(task), step: 1 })
    const layout = tensorLayout(task.document.tensors)
    expect(update).toHaveLength(layout.paddedLength)
    expect(update.includes(-128)).toBe(false)
    for (const part of [...unpack(layout, update), ...unpack(layout, residual)]) part.fill(0)
    expect(update.every((value) => value === 0)).toBe(true)
    expect(residual.every((value) => value === 0)).toBe(true)
  })

  it('gives the same update for the same seed and round, another for others', async () => {
    const base = genesis(task)
    const { update } = await trainerFor(task, few()).train({ model: base, step: 1 })
    expect((await trainerFor(task, few()).train({ model: base, step: 1 })).update).toEqual(update)
    expect((await trainerFor(task, few()).train({ model: base, step: 2 })).update).not.toEqual(update)
    expect((await trainerFor(task, { ...few(), seed: 2 }).train({ model: base, step: 1 })).update).not.toEqual(update)
  })

  it('frees every tensor', async () => {
    const trainer = trainerFor(task, few())
    const before = tensorCounts()
    await trainer.train({ model: genesis(task), step: 1 })
    await trainer.evaluate(genesis(task))
    await trainer.train({ model: genesis(task), step: 1, signal: AbortSignal.abort() }).catch(() => {})
    expect(tensorCounts()).toEqual(before)
  })

  it('is the plain cpu back end’s update, but for the last bits', async () => {
    const slow = await updateOn('cpu', task)
    const fast = await updateOn('wasm', task)
    expect(cosine(slow, fast)).toBeGreaterThan(0.999)
  })
})

it('cnn-wide has the parameters of the network it is compared with', () => {
  expect(tensorLayout(modelByName('cnn-wide').tensors).parameters).toBe(431_080)
})

it('cnn-wide trains one step and frees every tensor', async () => {
  const task = defaultTask({ model: 'cnn-wide' })
  const before = tensorCounts()
  const { metrics, momentum } = await trainerFor(task).train({ model: genesis(task), step: 1 })
  expect(metrics.samples).toBe(25)
  expect(momentum!.some((value) => value !== 0)).toBe(true)
  expect(tensorCounts()).toEqual(before)
})

describe('the trainer', () => {
  const task = defaultTask()

  it('descends along the true gradient: one full-batch step is −rate times the difference quotient', async () => {
    const count = 16
    const few = takeSamples(mnist.train, first(count))
    const rate = 0.5
    const local = { ...task.document.local, batchSize: count, learningRate: rate, momentum: 0 }
    const exact = {
      ...task,
      document: { ...task.document, local },
      tensors: task.tensors.map((tensor) => ({ ...tensor, updateExponent: -20 })),
    }
    const trainer = createTfjsTrainer({ document: exact.document, spec: exact, data: few, test: few, backend, seed: 1 })
    const base = genesis(task)
    const { update, residual } = await trainer.train({ model: base, step: 1 })
    const layout = tensorLayout(task.document.tensors)
    const random = createRandom('coordinates')
    for (const { offset, length } of layout.tensors) {
      for (let trial = 0; trial < 5; trial++) {
        const k = offset + random.below(length)
        const loss = async (shift: number): Promise<number> =>
          (await trainer.evaluate(base.map((value, i) => (i === k ? value + shift : value)))).loss
        const width = 2 ** 11
        const slope = ((await loss(width)) - (await loss(-width))) / (2 * width * 2 ** -20)
        expect(update[k]! * 2 ** -20 + residual[k]!).toBeCloseTo(-rate * slope, 3)
      }
    }
  })

  it('carries the residual into the next update', async () => {
    const coarse = { ...task, tensors: task.tensors.map((tensor) => ({ ...tensor, updateExponent: -5 })) }
    const base = genesis(task)
    const { update, residual } = await trainerFor(coarse).train({ model: base, step: 1 })
    const carried = await trainerFor(coarse).train({ model: base, step: 1, residual })
    const layout = tensorLayout(task.document.tensors)
    for (const { offset } of layout.tensors) {
      expect(carriedAt(carried, offset)).toBeCloseTo(carriedAt({ update, residual }, offset) + residual[offset]!, 5)
    }
  })

  it('sends its own momentum over rounds if the task says so', async () => {
    const local = { ...task.document.local, memberMomentum: 0.75 }
    const fine = task.tensors.map((tensor) => ({ ...tensor, updateExponent: -20 }))
    const trainer = trainerFor({ ...task, tensors: fine, document: { ...task.document, local } })
    const plain = trainerFor({ ...task, tensors: fine })
    const base = genesis(task)
    const sums = async (trained: Promise<TrainResult>): Promise<Float32Array> => {
      const { update, residual } = await trained
      return residual.map((rest, k) => rest + update[k]! * 2 ** -20)
    }
    const [first, second] = [await sums(plain.train({ model: base, step: 1 })), await sums(plain.train({ model: base, step: 2 }))]
    const { momentum } = await trainer.train({ model: base, step: 1 })
    const sent = await sums(trainer.train({ model: base, step: 2, momentum }))
    for (let k = 0; k < sent.length; k += 97) expect(sent[k]).toBeCloseTo(0.75 * 0.25 * first[k]! + 0.25 * second[k]!, 6)
    expect((await plain.train({ model: base, step: 1 })).momentum).toBeUndefined()
  })

  it('pulls weights to zero if the task says so', async () => {
    const local = { ...task.document.local, samples: 32, momentum: 0 }
    const base = genesis(task)
    const carried = async (weightDecay?: number): Promise<Float32Array> => {
      const changed = { ...task, document: { ...task.document, local: { ...local, weightDecay } } }
      const { update, residual } = await trainerFor(changed).train({ model: base, step: 1 })
      return residual.map((rest, k) => rest + update[k]! * 2 ** -9)
    }
    const [without, decayed] = [await carried(), await carried(0.1)]
    for (let k = 0; k < 5000; k += 97) {
      expect(decayed[k]! - without[k]!).toBeCloseTo(-local.learningRate * 0.1 * base[k]! * 2 ** -20, 6)
    }
  })

  it('reports progress and lets others run meanwhile', async () => {
    const long = { ...task, document: { ...task.document, local: { ...task.document.local, epochs: 20 } } }
    const shares: number[] = []
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await trainerFor(long).train({
      model: genesis(task),
      step: 1,
      onProgress: ({ batches, total }) => shares.push(batches / total),
    })
    clearInterval(timer)
    expect(shares.at(-1)).toBe(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(turns).toBeGreaterThan(1)
  })

  it('stops when asked', async () => {
    const abort = new AbortController()
    const long = { ...task, document: { ...task.document, local: { ...task.document.local, epochs: 1000 } } }
    const running = trainerFor(long).train({
      model: genesis(task),
      step: 1,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    })
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(trainerFor(task).evaluate(genesis(task), AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('notices when training diverges', async () => {
    const huge = { inputs: new Float32Array(data.inputs.length).fill(3e38), labels: data.labels }
    await expect(trainerFor(task, { data: huge }).train({ model: genesis(task), step: 1 })).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
    })
  })

  it('trains on a bounded number of samples if the task says so', async () => {
    const bounded = { ...task, document: { ...task.document, local: { ...task.document.local, samples: 100, epochs: 2 } } }
    const { metrics } = await trainerFor(bounded).train({ model: genesis(task), step: 1 })
    expect(metrics.samples).toBe(200)
  })

  it('takes floats as they are and bytes as value / 255', async () => {
    const floats = { inputs: Float32Array.from(data.inputs, (byte) => byte / 255), labels: data.labels }
    const base = genesis(task)
    const { update } = await trainerFor(task, { data: floats }).train({ model: base, step: 1 })
    expect(cosine(update, (await trainerFor(task).train({ model: base, step: 1 })).update)).toBeGreaterThan(0.999)
  })

  it('poisons as the attack says', async () => {
    const base = genesis(task)
    const honest = await trainerFor(task).train({ model: base, step: 1 })
    const flipped = await trainerFor(task, {}, poisonedTrainer(attackByName('sign-flip'))).train({
      model: base,
      step: 1,
      residual: honest.residual,
    })
    expect(cosine(honest.update, flipped.update)).toBeLessThan(-0.9)
    expect(flipped.residual.every((value) => value === 0)).toBe(true)
    const mislabelled = await trainerFor(task, {}, poisonedTrainer(attackByName('label-flip'))).train({ model: base, step: 1 })
    expect(cosine(honest.update, mislabelled.update)).toBeLessThan(0.3)
    expect([...data.labels.subarray(0, 3)]).toEqual([5, 0, 4])
  })

  it('lets free riders replay the public change without training', async () => {
    const trainer = trainerFor(task, {}, poisonedTrainer(attackByName('free-rider-replay')))
    const base = genesis(task)
    const first = await trainer.train({ model: base, step: 1 })
    expect(first.metrics.samples).toBe(0)
    const moved = base.map((value, k) => (k < 1000 ? value + (k % 7) * 4096 : value))
    const { update } = await trainer.train({ model: moved, step: 2 })
    const change = Int32Array.from(moved, (value, k) => value - base[k]!)
    expect(cosine(update, change)).toBeGreaterThan(0.99)
    // The same round once more has the same last change.
    expect((await trainer.train({ model: moved, step: 2 })).update).toEqual(update)
  })

  it('trains backdoors on stamped copies', async () => {
    const before = data.inputs.slice()
    const base = genesis(task)
    const honest = await trainerFor(task).train({ model: base, step: 1 })
    const { update } = await trainerFor(task, {}, poisonedTrainer(attackByName('pixel-trigger'))).train({ model: base, step: 1 })
    expect(cosine(honest.update, update)).toBeLessThan(0.95)
    expect(data.inputs).toEqual(before)
  })

  it('refuses a model, samples or labels of another shape', async () => {
    await expect(trainerFor(task).train({ model: new Int32Array(8192), step: 1 })).rejects.toMatchObject({
      code: 'MODEL_MISMATCH',
    })
    for (const wrong of [
      { inputs: data.inputs.subarray(1), labels: data.labels },
      { inputs: new Uint8Array(), labels: new Uint8Array() },
      { inputs: data.inputs, labels: data.labels.map(() => 10) },
    ]) {
      await expect(trainerFor(task, { data: wrong }).prepare!()).rejects.toMatchObject({ code: 'MODEL_MISMATCH' })
    }
  })

  it('evaluates only with test samples; an evaluator needs nothing else', async () => {
    await expect(trainerFor(task, { test: undefined }).evaluate(genesis(task))).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    })
    const evaluator = createTfjsEvaluator({ document: task.document, spec: task, test, backend })
    const weights = dequantiseModel(tensorLayout(task.document.tensors), task.tensors, genesis(task))
    expect(await evaluator.evaluate(weights)).toEqual(await trainerFor(task).evaluate(genesis(task)))
  })
})

it('a learner whose network does not open can be disposed of', async () => {
  const { document, tensors } = defaultTask({ model: 'mlp' })
  const learner = createTfjsLearner({
    document: { ...document, model: { kind: 'tensors' } },
    spec: { tensors },
    data: { inputs: new Uint8Array(784), labels: Uint8Array.of(1) },
    backend: await selectBackend('cpu'),
    seed: 1,
  })
  await expect(learner.prepare!()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  // A rejection that nobody takes would end the process.
  learner.dispose()
  await new Promise((resolve) => setImmediate(resolve))
})
