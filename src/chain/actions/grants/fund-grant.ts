import { QuorateError } from '../../../core/index.ts'
import type { Address, Hash } from '../../../protocol/types.ts'
import { dataGrantsAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'
import { approve } from '../approve.ts'
import { readTokenBalance } from '../read-token-balance.ts'

export interface OnGrant extends WriteOptions {
  grants: Address
  grant: Hash
}

export interface FundGrantParameters extends OnGrant {
  token: Address
  /** Token wei; the first time at least the price of a round. */
  amount: bigint
}

/**
 * Pays in for the rounds of a grant to come. The first payment starts it. What is not charged goes back to the grantee.
 *
 * Errors: TOKEN_BALANCE_TOO_LOW (nothing is sent); TRANSACTION_REVERTED with `UnknownGrant`, `GrantIsFree`, `GrantOver` or `TooLittle`; and those of every write.
 */
export async function fundGrant(
  sender: TransactionSender,
  { grants, grant, token, amount, signal }: FundGrantParameters,
): Promise<TransactionResult> {
  const check = async (): Promise<void> => {
    const balance = await readTokenBalance(sender.chain, { token, owner: sender.address, signal })
    if (balance >= amount) return
    const message = `${sender.address} has ${balance} token wei and wants to pay ${amount} token wei`
    throw new QuorateError('TOKEN_BALANCE_TOO_LOW', message, { details: { owner: sender.address, balance, needed: amount } })
  }
  await approve(sender, { token, spender: grants, amount, check, signal })
  const doing = `fund grant ${grant}`
  return sender.write({ doing, to: grants, abi: dataGrantsAbi, functionName: 'fund', args: [grant, amount], signal })
}
