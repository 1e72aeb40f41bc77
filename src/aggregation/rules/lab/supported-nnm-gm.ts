import { nnmGm } from '../nnm-gm.ts'
import { provableRule } from './provable-rule.ts'
import { honestMajority } from './theory.ts'

/** Rule 1 as tasks have it: equalised norms, NNM, GM, outlier test with support, pay by company (docs/aggregation.md §4 and §5). */
export const supportedNnmGm = provableRule(nnmGm, {
  name: 'supported-nnm-gm',
  paper: 'Allouah et al. 2023, Fixing by Mixing; Pillutla et al. 2022; docs/robustness.md §4.10 for support and company',
  breakdown: 'F < 1/2',
  weighting:
    'norms to the stake-median; neighbours hold 1 − F of the stake; median by stake / distance; at most F of the stake rejected, and nobody whom the others support',
  translates: false,
  splits: true,
  publicRow: 'last',
  unsafe: honestMajority,
})
