import { noise, norm, plus, scaled } from '../vectors.ts'
import type { OmniscientAttack } from './omniscient-attack.ts'

/** Length of the jitter, so that no two identities send one update. */
const JITTER = 0.05

/** A sign flip whose bond is spread over sixteen identities: with stake-linear rules it must weigh exactly what one would. */
export const stakeSplitting: OmniscientAttack = {
  name: 'stake-splitting',
  description: 'splits every attacking bond over 16 identities that send its flipped update with jitter',
  paper: 'Douceur 2002, The Sybil Attack; Fung et al. 2020',
  identities: 16,
  craft: ({ own, layout, random }) => own.map((delta) => plus(scaled(delta, -4), noise(layout, JITTER * norm(delta), random))),
}
