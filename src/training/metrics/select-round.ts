import type { Evaluation } from '../learner.ts'

/** Metrics that can name the best round, and which way is better. */
const BETTER = {
  accuracy: 'higher',
  f1: 'higher',
  auc: 'higher',
  ap: 'higher',
  r2: 'higher',
  loss: 'lower',
  mae: 'lower',
  rmse: 'lower',
} as const

export type MetricName = keyof typeof BETTER
export const metricNames = Object.keys(BETTER) as [MetricName, ...MetricName[]]

/** How a task names its best round. */
export interface RoundSelection {
  metric: MetricName
  /** Rounds without a better one after which training may stop; 0 for never. */
  patience: number
}

/** A model that was measured. */
export interface MeasuredRound {
  round: number
  evaluation: Pick<Evaluation, 'accuracy' | 'loss' | 'metrics'>
}

export function higherIsBetter(metric: MetricName): boolean {
  return BETTER[metric] === 'higher'
}

/** A metric of an evaluation; undefined if it was not measured, or is not a finite number. */
export function metricValue({ accuracy, loss, metrics }: MeasuredRound['evaluation'], metric: MetricName): number | undefined {
  const value = metric === 'loss' ? loss : (metrics?.[metric] ?? (metric === 'accuracy' ? accuracy : undefined))
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

/**
 * The best round by a metric. Of equal rounds the first is the best, because it cost less. Rounds without the metric do not count.
 *
 * @returns undefined when no round has the metric
 * @example bestRound([{ round: 1, evaluation: { loss: 2 } }, { round: 2, evaluation: { loss: 1 } }], 'loss')?.round // 2
 */
export function bestRound<R extends MeasuredRound>(rounds: readonly R[], metric: MetricName): R | undefined {
  const sign = higherIsBetter(metric) ? 1 : -1
  let best: { round: R; value: number } | undefined
  for (const round of rounds) {
    const value = metricValue(round.evaluation, metric)
    if (value !== undefined && (!best || sign * value > sign * best.value)) best = { round, value }
  }
  return best?.round
}

/**
 * Whether a training may stop: the metric was measured in more than `patience` rounds, and none of the last `patience` was better than the best before them.
 *
 * @param rounds in their order
 */
export function mayStop(rounds: readonly MeasuredRound[], { metric, patience }: RoundSelection): boolean {
  if (patience === 0) return false
  const measured = rounds.filter(({ evaluation }) => metricValue(evaluation, metric) !== undefined)
  const best = bestRound(measured, metric)
  return best !== undefined && measured.length - 1 - measured.indexOf(best) >= patience
}
