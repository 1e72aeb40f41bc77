import { shuffle } from '../../training/index.ts'
import type { Circumstance } from './circumstance.ts'

const FEW = 50

/** The affected members have only fifty samples of their share. */
export const fewSamples: Circumstance = {
  name: 'few-samples',
  description: `it has only ${FEW} samples`,
  deal: (shares, { odd, random }) =>
    shares.map((share, member) => (odd.includes(member) ? shuffle(share.slice(), random).slice(0, FEW).sort() : share)),
}
