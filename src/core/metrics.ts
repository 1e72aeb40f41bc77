/** The interface of a metrics registry. Names end in `_seconds`, `_bytes` or `_total`; labels are few and bounded. */
export interface Metrics {
  count(name: string, labels?: Record<string, string>, by?: number): void
  /** A function is asked each time the metrics are read out: for values that change without an event. */
  gauge(name: string, value: number | (() => number), labels?: Record<string, string>): void
  observe(name: string, value: number, labels?: Record<string, string>): void
}

export const noMetrics: Metrics = { count() {}, gauge() {}, observe() {} }
