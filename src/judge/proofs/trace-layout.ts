import { BUCKETS_KIND, TraceKind } from '../../aggregation/index.ts'
import { bucketTerms, RuleId, scoresNovelty, weighsByTrust } from '../../protocol/index.ts'
import type { TaskSpec } from '../../protocol/index.ts'

/** Which leaves a trace has, in order. */
export interface TraceLayout {
  /** Admitted rows n, or sums of them. */
  rows: number
  iterations: number
  leaves: { kind: number; index: number; length: number }[]
  /** Place of a leaf. */
  position: (kind: number, index?: number) => number
}

/** The leaves of a trace over n rows of a task, everything but their words (docs/aggregation.md §6). The contract's TraceLayout says the same. */
export function traceLayout({ rule, committee }: Pick<TaskSpec, 'rule' | 'committee'>, rows: number): TraceLayout {
  const leaves: TraceLayout['leaves'] = []
  const add = (kind: number, length = rows, index = 0): void => void leaves.push({ kind, index, length })
  const each = (kind: number, length = rows): void => {
    for (let i = 0; i < rows; i++) add(kind, length, i)
  }
  const K = TraceKind
  add(K.stakes)
  if (rule.rule === RuleId.nnmGm) {
    if (weighsByTrust(rule)) add(K.trust)
    add(K.shares)
    add(K.norms)
    add(K.scales, rows + 1)
    each(K.equalised)
    add(K.squares)
    each(K.neighbours, 3)
    each(K.mixedOnce)
    each(K.mixed)
    for (let t = 0; t < rule.iterations; t++) {
      add(K.centre, rows + 1, t)
      add(K.inverseDistances, rows, t)
    }
    add(K.mixWeights)
    add(K.rawWeights)
    add(K.firstWeights)
    add(K.firstProducts, rows + 1)
    add(K.distances)
    add(K.cosines)
    add(K.medians, 3)
    add(K.oddness)
    add(K.support)
    add(K.supportMedian, 1)
    add(K.rejected)
    if (scoresNovelty(rule)) {
      add(K.filteredWeights)
      add(K.reversal, rows + 1)
    }
  }
  add(K.weights)
  add(K.products, rows + 1)
  add(K.finalCosines)
  if (scoresNovelty(rule)) {
    add(K.residualSquares)
    add(K.company)
    add(K.payMedian, 1)
  }
  add(K.scores)
  add(K.verdicts)
  if (bucketTerms({ committee })) add(BUCKETS_KIND)
  const places = new Map(leaves.map(({ kind, index }, place) => [`${kind} ${index}`, place]))
  return {
    rows,
    iterations: rule.iterations,
    leaves,
    position: (kind, index = 0) => {
      const place = places.get(`${kind} ${index}`)
      if (place === undefined) throw new RangeError(`the rule writes no trace leaf ${kind} ${index}`)
      return place
    },
  }
}
