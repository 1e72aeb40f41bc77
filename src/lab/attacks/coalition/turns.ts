import { scaled } from '../vectors.ts'
import type { CoalitionAttack } from './coalition-attack.ts'

/**
 * Attacks seldom enough for the bet on rejections, which forgives one in five: a flipped update in one round of `period`, honest ones between. The members of
 * the coalition flip together, or one after the other so that each round has a flip.
 *
 * Knows: own data and the number of the round.
 */
export const turns: CoalitionAttack<'period' | 'scale' | 'stagger'> = {
  name: 'turns',
  description: 'sends its update with the sign flipped in one round of three and honest updates between',
  paper: 'Perrone and Nelson 2006, A Study of On-Off Attack Models for Wireless Ad Hoc Networks; signs as in Li et al. 2019, RSA',
  parameters: {
    period: { description: 'rounds from one flip of a member to its next', least: 2, most: 8, value: 3, whole: true },
    scale: { description: 'length of the flipped update over the honest one', least: 0.25, most: 6, value: 1 },
    stagger: { description: '0: all flip in one round; 1: one after the other', least: 0, most: 1, value: 0, whole: true },
  },
  conspire: ({ own, round }, { period, scale, stagger }) =>
    own.map((update, i) => ((round + stagger * i) % period === 0 ? scaled(update, -scale) : update)),
}
