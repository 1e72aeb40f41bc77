import type { Circumstance } from './circumstance.ts'

const SHARE = 0.1

/** One label in ten of the affected members is wrong, with equal chance for every other class. */
export const labelNoise: Circumstance = {
  name: 'label-noise',
  description: `${100 * SHARE} % of its labels are wrong`,
  samples: ({ inputs, labels }, { classes, random }) => ({
    inputs,
    labels: labels.map((label) => (random.unit() < SHARE ? (label + 1 + random.below(classes - 1)) % classes : label)),
  }),
}
