/**
 * Aggregation over worker threads and from files: the numbers of src/aggregation, bit for bit, without blocking the calling thread.
 *
 * Needs nothing but processors; `createEngine()` makes one, `await using` stops its threads. Small rounds never leave the calling thread.
 * `openEngine({ gram: 'webgpu', logger })` makes one that leaves large Gram matrices to a WebGPU device, where there is one that computes them exactly (`device/`).
 *
 * @example
 * await using engine = createEngine()
 * const { model, modelRoot, gramRoot } = await engine.aggregate({ spec, model, reference, ledger, rows })
 */
export { GramDevice, openGramDevice } from './device/index.ts'
export type { GramDeviceOptions } from './device/index.ts'
export { createEngine, Engine } from './engine.ts'
export type { EngineOptions, EngineResult, RunOptions, SteppedTrees } from './engine.ts'
export { gramKernelNames, openEngine } from './open-engine.ts'
export type { GramKernelName, OpenEngineOptions } from './open-engine.ts'
export { hashRow } from './hash-row.ts'
export type { HashedBytes } from './hash-row.ts'
export { changedSegment, emptyChecks, takeChecks } from './row-checks.ts'
export type { RowChecks } from './row-checks.ts'
export { openRows, readRow, rowOf } from './row-source.ts'
export type { HashedRow, OpenRows, RowFile, RowSource } from './row-source.ts'
export { shared } from './shared.ts'
