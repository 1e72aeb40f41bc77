import type { ClaimParts } from '../claim-parts.ts'
import { membersFraud } from '../members/index.ts'
import type { KnownRound } from '../members/index.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { sameWeights } from './admitted-rows.ts'
import { bucketFraud } from './bucket-fraud.ts'
import { countFraud, gramFraud, normFraud } from './gram-fraud.ts'
import { ledgerFraud } from './ledger-fraud.ts'
import { transitionFraud } from './step-fraud.ts'
import { traceFraud, verdictFraud } from './trace-fraud.ts'

/**
 * The proof against the first wrong leaf of a posted claim, in the order in which leaves depend on each other: members, inner products, trace, verdicts,
 * transition, model, ledger. Everything before the first wrong leaf is right, so recomputing that leaf shows the fault.
 *
 * @param posted the claim as opened by its operator
 * @param known the facts that its members rows are compared with
 * @param honest the same round, replayed; undefined where it could not be: then only members rows are judged
 * @returns undefined when the claim is right, or has only faults without a proof (docs/judge.md lists them)
 */
export async function findFraud(posted: ClaimParts, known: KnownRound, honest?: ClaimParts): Promise<JudgeProof | undefined> {
  return (await membersFraud(posted, known, honest)) ?? (honest && leafFraud(posted, honest))
}

/** The same for everything after the members rows, which must be right. */
export function leafFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  const { buckets } = honest
  if (buckets) return bucketFraud({ ...posted, buckets }, honest)
  const early = countFraud(posted) ?? gramFraud(posted, honest) ?? normFraud(posted) ?? traceFraud(posted) ?? verdictFraud(posted)
  // Where the operator admitted others without proof against it, the rest of the honest claim says nothing about the posted one.
  if (early || !sameWeights(posted, honest)) return early
  return transitionFraud(posted, honest) ?? ledgerFraud(posted, honest)
}
