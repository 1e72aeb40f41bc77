import type { MetricsRegistry } from '../../observe/index.ts'
import type { MetricsAnswer } from '../schemas.ts'

/** `/metrics`. */
export async function metricsView(metrics: Pick<MetricsRegistry, 'readings'>): Promise<MetricsAnswer> {
  const readings = await metrics.readings()
  return {
    metrics: readings.map(({ values, ...metric }) => ({
      ...metric,
      values: values.map(({ value, ...rest }) => ({ ...rest, value: Number.isFinite(value) ? value : null })),
    })),
  }
}
