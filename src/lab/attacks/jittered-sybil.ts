import { createRandom } from '../../training/random.ts'
import type { Attack } from './attack.ts'
import { noise, norm, plus, scaled } from './vectors.ts'

/** Length of the jitter beside the common direction. */
const JITTER = 0.2

/**
 * Sybils that push in one direction without communication: against the last public step (in the first round along a
 * direction that all of them derive alike), as long as their own honest update, each with a little noise so that no two
 * updates are equal.
 */
export const jitteredSybil: Attack = {
  name: 'jittered-sybil',
  description: 'pushes against the last step together with its sybils, each with its own jitter',
  paper: 'Fung et al. 2020, The Limitations of Federated Learning in Sybil Settings',
  poisonUpdate: (delta, { lastChange, layout, random }) => {
    const common = lastChange && norm(lastChange) > 0 ? scaled(lastChange, -1) : noise(layout, 1, createRandom('sybils'))
    const length = norm(delta)
    return plus(scaled(common, length / norm(common)), noise(layout, JITTER * length, random))
  },
}
