import type { Address } from '../../protocol/types.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface SendEtherParameters extends WriteOptions {
  to: Address
  /** Wei. */
  amount: bigint
}

/** Sends native currency, such as another account's gas money. Errors: those of every write. */
export async function sendEther(
  sender: TransactionSender,
  { to, amount, signal }: SendEtherParameters,
): Promise<TransactionResult> {
  return sender.send({ doing: `send ${amount} wei to ${to}`, to, value: amount, signal })
}
