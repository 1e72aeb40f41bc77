import { QuorateError } from '../core/errors.ts'
import type { Layout } from './layout.ts'

/** Root mean square of an update's values that a first training should have: later updates are smaller, and int8 ends at 127. */
const WANTED_RMS = 32
/** A tensor whose own exponent differs by more than this from that of all gets its own. */
const APART = 4

/**
 * Chooses the exponents of int8 updates from the change that one member's first training made: so that values are neither cut off at 127 nor
 * lost below 1. All tensors share one exponent, which weighs every parameter alike in the inner products that the rule looks at, but for
 * tensors that move more than sixteen times as much or as little. Values that did not move do not count: most rows of an embedding stay where they are, and those of the
 * words that occur would be cut off.
 *
 * @param delta float32[D], trained weights minus base weights
 * @returns one exponent for each tensor
 * @throws QuorateError TRAINING_DIVERGED for values that are not finite, and for a training that changed nothing
 * @example calibrateExponents(layout, (await learner.train({ weights, step: 1 })).delta) // [-9, -9, -9, -9]
 */
export function calibrateExponents(layout: Layout, delta: Float32Array): number[] {
  const moved = layout.tensors.map(({ name, offset, length }) => {
    let [sum, count] = [0, 0]
    for (let k = offset; k < offset + length; k++) {
      sum += delta[k]! ** 2
      if (delta[k] !== 0) count++
    }
    if (!Number.isFinite(sum))
      throw new QuorateError('TRAINING_DIVERGED', `the first training made tensor ${name} infinite: lower the learning rate`, {
        details: { tensor: name },
      })
    return { sum, count }
  })
  const [sum, count] = [moved.reduce((all, one) => all + one.sum, 0), moved.reduce((all, one) => all + one.count, 0)]
  if (sum === 0)
    throw new QuorateError('TRAINING_DIVERGED', 'the first training changed no weight: raise the learning rate, or train longer')
  const shared = exponentOf(sum / count)
  return moved.map((one) => {
    const own = one.sum === 0 ? shared : exponentOf(one.sum / one.count)
    return Math.abs(own - shared) > APART ? own : shared
  })
}

function exponentOf(meanSquare: number): number {
  return Math.round(Math.log2(Math.sqrt(meanSquare) / WANTED_RMS))
}
