import type { Attack } from './attack.ts'
import { signFlip } from './sign-flip.ts'

/** First step of the attack. */
export const WAKES = 5

/** Honest until its record is good, then flips signs. */
export const sleeper: Attack = {
  name: 'sleeper',
  description: `trains honestly for ${WAKES - 1} rounds, then sends its update with the sign flipped and scaled by 4`,
  paper: 'Perrone and Nelson 2006, A Study of On-Off Attack Models for Wireless Ad Hoc Networks; signs as in Li et al. 2019, RSA',
  poisonUpdate: (delta, context) => (context.step < WAKES ? delta : signFlip.poisonUpdate!(delta, context)),
}
