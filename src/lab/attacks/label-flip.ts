import type { Attack } from './attack.ts'

/** Trains as the task says, on labels y → classes − 1 − y. */
export const labelFlip: Attack = {
  name: 'label-flip',
  description: 'trains on flipped labels',
  paper: 'Tolpegin et al. 2020, Data Poisoning Attacks Against Federated Learning Systems',
  poisonLabels: (labels, classes) => labels.map((label) => classes - 1 - label),
}
