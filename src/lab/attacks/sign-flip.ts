import { scaled } from './vectors.ts'
import type { Attack } from './attack.ts'

const SCALE = -4

/** Trains honestly and sends the opposite, four times as long, to drive the average away from the minimum. */
export const signFlip: Attack = {
  name: 'sign-flip',
  description: 'sends its update with the sign flipped and scaled by 4',
  paper: 'Li et al. 2019, RSA: Byzantine-Robust Stochastic Aggregation Methods',
  poisonUpdate: (delta) => scaled(delta, SCALE),
}
