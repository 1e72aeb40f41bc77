import type { Address, Claim } from '../../protocol/types.ts'
import { modelRegistryAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface WitnessClaimParameters extends WriteOptions {
  registry: Address
  task: bigint
  round: bigint
  claim: Claim
}

/**
 * Shows the registry that the claim before a final claim is final too, for rounds that the ledger's ring has forgotten. Anyone may.
 *
 * Errors: ROUND_NOT_FINAL, and those of every write.
 */
export async function witnessClaim(sender: TransactionSender, parameters: WitnessClaimParameters): Promise<TransactionResult> {
  const { registry, task, round, claim, signal } = parameters
  return sender.write({
    doing: `show that the claim before round ${round} is final`,
    to: registry,
    abi: modelRegistryAbi,
    functionName: 'witness',
    args: [task, round, claim],
    signal,
  })
}
