import { erc20Abi } from 'viem'
import type { Address } from '../../protocol/types.ts'
import type {
  TransactionRequest,
  TransactionResult,
  TransactionSender,
  WriteOptions,
} from '../transactions/transaction-sender.ts'

export interface ApproveParameters extends WriteOptions {
  token: Address
  spender: Address
  /** Token wei; replaces the earlier allowance. */
  amount: bigint
  /** As for every transaction. */
  check?: TransactionRequest['check']
}

/** Lets a contract take up to `amount` of the sender's tokens. Errors: those of every write. */
export async function approve(sender: TransactionSender, parameters: ApproveParameters): Promise<TransactionResult> {
  const { token, spender, amount, check, signal } = parameters
  const doing = `allow ${spender} to transfer ${amount} token wei`
  return sender.write({ doing, to: token, abi: erc20Abi, functionName: 'approve', args: [spender, amount], check, signal })
}
