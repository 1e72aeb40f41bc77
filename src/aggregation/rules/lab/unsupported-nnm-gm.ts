import { scoresNovelty } from '../../../protocol/types.ts'
import { memberGram } from '../member-gram.ts'
import { weighByNnmGm } from '../nnm-gm.ts'
import { residualGram } from '../novelty.ts'
import type { RuleInput, RuleOutput } from '../rule.ts'
import { settle } from '../score.ts'
import type { LabRule } from './lab-rule.ts'
import { noveltyScores } from './novelty-scores.ts'
import { honestMajority, needsRow } from './theory.ts'

const about = {
  paper:
    'Allouah et al. 2023, Fixing by Mixing; Pillutla et al. 2022; docs/aggregation.md for the scaling both ways and the outlier test',
  breakdown: 'F < 1/2',
  weighting:
    'norms to the stake-median; neighbours hold 1 − F of the stake; median by stake / distance; at most F of the stake rejected',
  kind: 'gram',
  translates: false,
  splits: true,
  provable: false,
  decide: decideWithoutSupport,
} as const satisfies Partial<LabRule>

/** Rule 1 before it asked for support: any odd row is rejected, and pay follows the cosine with the sum. */
export const equalisedNnmGm: LabRule = { ...about, name: 'equalised-nnm-gm', publicRow: 'none', unsafe: honestMajority }

/** The default before support: the same weights, with scores for the new part beside the last public step. */
export const noveltyNnmGm: LabRule = { ...about, name: 'novelty-nnm-gm', publicRow: 'last', unsafe: honestMajority }

/**
 * The same with stake × trust in the sum of past aggregates as share. The rows that dominate the first rounds become the reference. The lab shows when
 * this happens.
 */
export const referenceNnmGm: LabRule = {
  ...about,
  name: 'reference-nnm-gm',
  publicRow: 'past',
  unsafe: needsRow('past', 'trust in past aggregates'),
}

/**
 * The same with trust in an update trained on a public root set (Cao et al. 2021). Nobody can capture that row; the protocol has no commitment to
 * a root set yet.
 */
export const rootNnmGm: LabRule = {
  ...about,
  name: 'root-nnm-gm',
  publicRow: 'root',
  unsafe: needsRow('root', 'trust in a root set'),
}

function decideWithoutSupport(input: RuleInput): RuleOutput {
  const { gram, stakes, hasReference, spec } = input
  const { weights, rejected } = weighByNnmGm(input, { supported: false })
  const members = memberGram(gram, stakes.length)
  const settled = settle(members, stakes, weights, rejected)
  const residual = hasReference && scoresNovelty(spec) ? residualGram(gram) : undefined
  const scores = residual ? noveltyScores(members, residual, stakes, weights, rejected) : settled.scores
  return { weights, scores, verdicts: settled.verdicts, trace: [] }
}
