import { parseEventLogs } from 'viem'
import { dataGrantsAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender } from '../../transactions/transaction-sender.ts'
import type { OnGrant } from './fund-grant.ts'

/** Ends a grant now. Sender: the owner of the data set, or the grantee. Errors: TRANSACTION_REVERTED with `UnknownGrant`, `NotParty` or `GrantOver`, and those of every write. */
export async function revokeGrant(sender: TransactionSender, { grants, grant, signal }: OnGrant): Promise<TransactionResult> {
  const doing = `revoke grant ${grant}`
  return sender.write({ doing, to: grants, abi: dataGrantsAbi, functionName: 'revoke', args: [grant], signal })
}

/** Owes the grantee what is left of a grant that has been over for the settlement time; `collectPayout` pays it. Errors: TRANSACTION_REVERTED with `TooEarly` or `NothingLeft`, and those of every write. */
export async function refundGrant(
  sender: TransactionSender,
  { grants, grant, signal }: OnGrant,
): Promise<TransactionResult & { amount: bigint }> {
  const request = { to: grants, abi: dataGrantsAbi, functionName: 'refund', args: [grant], signal } as const
  const result = await sender.write({ doing: `refund grant ${grant}`, ...request })
  const [refunded] = parseEventLogs({ abi: dataGrantsAbi, eventName: 'Refunded', logs: [...result.logs] })
  return { ...result, amount: refunded!.args.amount }
}
