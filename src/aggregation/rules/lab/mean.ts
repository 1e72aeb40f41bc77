import { weightedMean } from '../weighted-mean.ts'
import { provableRule } from './provable-rule.ts'
import { noByzantine } from './theory.ts'

/**
 * Rule 0, the weighted mean.
 *
 * Paper: McMahan et al. 2017, "Communication-Efficient Learning of Deep Networks from Decentralized Data" (FedAvg).
 * Breakdown: 0, one row moves it anywhere. Stake: weight in proportion.
 */
export const mean = provableRule(weightedMean, {
  name: 'mean',
  paper: 'McMahan et al. 2017, Communication-Efficient Learning of Deep Networks from Decentralized Data',
  breakdown: '0',
  weighting: 'in proportion to stake',
  publicRow: 'none',
  translates: true,
  splits: true,
  unsafe: noByzantine('the weighted mean goes wherever one row pulls it'),
})
