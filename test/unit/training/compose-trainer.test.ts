import { describe, expect, it } from 'vitest'
import { createRandom, createTrainer, tensorLayout } from '../../../src/training/index.ts'
import type { ComposeInput, Learner, LearnInput, LearnResult, Trainer, UpdateShape } from '../../../src/training/index.ts'

const layout = tensorLayout([{ name: 'a', shape: [3] }])
const tensors = [{ updateExponent: -4, modelExponent: -8 }]
const model = new Int32Array(layout.paddedLength).fill(256, 0, 3)

/** A learner that any program could be: it moves every weight by a quarter. */
class Quarter implements Learner {
  readonly trained: LearnInput[] = []
  readonly evaluated: Float32Array[] = []
  disposed = false

  async train(input: LearnInput): Promise<LearnResult> {
    this.trained.push(input)
    input.onProgress?.({ batches: 1, total: 2, loss: 3 })
    return { delta: new Float32Array(layout.paddedLength).fill(0.25, 0, 3), metrics: { loss: 0.5, samples: 7 } }
  }

  async evaluate(weights: Float32Array): Promise<{ accuracy: number; loss: number; samples: number }> {
    this.evaluated.push(weights)
    return { accuracy: 1, loss: 0, samples: 1 }
  }

  dispose(): void {
    this.disposed = true
  }
}

const trainerOf = (learner: Learner): Trainer => createTrainer({ learner, layout, tensors, memberMomentum: 0, seed: 1 })

describe('createTrainer', () => {
  it('hands the learner float weights, its step and its signal, and makes an update of the delta', async () => {
    const learner = new Quarter()
    const { signal } = new AbortController()
    const progress: unknown[] = []
    const result = await trainerOf(learner).train({ model, step: 5, signal, onProgress: (given) => progress.push(given) })
    expect(learner.trained).toMatchObject([{ step: 5, signal }])
    expect([...learner.trained[0]!.weights.subarray(0, 4)]).toEqual([1, 1, 1, 0])
    expect(progress).toEqual([{ batches: 1, total: 2, loss: 3 }])
    expect([...result.update.subarray(0, 4)]).toEqual([4, 4, 4, 0])
    expect(result.metrics).toMatchObject({ loss: 0.5, samples: 7, clipped: 0 })
  })

  it('takes another composition, with dice of the seed and the step', async () => {
    const given: ComposeInput[] = []
    const shapes: UpdateShape[] = []
    const trainer = createTrainer({
      learner: new Quarter(),
      layout,
      tensors,
      memberMomentum: 0.5,
      seed: 'own',
      compose(shape, input) {
        shapes.push(shape)
        given.push(input)
        return { update: new Int8Array(layout.paddedLength), residual: input.delta, clipped: 2 }
      },
    })
    const residual = new Float32Array(layout.paddedLength)
    const { metrics } = await trainer.train({ model, step: 2, residual, maxNorm: 9 })
    expect(shapes).toMatchObject([{ memberMomentum: 0.5 }])
    expect(given).toMatchObject([{ residual, maxNorm: 9 }])
    expect(given[0]!.random.uint32()).toBe(createRandom('own', 'update', 2).uint32())
    expect(metrics.clipped).toBe(2)
  })

  it('evaluates the model in floats and disposes of the learner', async () => {
    const learner = new Quarter()
    const trainer = trainerOf(learner)
    expect(await trainer.evaluate(model)).toMatchObject({ accuracy: 1 })
    expect([...learner.evaluated[0]!.subarray(0, 4)]).toEqual([1, 1, 1, 0])
    trainer.dispose()
    expect(learner.disposed).toBe(true)
  })

  it('refuses a model and a delta of another length', async () => {
    const mismatch = expect.objectContaining({ code: 'MODEL_MISMATCH' })
    await expect(trainerOf(new Quarter()).train({ model: new Int32Array(3), step: 1 })).rejects.toThrow(mismatch)
    const short: Learner = Object.assign(new Quarter(), {
      train: async () => ({ delta: new Float32Array(3), metrics: { loss: 0, samples: 0 } }),
    })
    await expect(trainerOf(short).train({ model, step: 1 })).rejects.toThrow(mismatch)
  })
})
