import * as tfl from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  createTfjsLearner,
  createTfjsTrainer,
  defaultTask,
  genesisModel,
  modelByName,
  selectBackend,
} from '../../../../src/training/index.ts'
import type { Backend, LayersTopology, Learner, TaskDocument } from '../../../../src/training/index.ts'
import { chain } from '../../../support/training/layers-models.ts'

const { layers } = tfl
const PRIVACY = { clip: 1, noise: 1, batch: 4 }
let backend: Backend

beforeAll(async () => {
  backend = await selectBackend('cpu')
})

/** The default task with another model and fewer samples of 6 values. */
function learnerOf(topology: LayersTopology, tensors: TaskDocument['tensors']): Learner {
  const { document, tensors: specs } = defaultTask({ model: 'mlp' })
  return createTfjsLearner({
    document: { ...document, model: { kind: 'layers', topology }, tensors, local: { ...document.local, epochs: 1 } },
    spec: { tensors: tensors.map(({ shape }) => ({ ...specs[0]!, length: shape.reduce((a, b) => a * b, 1) })) },
    data: {
      inputs: Float32Array.from({ length: 8 * 6 }, (_, k) => Math.sin(k)),
      labels: Uint8Array.from({ length: 8 }, (_, k) => k % 3),
    },
    backend,
    seed: 1,
    privacy: PRIVACY,
  })
}

describe('createTfjsLearner with privacy', () => {
  it.each([
    ['in the chain', () => chain([6], layers.dense({ units: 5 }), layers.batchNormalization({ name: 'norm' }))],
    [
      'within a layer around it',
      () =>
        chain(
          [6],
          layers.reshape({ targetShape: [3, 2] }),
          layers.timeDistributed({ layer: layers.batchNormalization({ name: 'norm' }) }),
        ),
    ],
  ])('refuses a batch normalisation %s', (_, topology) => {
    expect(() => learnerOf(topology(), [])).toThrow(
      expect.objectContaining({ code: 'PRIVACY_MODEL', details: expect.objectContaining({ layer: 'norm' }) as unknown }) as Error,
    )
  })

  it('trains a layers model that normalises each record by itself', async () => {
    const topology = chain([6], layers.dense({ units: 4, name: 'first' }), layers.layerNormalization({ name: 'norm' }))
    const tensors = [
      { name: 'first/kernel', shape: [6, 4] },
      { name: 'first/bias', shape: [4] },
      { name: 'norm/gamma', shape: [4] },
      { name: 'norm/beta', shape: [4] },
      { name: 'outputs/kernel', shape: [4, 3] },
      { name: 'outputs/bias', shape: [3] },
    ]
    const learner = learnerOf(topology, tensors)
    const weights = new Float32Array(8192)
    const { delta, spent } = await learner.train({ weights, step: 1 })
    expect(spent).toEqual([{ noiseMultiplier: 1, samplingRate: 0.5, steps: 2 }])
    expect(delta.every((value) => Number.isFinite(value))).toBe(true)
    expect(delta.subarray(0, 24).every((value) => value !== 0)).toBe(true)
    learner.dispose()
  })

  it('makes another update each time, and its trainer says what the update costs', async () => {
    const { document, tensors } = defaultTask({ model: 'mlp' })
    const data = { inputs: new Uint8Array(8 * 784).fill(100), labels: Uint8Array.from({ length: 8 }, (_, k) => k) }
    const trainer = createTfjsTrainer({ document, spec: { tensors }, data, backend, seed: 1, privacy: PRIVACY })
    const model = genesisModel(modelByName('mlp'), tensors, 1)
    const [one, other] = [await trainer.train({ model, step: 1 }), await trainer.train({ model, step: 1 })]
    expect(one.spent).toEqual([{ noiseMultiplier: 1, samplingRate: 0.5, steps: 2 * document.local.epochs }])
    expect(one.update).not.toEqual(other.update)
  })
})
