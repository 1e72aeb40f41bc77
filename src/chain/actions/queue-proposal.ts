import { quorateGovernorAbi } from '../abi/index.ts'
import type { Governance } from '../governance/governance.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface QueueProposalParameters extends WriteOptions {
  governance: Governance
  proposal: bigint
}

/**
 * Puts a proposal that won into the timelock, where it waits for longer than unbonding takes. Anyone may.
 *
 * Errors: PROPOSAL_NOT_FOUND, PROPOSAL_STATE when it is not its time, and those of every write.
 */
export async function queueProposal(
  sender: TransactionSender,
  { governance, proposal, signal }: QueueProposalParameters,
): Promise<TransactionResult> {
  return sender.write({
    doing: `queue proposal ${proposal}`,
    to: governance.governor,
    abi: quorateGovernorAbi,
    functionName: 'queue',
    args: [proposal],
    signal,
  })
}
