import { dot, mean, noise, norm, plus, scaled } from '../vectors.ts'
import type { OmniscientAttack } from './omniscient-attack.ts'

/** Rounds in which it only watches for the direction along which honest members differ most. */
export const WARM_UP = 3
/** Length of the noise beside the victim's update. */
const JITTER = 0.02

interface Watch {
  rounds: number
  direction: Float32Array
  /** How far each honest member has lain along it so far. */
  along: number[]
}

/**
 * All attackers repeat one honest member's update, so that its data count too often; after the warm-up, that of the member farthest out along
 * the leading direction of the honest spread (Oja's rule). Harmless to the eye: every row is a plausible one.
 */
export const mimic: OmniscientAttack = {
  name: 'mimic',
  description: `repeats the update of the honest member farthest from the others, chosen after ${WARM_UP} rounds`,
  paper: 'Karimireddy, He, Jaggi 2022, Byzantine-Robust Learning on Heterogeneous Datasets via Bucketing',
  ignoresOwn: true,
  craft(context) {
    const { honest, memory } = context
    const watch = (memory.get('mimic') as Watch | undefined) ?? {
      rounds: 0,
      direction: plus(honest[0]!, mean(honest), -1),
      along: honest.map(() => 0),
    }
    if (watch.rounds < WARM_UP) memory.set('mimic', watched(watch, honest))
    const { along } = memory.get('mimic') as Watch
    const far = along.reduce((best, value, i) => (Math.abs(value) > Math.abs(along[best]!) ? i : best), 0)
    const victim = honest[watch.rounds < WARM_UP ? 0 : far]!
    // An exact copy has the victim's root, and admission refuses all rows of one root.
    return context.own.map(() => plus(victim, noise(context.layout, JITTER * norm(victim), context.random)))
  },
}

function watched({ rounds, direction, along }: Watch, honest: readonly Float32Array[]): Watch {
  const centre = mean(honest)
  const spread = honest.map((row) => plus(row, centre, -1))
  const pulled = spread.reduce((sum, row) => plus(sum, row, dot(row, direction)), new Float32Array(direction.length))
  const length = norm(pulled)
  // t/(t + 1) of the old direction and 1/(t + 1) of where this round pulls it.
  const old = norm(direction) || 1
  const next = length > 0 ? plus(scaled(direction, rounds / (rounds + 1) / old), pulled, 1 / (rounds + 1) / length) : direction
  return { rounds: rounds + 1, direction: next, along: along.map((value, i) => value + dot(honest[i]!, next)) }
}
