import type { MetricName } from '../../src/training/index.ts'

/** Metrics between 0 and 1 that people read in percent. */
const SHARES: readonly MetricName[] = ['accuracy', 'f1', 'auc', 'ap']

export function isShare(metric: MetricName): boolean {
  return SHARES.includes(metric)
}

/** A value of a metric for people. */
export function measured(metric: MetricName, value: number): string {
  return isShare(metric) ? `${(100 * value).toFixed(1)} %` : value.toPrecision(4)
}
