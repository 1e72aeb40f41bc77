import { noveltyOf } from '../company.ts'
import { memberGram } from '../member-gram.ts'
import { weighByNnmGm } from '../nnm-gm.ts'
import { settle } from '../score.ts'
import type { LabRule } from './lab-rule.ts'
import { honestMajority } from './theory.ts'

/** Rule 1 before steps back were held: a coalition can turn the last step around. */
export const supportedNnmGm: LabRule = {
  name: 'supported-nnm-gm',
  paper: 'Allouah et al. 2023, Fixing by Mixing; Pillutla et al. 2022; docs/robustness.md §4.10 for support and company',
  breakdown: 'F < 1/2',
  weighting:
    'norms to the stake-median; neighbours hold 1 − F of the stake; median by stake / distance; at most F of the stake rejected, and nobody whom the others support',
  kind: 'gram',
  translates: false,
  splits: true,
  provable: false,
  publicRow: 'last',
  unsafe: honestMajority,
  decide(input) {
    const { gram, stakes } = input
    const { weights, rejected } = weighByNnmGm(input, { supported: true })
    const { scores, verdicts } = settle(memberGram(gram, stakes.length), stakes, weights, rejected, noveltyOf(input))
    return { weights, scores, verdicts, trace: [] }
  },
}
