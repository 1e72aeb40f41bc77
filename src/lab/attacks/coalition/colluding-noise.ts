import { noise, plus, scaled } from '../vectors.ts'
import type { CoalitionAttack } from './coalition-attack.ts'
import { atLength, usualLength } from './lengths.ts'
import { UPDATE_LENGTH } from './update-length.ts'

/**
 * Pay without work: noise that the coalition agrees on. Scores ask how near a row is to the centre and whether other rows are like it. Rows of the coalition
 * are part of the centre and are each other's company. They are not twins, so no rule may treat them as one row.
 *
 * Knows: the lengths of past rows, and the last public step if it leans on it. Trains nothing.
 */
export const colludingNoise: CoalitionAttack<'cosine' | 'lean' | 'length'> = {
  name: 'colluding-noise',
  description: 'sends noise with a chosen cosine between any two of its rows, trains nothing',
  paper: 'Lin et al. 2019, Free-riders in Federated Learning (random weights); in concert as Douceur 2002, The Sybil Attack',
  idle: true,
  parameters: {
    cosine: { description: 'between two rows of the coalition', least: 0, most: 0.99, value: 0.7 },
    lean: { description: 'length of the last public step beside noise of length 1', least: -1, most: 1, value: 0 },
    length: UPDATE_LENGTH,
  },
  conspire(context, { cosine, lean, length }) {
    const { layout, random, own, history } = context
    const common = scaled(noise(layout, 1, random), Math.sqrt(cosine))
    const last = history.ago(1)
    const shared = last ? plus(common, atLength(last.step, 1), lean) : common
    const target = length * usualLength(context)
    return own.map(() => atLength(plus(shared, noise(layout, 1, random), Math.sqrt(1 - cosine)), target))
  },
}
