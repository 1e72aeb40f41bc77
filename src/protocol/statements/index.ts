/**
 * The statements that members and operators sign, one file each (docs/protocol.md §3). `definition.ts` says what a statement consists of, `registry.ts` puts the statements together;
 * everything else in the protocol goes through the registry and knows no single statement.
 *
 * To add a statement: write its file, name it in the registry, and add its protobuf message. What is missing does not compile.
 */
export { signingFor } from './contract-domain.ts'
export type { ContractDomain } from './contract-domain.ts'
export { signTyped, verifyTyped } from './typed-data.ts'
export type { DigestSigner, SigningDomain, TypedData } from './typed-data.ts'
export { typedDigest } from './typed-digest.ts'
export type { Objection, Validation } from './verdict.ts'
export type { GossipStatement, Signed, StatementDefinition } from './definition.ts'
export * from './commitment-source.ts'
export type { CommitmentMessage } from './commitment.ts'
export type { ReceiptMessage } from './receipt.ts'
export type { ReceiptNoticeMessage } from './receipt-notice.ts'
export type { SealedCommitment, SealMessage } from './seal.ts'
export type { RevealMessage } from './reveal.ts'
export type { AttestationMessage } from './attestation.ts'
export type { ClaimMessage } from './claim-notice.ts'
export { judgeAgreement } from './agreement.ts'
export type { AgreementMessage, ClaimWorld } from './agreement.ts'
export {
  checkMetrics,
  evaluationDigest,
  judgeEvaluation,
  METRIC_LIMITS,
  METRIC_NAME,
  metricsOf,
  metricValues,
} from './evaluation.ts'
export type { EvaluationMessage, Metric, ModelWorld } from './evaluation.ts'
export { checkSpending, SPENDING_LIMITS, spendingNumbers, spendingOf, stepsHash } from './spending.ts'
export type { NoisedSteps, SpendingMessage, SpendingNumbers } from './spending.ts'
export type { VoidMessage } from './void.ts'
export type { SessionMessage, SessionTarget } from './session.ts'
export { STATEMENTS } from './registry.ts'
export type { Message, MessageKind, StatementBody, StatementKind } from './registry.ts'
export * from './sign.ts'
