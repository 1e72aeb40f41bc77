/**
 * Robust aggregation as a pure, integer-exact function: admission, Gram matrix, rule, verdicts, step, ledger (docs/aggregation.md).
 *
 * Needs the protocol types and hashes and a set of kernels, nothing else. `aggregateRound` ties it together; the parts are exported for judges
 * and the lab.
 *
 * @example
 * const kernels = createWasmKernels()
 * const result = aggregateRound({ spec, kernels, model, reference, ledger, rows })
 */
export { admitRows, aggregateRound, closeRound, gramRows, judgeRows, quarantinedWeight } from './aggregate-round.ts'
export type { AggregatedRow, AggregateInput, AggregateResult, AggregateRow, JudgedRound, RoundInput } from './aggregate-round.ts'
export { bucketRows, BUCKETS_KIND, bucketsLeaf, spreadOutcome } from './buckets/index.ts'
export type { SpreadOutcome } from './buckets/index.ts'
export { admissionFault, lengthFault, originals, valueFault } from './admit.ts'
export type { AdmissionFault, ChunkFault, NormFault } from './admit.ts'
export { applyStep, stepSegments } from './apply-step.ts'
export type { StepInput, StepOutput, StepRange } from './apply-step.ts'
export {
  encodeEvidence,
  evidenceOf,
  isQuarantined,
  nextEvidence,
  NO_EVIDENCE,
  QUARANTINE_AT,
  QUARANTINE_MEMORY,
} from './evidence.ts'
export type { Evidence } from './evidence.ts'
export { similarity } from './similarity.ts'
export { computeGram, gramOfPartials, gramPartials, pairIndex } from './gram.ts'
export type { Gram } from './gram.ts'
export {
  gramProof,
  gramRoot,
  pairLeaf,
  pairLevels,
  ownSumsHash,
  pairSums,
  rootFromGramProof,
  sumNode,
  sumTree,
} from './gram-tree.ts'
export type { GramProof, SumNode } from './gram-tree.ts'
export { createWasmKernels, MAX_ROWS, twinKernels } from './kernels/index.ts'
export type { Kernels } from './kernels/index.ts'
export { assertSafe, isqrt, nnmGm, ruleOf, RULES, TraceKind, weightedMean, weightsHeld } from './rules/index.ts'
export type { GramRule, RuleInput, RuleOutput } from './rules/index.ts'
export {
  assertRuleSafe,
  coordinateRule,
  gramRule,
  LAB_RULES,
  ruleByName,
  taskRule,
  taskRuleNames,
  withFoolsGold,
} from './rules/lab/index.ts'
export type { Cohort, LabInput, LabOutput, LabRule, TaskRule } from './rules/lab/index.ts'
export { memorySource } from './segment-source.ts'
export type { SegmentSource } from './segment-source.ts'
export { stakeMedianNorm } from './stake-median-norm.ts'
export { traceLeafHash, traceRoot } from './trace.ts'
export type { TraceLeaf } from './trace.ts'
export { operatorShare, updateLedger } from './update-ledger.ts'
export type { LedgerOperator } from './update-ledger.ts'
export type { LedgerRow } from './update-ledger.ts'
