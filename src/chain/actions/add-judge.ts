import type { Address } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface JudgeParameters extends WriteOptions {
  ledger: Contracts['ledger']
  judge: Address
}

/**
 * Lets tasks name a judge. Sender: governance (the ledger's owner).
 *
 * Errors: TRANSACTION_REVERTED with `JudgeOfOther`, `JudgeKnown`, `TooManyJudges` or `OwnableUnauthorizedAccount`, and those of every
 * write.
 *
 * @example
 * await addJudge(governor, { ledger, judge })
 */
export function addJudge(sender: TransactionSender, { ledger, judge, signal }: JudgeParameters): Promise<TransactionResult> {
  const doing = `add the judge ${judge}`
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'addJudge', args: [judge], signal })
}
