import { claimHash } from '../../protocol/claim.ts'
import { lowerHex } from '../../protocol/bytes.ts'
import type { Claim, Hash } from '../../protocol/types.ts'
import { QuorateError } from '../../core/index.ts'

/** The arguments of a `Posted` event that make up the claim. */
export interface PostedArguments {
  task: bigint
  round: bigint
  claimHash: Hash
  claim: Claim
}

/**
 * The claim of a `Posted` event as the protocol's plain type, checked: its hash is the one the event names.
 *
 * Errors: CLAIM_MISMATCH, which no ledger can cause: the node made the event up, or the ledger is not ours.
 */
export function claimOfEvent({ task, round, claimHash: expected, claim: raw }: PostedArguments): Claim {
  const claim: Claim = {
    parent: raw.parent,
    membersRoot: raw.membersRoot,
    gramRoot: raw.gramRoot,
    traceRoot: raw.traceRoot,
    transitionRoot: raw.transitionRoot,
    modelRoot: raw.modelRoot,
    referenceRoot: raw.referenceRoot,
    ledgerRoot: raw.ledgerRoot,
    evidence: raw.evidence,
    ledgerTotal: raw.ledgerTotal,
    members: raw.members,
  }
  const found = claimHash(task, round, claim)
  if (lowerHex(found) !== lowerHex(expected)) {
    throw new QuorateError('CLAIM_MISMATCH', `the claim of round ${round} in the event hashes to ${found}, not ${expected}`, {
      details: { task, round, expected, found },
    })
  }
  return claim
}
