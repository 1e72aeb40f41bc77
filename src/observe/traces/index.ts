/**
 * Traces of rounds for OpenTelemetry (docs/operations.md, Traces).
 *
 * - `otlpTracer({ endpoint, service, task, logger })`: sends spans to a collector, OTLP over HTTP.
 * - `roundContext(task, round)`: the identity of the trace of a round, the same on every node.
 *
 * Loaded only by programs whose configuration has `[traces]`.
 */
export { otlpTracer, ROUND_SPAN } from './otlp-tracer.ts'
export type { OtlpTracer, OtlpTracerOptions } from './otlp-tracer.ts'
export { roundContext } from './round-context.ts'
export type { RoundContext, TracedTask } from './round-context.ts'
