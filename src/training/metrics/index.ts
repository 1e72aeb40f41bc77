/** How good a model is, from its outputs and the labels of test samples. */
export { classMetrics } from './class-metrics.ts'
export type { ClassMetrics } from './class-metrics.ts'
export { numberMetrics } from './number-metrics.ts'
export type { NumberMetrics } from './number-metrics.ts'
export { bestRound, higherIsBetter, mayStop, metricNames, metricValue } from './select-round.ts'
export type { MeasuredRound, MetricName, RoundSelection } from './select-round.ts'
