/**
 * An example of a free rider that knows the novelty scores, for `quorate lab --attack examples/old-step-attack.ts`. It
 * sends the step before the last one, which is public too. docs/robustness.md §4.7 shows its earnings.
 */
import type { Attack } from '../src/lab/index.ts'

/** Public changes of the model by the step that follows them; every cell of a grid starts at step 1 and overwrites them. */
const changes = new Map<number, Float32Array>()

const oldStepAttack: Attack = {
  name: 'free-rider-old-step',
  description: 'sends the step before the last one again, trains nothing; noise until there is one',
  paper: 'example, 2026',
  idle: true,
  poisonUpdate(delta, { step, layout, random, lastChange }) {
    if (lastChange) changes.set(step, lastChange)
    const older = step > 2 ? changes.get(step - 1) : undefined
    if (older) return older.slice()
    const noise = new Float32Array(delta.length)
    // Padding stays zero: the protocol refuses updates that use it.
    for (const { offset, length } of layout.tensors) {
      for (let k = offset; k < offset + length; k++) noise[k] = 0.01 * random.normal()
    }
    return noise
  },
}

export default oldStepAttack
