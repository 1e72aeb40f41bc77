import type { Address } from '../../protocol/index.ts'

/** A call of the FraudJudge that rejects a claim: function and arguments as viem takes them. */
export interface JudgeProof {
  functionName: ProofName
  args: readonly unknown[]
}

/**
 * The same proof with who earns its bounty. The judge pays it only if the hash of the whole calldata was reserved (`reserve`) in an earlier block.
 *
 * @example const data = encodeFunctionData({ abi: fraudJudgeAbi, ...withRecipient(proof, account.address) })
 */
export function withRecipient(proof: JudgeProof, recipient: Address): JudgeProof {
  const [first, ...rest] = proof.args
  return { ...proof, args: [{ ...(first as object), recipient }, ...rest] }
}

export type ProofName =
  | 'proveTrace'
  | 'proveTraceShape'
  | 'proveTransition'
  | 'proveModel'
  | 'proveRow'
  | 'proveGram'
  | 'proveGramNode'
  | 'proveGramShape'
  | 'proveTransitionShape'
  | 'proveNorm'
  | 'proveCommitment'
  | 'proveReveal'
  | 'proveAttestation'
  | 'proveCertificate'
  | 'proveAvailability'
  | 'proveReason'
  | 'proveOrder'
  | 'proveMissingRow'
  | 'proveVerdict'
  | 'proveCount'
  | 'proveSealed'
  | 'proveOmission'
  | 'proveLedger'
  | 'proveLedgerSlot'
  | 'proveLedgerTotal'
  | 'proveQuarantine'
  | 'proveGarbage'
  | 'proveBuckets'
  | 'proveBucketRows'
  | 'proveBucketField'
  | 'proveBucketReason'
  | 'proveBucketGram'
  | 'proveBucketSum'
  | 'proveBucketTotal'
