import type { Trainer } from '../../src/training/index.ts'

/**
 * A trainer without data: all members move the same way and differ by noise of their own. The way turns around with each step, so that the model stays in its range.
 *
 * @param of the `index` of the member decides its noise; what follows `coordinates` is padding
 */
export function readyTrainer({ index, coordinates }: { index: number; coordinates: number }): Trainer {
  return {
    async train({ model, step }) {
      const way = step % 2 === 0 ? 1 : -1
      const update = new Int8Array(model.length)
      // The generator of Numerical Recipes; the noise only has to differ.
      let word = (index * 7919 + step * 104_729) >>> 0
      for (let k = 0; k < coordinates; k++) {
        word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
        update[k] = way * (((k * 31) % 61) - 30) + (word >>> 27) - 16
      }
      return {
        update,
        residual: new Float32Array(model.length),
        metrics: { loss: 1 / step, samples: 1, clipped: 0, seconds: 0.001 },
      }
    },
    async evaluate() {
      return { accuracy: 0, loss: 0, samples: 0 }
    },
    dispose() {},
  }
}
