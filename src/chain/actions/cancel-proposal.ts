import { quorateGovernorAbi } from '../abi/index.ts'
import type { Governance } from '../governance/governance.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { cancelOperation } from './cancel-operation.ts'
import { readProposal } from './read-proposal.ts'

export interface CancelProposalParameters extends WriteOptions {
  governance: Governance
  proposal: bigint
}

/**
 * Cancels a proposal: its proposer before voting begins, the guardian's holder while it is queued.
 *
 * Errors: PROPOSAL_NOT_FOUND, TRANSACTION_REVERTED with `NotHolder` or `GovernorUnableToCancel`, and those of every write.
 */
export async function cancelProposal(
  sender: TransactionSender,
  { governance, proposal, signal }: CancelProposalParameters,
): Promise<TransactionResult> {
  const doing = `cancel proposal ${proposal}`
  const { state, operation } = await readProposal(sender.chain, { governance, proposal, signal })
  if (state === 'queued') return cancelOperation(sender, { guardian: governance.guardian, operation, signal })
  return sender.write({
    doing,
    to: governance.governor,
    abi: quorateGovernorAbi,
    functionName: 'cancel',
    args: [proposal],
    signal,
  })
}
