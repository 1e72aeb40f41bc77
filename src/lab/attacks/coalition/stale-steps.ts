import { noise, plus } from '../vectors.ts'
import type { CoalitionAttack } from './coalition-attack.ts'
import { atLength, usualLength } from './lengths.ts'
import { UPDATE_LENGTH } from './update-length.ts'

/**
 * Pay without work: an old public step under noise. Novelty takes the last public step out of a row and no older one. Training swings, so that the step
 * before the last one lies along the next one. Each row has noise of its own, so that no two are twins.
 *
 * Knows: past steps. Trains nothing; sends noise until there is a step.
 */
export const staleSteps: CoalitionAttack<'lag' | 'noise' | 'length'> = {
  name: 'stale-steps',
  description: 'sends the step before the last one under noise, trains nothing',
  paper:
    'Fraboni, Vidal, Lorenzi 2021, Free-rider Attacks on Model Aggregation in Federated Learning (disguised), with an older step',
  idle: true,
  parameters: {
    lag: { description: 'rounds back to the step', least: 1, most: 6, value: 2, whole: true },
    noise: { description: 'length of the noise of each row beside a step of length 1', least: 0, most: 3, value: 0.5 },
    length: UPDATE_LENGTH,
  },
  conspire(context, { lag, noise: share, length }) {
    const { layout, random, own, history } = context
    const past = history.ago(lag) ?? history.ago(1)
    const target = length * usualLength(context)
    return own.map(() => {
      const jitter = noise(layout, 1, random)
      return atLength(past ? plus(atLength(past.step, 1), jitter, share) : jitter, target)
    })
  },
}
