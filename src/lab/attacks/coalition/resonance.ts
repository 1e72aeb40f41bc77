import { plus, scaled } from '../vectors.ts'
import type { CoalitionAttack } from './coalition-attack.ts'
import { atLength, usualLength } from './lengths.ts'
import { UPDATE_LENGTH } from './update-length.ts'

/**
 * Feeds the swing of training. Local training with momentum overshoots, so that a step resembles the step before the last one. A push along that step looks
 * like an honest update and makes the swing larger in every round.
 *
 * Knows: past steps and own data. Honest until there are two steps.
 */
export const resonance: CoalitionAttack<'mix' | 'length'> = {
  name: 'resonance',
  description: 'pushes along the step before the last one, so that training swings more from round to round',
  paper:
    'after Sutskever, Martens, Dahl, Hinton 2013, On the importance of initialization and momentum (oscillation under momentum)',
  parameters: {
    mix: { description: 'length of the old step in a row; the rest is an honest update', least: 0, most: 1, value: 0.8 },
    length: { ...UPDATE_LENGTH, value: 1.2 },
  },
  conspire(context, { mix, length }) {
    const { own, history } = context
    const swing = history.ago(2)
    if (!swing) return [...own]
    const push = atLength(swing.step, mix)
    const target = length * usualLength(context)
    return own.map((update) => atLength(plus(push, scaled(atLength(update, 1), 1 - mix)), target))
  },
}
