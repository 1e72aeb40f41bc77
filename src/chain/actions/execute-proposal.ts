import { quorateGovernorAbi } from '../abi/index.ts'
import type { Governance } from '../governance/governance.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface ExecuteProposalParameters extends WriteOptions {
  governance: Governance
  proposal: bigint
}

/**
 * Carries out a proposal whose delay is over. Anyone may.
 *
 * Errors: PROPOSAL_NOT_FOUND, PROPOSAL_STATE before its time, TRANSACTION_REVERTED with the error of a call in it, and
 * those of every write.
 */
export async function executeProposal(
  sender: TransactionSender,
  { governance, proposal, signal }: ExecuteProposalParameters,
): Promise<TransactionResult> {
  return sender.write({
    doing: `execute proposal ${proposal}`,
    to: governance.governor,
    abi: quorateGovernorAbi,
    functionName: 'execute',
    args: [proposal],
    signal,
  })
}
