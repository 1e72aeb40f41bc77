import { noise, norm, plus, scaled } from '../vectors.ts'
import type { OmniscientAttack } from './omniscient-attack.ts'

/** Length of the jitter, so that no two identities send one update. */
const JITTER = 0.05

/** Every attacking bond spread over identities that send its update times a factor: with stake-linear rules it must weigh and earn exactly what one would. */
function splitOver(identities: number, factor: number, name: string, description: string): OmniscientAttack {
  return {
    name,
    description,
    paper: 'Douceur 2002, The Sybil Attack; Fung et al. 2020',
    identities,
    craft: ({ own, layout, random }) =>
      own.map((delta) => plus(scaled(delta, factor), noise(layout, JITTER * norm(delta), random))),
  }
}

export const stakeSplitting = splitOver(
  16,
  -4,
  'stake-splitting',
  'splits every attacking bond over 16 identities that send its flipped update with jitter',
)

/** For the question whether splitting pays somebody who trains honestly: the same once whole and once in pieces. */
export const unsplit = splitOver(1, 1, 'split-1', 'sends its honest update with jitter, for comparison with split-64')
export const split64 = splitOver(
  64,
  1,
  'split-64',
  'splits every attacking bond over 64 identities that send its honest update with jitter',
)
