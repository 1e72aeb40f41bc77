import { plus, scaled } from '../vectors.ts'
import type { CoalitionAttack } from './coalition-attack.ts'
import { atLength, usualLength } from './lengths.ts'
import { UPDATE_LENGTH } from './update-length.ts'

/**
 * Drift: pulls the model back to where it began, a usual length a round. The direction hardly changes from round to round, while honest updates of late rounds
 * have little in common, so that a few members who agree move the centre.
 *
 * Knows: the first and the current model. Honest in the first round.
 */
export const rewinding: CoalitionAttack<'mix' | 'length'> = {
  name: 'rewinding',
  description: 'pulls the model back towards the first one, a usual length in each round',
  paper:
    'after Fang, Cao, Jia, Gong 2020, Local Model Poisoning Attacks to Byzantine-Robust Federated Learning (directed deviation)',
  parameters: {
    mix: { description: 'length of the pull in a row; the rest is an honest update', least: 0, most: 1, value: 1 },
    length: UPDATE_LENGTH,
  },
  conspire(context, { mix, length }) {
    const { own, history } = context
    if (history.length === 0) return [...own]
    const pull = atLength(plus(history.first, history.model, -1), mix)
    const target = length * usualLength(context)
    return own.map((update) => atLength(plus(pull, scaled(atLength(update, 1), 1 - mix)), target))
  },
}
