import type { Labels } from '../datasets/dataset.ts'

export interface ClassMetrics {
  /** Share of the samples classified rightly, 0…1. */
  accuracy: number
  /** Macro F1: the mean over the classes of 2·right / (named + true). A class that is neither named nor true is left out. */
  f1: number
  /** Area under the ROC curve; for more than two classes the mean of each class against the rest. Left out when no class can be told from others. */
  auc?: number
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
  const auc = meanOf(
    scoredClasses(classes, width).map((one) =>
      areaUnderCurve(scoresOf(outputs, labels.length, width, one), (i) => labels[i] === one),
    ),
  )
  return {
    accuracy: confusion.reduce((sum, row, i) => sum + row[i]!, 0) / labels.length,
    f1: meanOf(confusion.map((_, i) => f1Of(confusion, i))) ?? 0,
    ...(auc !== undefined && { auc }),
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

/** Chance that a sample of the class scores above another: the rank sum of Mann and Whitney (1947), ties count half. */
function areaUnderCurve(scores: Float64Array, isOne: (sample: number) => boolean): number | undefined {
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!)
  let [ones, rankSum] = [0, 0]
  for (let from = 0; from < order.length;) {
    let to = from + 1
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++
    const rank = (from + 1 + to) / 2
    for (const sample of order.slice(from, to)) {
      if (!isOne(sample)) continue
      ones++
      rankSum += rank
    }
    from = to
  }
  const others = order.length - ones
  return ones === 0 || others === 0 ? undefined : (rankSum - (ones * (ones + 1)) / 2) / (ones * others)
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
