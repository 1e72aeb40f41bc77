/**
 * The calls of the FraudJudge contract, one builder per kind of proof (docs/judge.md). A builder does not ask whether anything is wrong: against a leaf that is right the
 * contract refuses its proof.
 *
 * @example const proof = buildLedgerProof(posted, row)
 */
export { withRecipient } from './proof.ts'
export type { JudgeProof, ProofName } from './proof.ts'
export { buildModelProof, buildRowProof, buildTransitionProof, buildTransitionShapeProof, Part } from './prove-model.ts'
export { buildGramNodeProof, buildGramProof, buildGramShapeProof, buildNormProof, rowsOfPair } from './prove-gram.ts'
export { buildTraceProof, buildTraceShapeProof } from './prove-trace.ts'
export { buildEquivocationProof } from './prove-equivocation.ts'
export type { EquivocationInput } from './prove-equivocation.ts'
export {
  buildAdmissionProof,
  buildCommitmentProof,
  buildCopyProof,
  buildCountProof,
  buildExclusionProof,
  buildMissingRowProof,
  buildOmissionProof,
  buildOrderProof,
  buildRevealProof,
  buildVerdictProof,
} from './prove-members.ts'
export type { Exclusion } from './prove-members.ts'
export {
  buildLedgerProof,
  buildLedgerSlotProof,
  buildLedgerTotalProof,
  buildOutlierProof,
  buildQuarantineProof,
} from './prove-ledger.ts'
