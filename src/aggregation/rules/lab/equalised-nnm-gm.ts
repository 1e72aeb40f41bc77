import { nnmGm } from '../nnm-gm.ts'
import type { LabRule } from './lab-rule.ts'
import { provableRule } from './provable-rule.ts'
import { honestMajority, needsRow } from './theory.ts'

const about = {
  paper:
    'Allouah et al. 2023, Fixing by Mixing; Pillutla et al. 2022; docs/aggregation.md for the scaling both ways and the outlier test',
  breakdown: 'F < 1/2',
  weighting:
    'norms to the stake-median; neighbours hold 1 − F of the stake; median by stake / distance; at most F of the stake rejected',
  translates: false,
  splits: true,
}

/** Rule 1, the protocol's default: equalised norms, NNM, GM, outlier test (docs/aggregation.md §4). */
export const equalisedNnmGm = provableRule(nnmGm, {
  ...about,
  name: 'equalised-nnm-gm',
  publicRow: 'none',
  unsafe: honestMajority,
})

/**
 * Rule 1 as `quorate deploy` sets it: the same weights, with scores for the new part beside the last public step
 * (docs/aggregation.md §5.2).
 */
export const noveltyNnmGm = provableRule(nnmGm, {
  ...about,
  name: 'novelty-nnm-gm',
  publicRow: 'last',
  unsafe: honestMajority,
})

/**
 * Rule 1 with stake × trust in the sum of past aggregates as share. Provable, but the rows that dominate the first
 * rounds become the reference. The lab shows when this happens.
 */
export const referenceNnmGm = provableRule(nnmGm, {
  ...about,
  name: 'reference-nnm-gm',
  publicRow: 'past',
  unsafe: needsRow('past', 'trust in past aggregates'),
})

/**
 * Rule 1 with trust in an update trained on a public root set (Cao et al. 2021). Nobody can capture that row; the protocol has no commitment to
 * a root set yet, so it is for the lab only.
 */
export const rootNnmGm: LabRule = {
  ...provableRule(nnmGm, { ...about, name: 'root-nnm-gm', publicRow: 'root', unsafe: needsRow('root', 'trust in a root set') }),
  provable: false,
}
