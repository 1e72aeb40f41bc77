import { nnmGm } from '../nnm-gm.ts'
import { provableRule } from './provable-rule.ts'
import { honestMajority } from './theory.ts'

/** Rule 1 as tasks have it: equalised norms, NNM, GM, outlier test with support, no step back beyond F, pay by company (docs/aggregation.md §4 and §5). */
export const heldNnmGm = provableRule(nnmGm, {
  name: 'held-nnm-gm',
  paper:
    'Allouah et al. 2023, Fixing by Mixing; Pillutla et al. 2022; Tukey 1962 for the Winsorised mean; docs/robustness.md §4.10 and §4.15',
  breakdown: 'F < 1/2',
  weighting:
    'norms to the stake-median; neighbours hold 1 − F of the stake; median by stake / distance; at most F of the stake rejected, and nobody whom the others support; the F that goes back most along the last step pulls no further than the next row',
  translates: false,
  splits: true,
  publicRow: 'last',
  unsafe: honestMajority,
})
