import type { Circumstance } from './circumstance.ts'

/** The affected members name the classes otherwise: what is class c for the others is c + 3 for them, as in a laboratory with codes of its own. */
export const permutedLabels: Circumstance = {
  name: 'permuted-labels',
  description: 'it names the classes otherwise: class c of the others is class c + 3',
  unlike: true,
  samples: ({ inputs, labels }, { classes }) => ({ inputs, labels: labels.map((label) => (label + 3) % classes) }),
}
