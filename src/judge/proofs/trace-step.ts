import { pairIndex, TraceKind } from '../../aggregation/index.ts'
import { RuleId, scoresNovelty, weighsByTrust } from '../../protocol/index.ts'
import type { RuleSpec } from '../../protocol/index.ts'
import type { TraceLayout } from './trace-layout.ts'

const K = TraceKind

/** Kinds that are judged word by word; the others as a whole leaf. */
const BY_WORD: ReadonlySet<number> = new Set([
  K.norms,
  K.equalised,
  K.squares,
  K.mixedOnce,
  K.mixed,
  K.centre,
  K.inverseDistances,
  K.rawWeights,
  K.firstProducts,
  K.distances,
  K.cosines,
  K.products,
  K.finalCosines,
  K.residualSquares,
  K.company,
  K.support,
])

/** Whether a proof about a leaf of this kind names the wrong word. */
export function judgedByWord(kind: number): boolean {
  return BY_WORD.has(kind)
}

/**
 * Places of the leaves that a step is judged with, ascending: the stakes, the inputs of the step, the judged leaf
 * (docs/aggregation.md §6).
 *
 * @param word of the leaf, for kinds judged word by word
 */
export function leavesOfStep(layout: TraceLayout, rule: RuleSpec, kind: number, index: number, word: number): number[] {
  const { rows, iterations, position } = layout
  const filter = rule.rule === RuleId.nnmGm
  const needs: [kind: number, index?: number][] = [[K.stakes]]
  const need = (...more: [number, number?][]): void => void needs.push(...more)
  if (kind === K.shares && weighsByTrust(rule)) need([K.trust])
  if (kind === K.scales) need([K.norms])
  if (kind === K.equalised) need([K.scales])
  if (kind === K.squares) need([K.equalised, word])
  if (kind === K.neighbours) need([K.shares], [K.equalised, index], [K.squares])
  if (kind === K.mixedOnce) need([K.shares], [K.equalised, word], [K.neighbours, index])
  if (kind === K.mixed) need([K.shares], [K.neighbours, word], [K.mixedOnce, index])
  if (kind === K.centre) {
    need([K.shares])
    if (word < rows) need([K.mixed, word])
    if (index > 0) need([K.inverseDistances, index - 1])
  }
  if (kind === K.inverseDistances) need([K.scales], [K.mixed, word], [K.centre, index])
  if (kind === K.mixWeights) {
    need([K.shares])
    if (iterations > 0) need([K.inverseDistances, iterations - 1])
  }
  if (kind === K.rawWeights) {
    need([K.shares], [K.scales], [K.mixWeights])
    for (let i = 0; i < rows; i++) need([K.neighbours, i])
  }
  if (kind === K.firstWeights) need([K.rawWeights])
  if (kind === K.firstProducts) need([K.firstWeights])
  if (kind === K.distances || kind === K.cosines) need([K.firstProducts])
  if (kind === K.medians) need([K.scales], [K.distances], [K.cosines])
  if (kind === K.oddness) need([K.distances], [K.cosines], [K.medians])
  if (kind === K.support) need([K.norms], [K.equalised, word], [K.squares])
  if (kind === K.supportMedian) need([K.support])
  if (kind === K.rejected) need([K.rawWeights], [K.oddness], [K.support], [K.supportMedian])
  const holds = filter && scoresNovelty(rule)
  if (kind === K.filteredWeights || (kind === K.weights && filter && !holds)) need([K.rawWeights], [K.rejected])
  if (kind === K.reversal) need([K.rejected], [K.filteredWeights])
  if (kind === K.weights && holds) need([K.filteredWeights], [K.reversal])
  if (kind === K.products) need([K.weights])
  if (kind === K.finalCosines) need([K.products])
  if (kind === K.company) need([K.residualSquares])
  if (kind === K.payMedian) need([K.company])
  if (kind === K.scores && scoresNovelty(rule)) need([K.company], [K.payMedian])
  if (kind === K.scores && !scoresNovelty(rule)) need([K.finalCosines])
  if (kind === K.verdicts) need([K.weights])
  if (filter && (kind === K.scores || kind === K.verdicts)) need([K.rejected])
  need([kind, index])
  return [...new Set(needs.map(([k, i]) => position(k, i)))].sort((a, b) => a - b)
}

/**
 * Pairs of rows whose inner products a step follows from, ascending.
 *
 * @param novelty whether scores count only the part beside the public row, which is row `rows` of the Gram matrix
 * @param other second row of a trust proof
 */
export function pairsOfStep(rows: number, kind: number, index: number, word: number, other: number, novelty: boolean): number[] {
  const pair = (i: number, j: number): number => (i < j ? pairIndex(j, i) : pairIndex(i, j))
  if (kind === K.trust) {
    const both = [word, other]
    return [...new Set([...both.map((i) => pair(i, i)), ...both.map((i) => pair(rows, i)), pair(rows, rows)])].sort(
      (a, b) => a - b,
    )
  }
  if (kind === K.equalised) return [pair(index, word)]
  if (kind === K.norms || kind === K.distances || kind === K.cosines || kind === K.finalCosines) return [pair(word, word)]
  if (kind === K.reversal) return Array.from({ length: rows }, (_, j) => pair(rows, j))
  if (kind === K.residualSquares) return [pair(word, word), pair(rows, word), pair(rows, rows)]
  const residual = novelty && (kind === K.products || kind === K.company)
  if ((kind === K.firstProducts || kind === K.products || kind === K.company) && word < rows) {
    const row = Array.from({ length: rows }, (_, j) => pair(word, j))
    return residual ? [...row, ...Array.from({ length: rows + 1 }, (_, j) => pair(rows, j))] : row
  }
  return []
}
