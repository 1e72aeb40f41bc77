/**
 * A free rider that knows what the scores project out, for `quorate lab --attack examples/old-step-attack.ts`: it sends the step before the last one,
 * which is public too. docs/robustness.md §4.7 has what it earns.
 */
import type { Attack } from '../src/training/index.ts'

/** Public steps by the round that follows them; every cell of a grid starts at round 1 and writes them anew. */
const steps = new Map<number, Float32Array>()

const oldStepAttack: Attack = {
  name: 'free-rider-old-step',
  description: 'sends the step before the last one again, trains nothing; noise until there is one',
  paper: 'example, 2026',
  idle: true,
  poisonUpdate(delta, { round, layout, random, lastStep }) {
    if (lastStep) steps.set(round, lastStep)
    const older = round > 2 ? steps.get(round - 1) : undefined
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
