import type { MemberConfig } from '../src/config/index.ts'
import type { MemberTraining } from './member-data.ts'

/** What the configuration file says of training, as the trainer takes it. */
export function trainingOf({ training }: Pick<MemberConfig, 'training'>): MemberTraining {
  const { backend, datasetDir, partition, seed, attack, evaluate } = training
  return { backend, datasetDir, partition, seed, attack, evaluate }
}
