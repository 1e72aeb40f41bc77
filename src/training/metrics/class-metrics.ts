import type { Labels } from '../datasets/dataset.ts'

export interface ClassMetrics {
  /** Share of the samples classified rightly, 0…1. */
  accuracy: number
  /** Macro F1: the mean over the classes of 2·right / (named + true). A class that is neither named nor true is left out. */
  f1: number
  /** Area under the ROC curve; for more than two classes the mean of each class against the rest. Left out when no class can be told from others. */
  auc?: number
  /** Average precision: the mean precision over recall, each step weighed by the recall that it adds; averaged and left out as `auc`. It tells more where a class is rare. */
  ap?: number
  /** Samples of class i that were taken for class j, `confusion[i][j]`. */
  confusion: number[][]
}

/**
 * How well classes are told apart.
 *
 * @param outputs logits, one row of `classes` values a sample; a single value a sample is the logit of class 1 against class 0
 * @example classMetrics(Float32Array.of(2, -1, 0.5, 3), [0, 1], 2).accuracy // 1
 */
export function classMetrics(outputs: Float32Array, labels: Labels | readonly number[], width: number): ClassMetrics {
  const classes = Math.max(2, width)
  const confusion = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0))
  for (const [i, label] of labels.entries()) confusion[label]![namedClass(outputs, i, width)]!++
  const curves = scoredClasses(classes, width).map((one) => {
    const scores = scoresOf(outputs, labels.length, width, one)
    return countsByScore(scores, (i) => labels[i] === one)
  })
  const [auc, ap] = [meanOf(curves.map(areaUnderCurve)), meanOf(curves.map(averagePrecision))]
  return {
    accuracy: confusion.reduce((sum, row, i) => sum + row[i]!, 0) / labels.length,
    f1: meanOf(confusion.map((_, i) => f1Of(confusion, i))) ?? 0,
    ...(auc !== undefined && { auc }),
    ...(ap !== undefined && { ap }),
    confusion,
  }
}

/** The classes whose curve is drawn: of two classes, one says all. */
function scoredClasses(classes: number, width: number): number[] {
  return width === 1 || classes === 2 ? [1] : Array.from({ length: classes }, (_, one) => one)
}

function namedClass(outputs: Float32Array, sample: number, width: number): number {
  if (width === 1) return outputs[sample]! > 0 ? 1 : 0
  let best = 0
  for (let k = 1; k < width; k++) if (outputs[sample * width + k]! > outputs[sample * width + best]!) best = k
  return best
}

/** Log-odds of a class against the rest: what orders the samples. */
function scoresOf(outputs: Float32Array, samples: number, width: number, one: number): Float64Array {
  const scores = new Float64Array(samples)
  for (let i = 0; i < samples; i++) scores[i] = width === 1 ? outputs[i]! : logOdds(outputs, i * width, width, one)
  return scores
}

/** Plain loops over the row that starts at `start`: this runs for every class of every sample. */
function logOdds(outputs: Float32Array, start: number, width: number, one: number): number {
  let most = Number.NEGATIVE_INFINITY
  for (let k = 0; k < width; k++) if (k !== one) most = Math.max(most, outputs[start + k]!)
  let rest = 0
  for (let k = 0; k < width; k++) if (k !== one) rest += Math.exp(outputs[start + k]! - most)
  return outputs[start + one]! - most - Math.log(rest)
}

/** Samples that have one score: of the class, and others. */
interface Tie {
  ones: number
  others: number
}

/** Samples by score, the highest first. */
function countsByScore(scores: Float64Array, isOne: (sample: number) => boolean): Tie[] {
  const ties: Tie[] = []
  let last = Number.NaN
  for (const sample of [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!)) {
    if (scores[sample] !== last) ties.push({ ones: 0, others: 0 })
    last = scores[sample]!
    ties.at(-1)![isOne(sample) ? 'ones' : 'others']++
  }
  return ties
}

function totalOf(ties: readonly Tie[]): Tie {
  return ties.reduce((sum, tie) => ({ ones: sum.ones + tie.ones, others: sum.others + tie.others }), { ones: 0, others: 0 })
}

/** Chance that a sample of the class scores above another: the statistic of Mann and Whitney (1947), ties count half. */
function areaUnderCurve(ties: readonly Tie[]): number | undefined {
  const total = totalOf(ties)
  if (total.ones === 0 || total.others === 0) return undefined
  let [above, pairs] = [0, 0]
  for (const { ones, others } of ties) {
    pairs += others * (above + ones / 2)
    above += ones
  }
  return pairs / (total.ones * total.others)
}

/** Samples of one score are named together, so a tie has one precision. */
function averagePrecision(ties: readonly Tie[]): number | undefined {
  const total = totalOf(ties)
  if (total.ones === 0 || total.others === 0) return undefined
  let [right, named, sum] = [0, 0, 0]
  for (const { ones, others } of ties) {
    right += ones
    named += ones + others
    sum += (ones / total.ones) * (right / named)
  }
  return sum
}

function f1Of(confusion: readonly number[][], one: number): number | undefined {
  const right = confusion[one]![one]!
  const named = confusion.reduce((sum, row) => sum + row[one]!, 0)
  const real = confusion[one]!.reduce((sum, count) => sum + count, 0)
  return named + real === 0 ? undefined : (2 * right) / (named + real)
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length
}
