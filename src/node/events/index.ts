/**
 * The events of a node: one discriminated union (`NodeEvent`, docs/events.md) and one emitter (`NodeEvents`). The
 * `--json` output, metrics, the live demo and the feed of the gRPC service subscribe to it.
 */
export * from './catalogue.ts'
export * from './claim-event.ts'
export * from './events.ts'
export * from './node-status.ts'
export * from './print-events.ts'
export * from './round-event.ts'
export * from './counted.ts'
export * from './configured-outlets.ts'
export * from './tell-claims.ts'
export * from './tell-draw.ts'
export * from './tell-outcomes.ts'
export * from './tell-refusals.ts'
export * from './tell-rounds.ts'
export * from './tell-story.ts'
