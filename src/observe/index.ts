/**
 * Logs and metrics of a running node.
 *
 * - `createLogger({ name, level, file })`: JSON lines to a file or stderr, secrets blanked. Never stdout.
 * - `createMetrics({ process: true })`: the metrics of `METRICS`, for Prometheus.
 * - `startMetricsServer({ listen, metrics, ready, logger })`: `/metrics`, `/healthz` and `/readyz`.
 *
 * They implement `Logger`, `Metrics` and `Service` of `src/core`; every other module knows only those.
 */
export { createLogger } from './logger.ts'
export type { LogLevel, LoggerOptions } from './logger.ts'
export { METRICS } from './metric-table.ts'
export type { MetricEntry, MetricName } from './metric-table.ts'
export { createMetrics } from './metrics.ts'
export type { MetricReading, MetricsOptions, MetricsRegistry } from './metrics.ts'
export { createMetricsServer, startMetricsServer } from './metrics-server.ts'
export type { Health, MetricsServer, MetricsServerOptions } from './metrics-server.ts'
