import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import { QuorateError } from '../core/index.ts'
import type { Metrics } from '../core/index.ts'
import { METRICS } from './metric-table.ts'
import type { MetricEntry } from './metric-table.ts'

const PREFIX = 'quorate_'

/** Sums that prom-client adds by itself. They are gauges with the suffix of counters, and the same figures come by type without it. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

export interface MetricsOptions {
  /**
   * In tests: an unknown name, a wrong label or the wrong kind of call throws INTERNAL. Otherwise it is ignored,
   * because a metric must never stop the work that it counts.
   */
  strict?: boolean
  /** Also memory, garbage collection and event loop of this process. */
  process?: boolean
}

/** One metric with its present values. */
export interface MetricReading {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram' | 'summary'
  values: { labels: Record<string, string | number>; value: number; series?: string }[]
}

/** Metrics that can be read out. */
export interface MetricsRegistry extends Metrics {
  /** The Prometheus text format. */
  text(): Promise<string>
  /** All metrics as plain data, for readers that are not Prometheus. */
  readings(): Promise<MetricReading[]>
  /** The value of a gauge without labels; 0 before it was set. */
  value(name: string): Promise<number>
  readonly contentType: string
}

/**
 * A registry of the metrics in `METRICS`.
 *
 * @example
 * const metrics = createMetrics({ process: true })
 * metrics.count('rpc_calls_total', { method: 'join', code: 'OK' })
 */
export function createMetrics({ strict = false, process = false }: MetricsOptions = {}): MetricsRegistry {
  const registry = new Registry()
  if (process) {
    collectDefaultMetrics({ register: registry })
    for (const name of MISNAMED) registry.removeSingleMetric(name)
  }
  const table = new Map(Object.entries(METRICS).map(([name, entry]) => [name, make(name, entry, registry)]))

  function update<Kind extends Made['kind']>(kind: Kind, name: string, work: (metric: MetricOf<Kind>) => void): void {
    const made = table.get(name)
    try {
      if (made?.kind !== kind) throw new Error(made ? `${name} is a ${made.kind}` : `there is no metric ${name}`)
      work(made.metric as MetricOf<Kind>)
    } catch (cause) {
      if (strict) throw new QuorateError('INTERNAL', `metric ${name}: ${(cause as Error).message}`, { cause })
    }
  }

  /** Gauges that are asked when the metrics are read out, by name and labels. */
  const asked = new Map<string, () => void>()

  return {
    count: (name, labels = {}, by = 1) => update('counter', name, (metric) => metric.inc(labels, by)),
    gauge(name, value, labels = {}) {
      const set = (known: number): void => update('gauge', name, (metric) => metric.set(labels, known))
      if (typeof value === 'function') asked.set(JSON.stringify([name, labels]), () => set(value()))
      else set(value)
    },
    observe: (name, value, labels = {}) => update('histogram', name, (metric) => metric.observe(labels, value)),
    async text() {
      for (const ask of asked.values()) ask()
      return await registry.metrics()
    },
    async readings() {
      for (const ask of asked.values()) ask()
      return (await registry.getMetricsAsJSON()).map(readingOf)
    },
    async value(name) {
      const made = table.get(name)
      if (made?.kind !== 'gauge') throw new QuorateError('INTERNAL', `there is no gauge ${name}`)
      for (const ask of asked.values()) ask()
      const { values } = await made.metric.get()
      return values[0]?.value ?? 0
    },
    contentType: registry.contentType,
  }
}

/** A reading of prom-client. A histogram names the series of each value: bucket, sum or count. */
function readingOf({ name, help, type, values }: MetricObjectWithValues<MetricValue<string>>): MetricReading {
  return {
    name,
    help,
    type: type as unknown as MetricReading['type'],
    values: values.map(({ labels, value, metricName }: MetricValue<string> & { metricName?: string }) => ({
      labels: { ...(labels as Record<string, string | number>) },
      value,
      ...(metricName !== undefined && metricName !== name && { series: metricName }),
    })),
  }
}

type Made = { kind: 'counter'; metric: Counter } | { kind: 'gauge'; metric: Gauge } | { kind: 'histogram'; metric: Histogram }

type MetricOf<Kind> = Extract<Made, { kind: Kind }>['metric']

function make(name: string, entry: MetricEntry, registry: Registry): Made {
  const common = {
    name: PREFIX + name,
    help: entry.help,
    labelNames: [...(entry.labels ?? [])],
    registers: [registry],
  }
  switch (entry.type) {
    case 'counter':
      return { kind: 'counter', metric: new Counter(common) }
    case 'gauge':
      return { kind: 'gauge', metric: new Gauge(common) }
    case 'histogram':
      return { kind: 'histogram', metric: new Histogram({ ...common, buckets: [...(entry.buckets ?? [])] }) }
  }
}
