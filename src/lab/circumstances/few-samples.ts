import { shuffle } from '../../training/index.ts'
import type { Circumstance } from './circumstance.ts'

const FEW = 50

/** The odd members have fifty samples of their share and no more. */
export const fewSamples: Circumstance = {
  name: 'few-samples',
  description: `it has ${FEW} samples only`,
  deal: (shares, { odd, random }) =>
    shares.map((share, member) => (odd.includes(member) ? shuffle(share.slice(), random).slice(0, FEW).sort() : share)),
}
