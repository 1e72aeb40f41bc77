/**
 * The protocol as pure functions: bytes, trees, signatures, claims, messages and the round's state machine.
 * Nothing here does I/O; docs/protocol.md is its specification and test/vectors/protocol.json its test data.
 */
export * from './types.ts'
export * from './bytes.ts'
export * from './hash.ts'
export * from './merkle.ts'
export * from './trees.ts'
export * from './claim.ts'
export * from './spec.ts'
export * from './spec-json.ts'
export * from './commitment.ts'
export * from './statements.ts'
export * from './messages.ts'
export * from './wire.ts'
export * from './canonical-json.ts'
export * from './record.ts'
export * from './manifest.ts'
export * from './provenance.ts'
export * from './court.ts'
export * from './validate.ts'
export * from './round/index.ts'
