import type { Address, Claim } from '../../../protocol/types.ts'
import { modelMarketAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'
import { approve } from '../approve.ts'

export interface ContributeRevenueParameters extends WriteOptions {
  market: Address
  token: Address
  task: bigint
  round: bigint
  /** The claim of the model, as posted. */
  claim: Claim
  /** Token wei. */
  amount: bigint
}

/** Adds revenue to a model, such as what a server earned with it; contributors share all of it. Errors: TRANSACTION_REVERTED with `UnknownModel` or `NobodyEarned`, and those of every write. */
export async function contributeRevenue(
  sender: TransactionSender,
  { market, token, task, round, claim, amount, signal }: ContributeRevenueParameters,
): Promise<TransactionResult> {
  await approve(sender, { token, spender: market, amount, signal })
  return sender.write({
    doing: `add revenue to the model of round ${round} of task ${task}`,
    to: market,
    abi: modelMarketAbi,
    functionName: 'contribute',
    args: [task, round, claim, amount],
    signal,
  })
}
