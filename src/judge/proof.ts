/** A call of the FraudJudge that rejects a claim: function and arguments as viem takes them. */
export interface JudgeProof {
  functionName: ProofName
  args: readonly unknown[]
}

export type ProofName =
  | 'proveTransition'
  | 'proveModel'
  | 'proveRow'
  | 'proveGram'
  | 'proveGramNode'
  | 'proveNorm'
  | 'proveCommitment'
  | 'proveOrder'
  | 'proveMissingRow'
  | 'proveVerdict'
  | 'proveCount'
  | 'proveOmission'
  | 'proveLedger'
  | 'proveLedgerTotal'
