import type { Labels } from '../datasets/dataset.ts'

export interface NumberMetrics {
  /** Mean absolute error. */
  mae: number
  /** Root of the mean squared error. */
  rmse: number
  /** Share of the variance of the labels that is explained: 1 is perfect, 0 no better than their mean. Left out for equal labels. */
  r2?: number
}

/**
 * How near numbers come to the labels.
 *
 * @param outputs one value a sample
 * @example numberMetrics(Float32Array.of(1, 3), [1, 2]).mae // 0.5
 */
export function numberMetrics(outputs: Float32Array, labels: Labels | readonly number[]): NumberMetrics {
  const n = labels.length
  let [absolute, squared, sum, sumOfSquares] = [0, 0, 0, 0]
  for (const [i, label] of labels.entries()) {
    const error = outputs[i]! - label
    absolute += Math.abs(error)
    squared += error * error
    sum += label
  }
  for (const label of labels) sumOfSquares += (label - sum / n) ** 2
  return { mae: absolute / n, rmse: Math.sqrt(squared / n), ...(sumOfSquares > 0 && { r2: 1 - squared / sumOfSquares }) }
}
