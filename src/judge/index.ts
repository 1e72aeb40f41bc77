/**
 * What is needed to show the FraudJudge contract that a claim is wrong (docs/judge.md): a claim opened into its leaves (`claimParts`), one builder
 * per kind of proof, and `findFraud`, which compares a posted claim with the honest one and picks the proof.
 *
 * Pure: needs the protocol and aggregation, sends nothing. A proof is a function name and arguments for viem.
 *
 * @example
 * const proof = findFraud(posted, claimParts({ task, round, spec, parent, previous, updates, rows, evidence, result }))
 * if (proof) await client.writeContract({ address: judge, abi: fraudJudgeAbi, ...proof })
 */
export { claimParts, missingNode, sealParts, sumLevels } from './claim-parts.ts'
export type { ClaimParts, ClaimPartsInput, PairSums, Updates } from './claim-parts.ts'
export { decodeOpening, openedLedger } from './decode-opening.ts'
export type { OpeningContext } from './decode-opening.ts'
export { encodeOpening, openingOf } from './encode-opening.ts'
export * from './answers/index.ts'
export { treeLevels, treeNode, treePath } from './tree-levels.ts'
export * from './search/index.ts'
export { findFraud, rowsFraud } from './find-fraud.ts'
export type { Witness } from './find-fraud.ts'
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
