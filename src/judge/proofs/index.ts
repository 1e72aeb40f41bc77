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
export {
  buildAttestationProof,
  buildAvailabilityProof,
  buildCertificateProof,
  buildCommitmentProof,
  buildCountProof,
  buildMissingRowProof,
  buildOmissionProof,
  buildOrderProof,
  buildRevealProof,
  buildSealedProof,
  buildVerdictProof,
} from './prove-members.ts'
export {
  buildCopyProof,
  buildGarbageProof,
  buildOwnNodeProof,
  buildOwnSegmentProof,
  buildValueProof,
  buildVoidProof,
} from './prove-reason.ts'
export {
  buildBucketFieldProof,
  buildBucketGramProof,
  buildBucketNormProof,
  buildBucketRowsProof,
  buildBucketsProof,
  buildBucketSumProof,
  buildBucketTotalProof,
  buildBucketValueProof,
  summedBuckets,
} from './prove-buckets.ts'
export { buildLedgerProof, buildLedgerSlotProof, buildLedgerTotalProof, buildQuarantineProof } from './prove-ledger.ts'
