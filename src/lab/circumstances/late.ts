import type { Circumstance } from './circumstance.ts'

/** The odd members join when half of the rounds are over. */
export const late: Circumstance = {
  name: 'late',
  description: 'it joins after half of the rounds',
  joins: (rounds) => Math.floor(rounds / 2) + 1,
}
