import { createRandom } from '../../../src/training/index.ts'
import type { TrainerFactory } from '../../../src/training/index.ts'
import { LENGTH } from '../task.ts'

/**
 * A trainer that costs a millisecond: all members move the same way and differ by a little noise. The way turns around with each step,
 * so that the model stays in its range for as many rounds as a run has.
 */
export const quickTrainer: TrainerFactory = ({ seed }) => ({
  async train({ model, step }) {
    const random = createRandom(seed, 'chaos', step)
    const way = step % 2 === 0 ? 1 : -1
    const update = Int8Array.from({ length: model.length }, (_, k) =>
      k < LENGTH ? way * (((k * 31 + step * 7) % 61) - 30) + random.below(11) - 5 : 0,
    )
    const metrics = { loss: 1 / step, samples: 1, clipped: 0, seconds: 0.001 }
    return { update, residual: new Float32Array(model.length), metrics }
  },
  async evaluate() {
    return { accuracy: 0, loss: 0, samples: 0 }
  },
  dispose() {},
})
