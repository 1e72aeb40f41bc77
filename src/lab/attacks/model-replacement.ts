import { scaled } from './vectors.ts'
import type { Attack } from './attack.ts'
import { labelFlip } from './label-flip.ts'

const SCALE = 10

/** Trains on flipped labels and sends ten times the result, so that a plain average becomes its own model. */
export const modelReplacement: Attack = {
  name: 'model-replacement',
  description: 'trains on flipped labels and scales its update by 10',
  paper: 'Bagdasaryan et al. 2020, How To Backdoor Federated Learning',
  poisonLabels: labelFlip.poisonLabels!,
  poisonUpdate: (delta) => scaled(delta, SCALE),
}
