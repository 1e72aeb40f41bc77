import { keccak256, parseTransaction } from 'viem'
import type { LocalAccount } from 'viem'
import type { Address, Hex } from '../../protocol/types.ts'
import type { TransactionFees } from './transaction-fees.ts'
import type { TransactionIntent } from './transaction-journal.ts'

export interface UnsignedTransaction {
  key: string
  chainId: number
  nonce: number
  gas: bigint
  /** Absent for a contract creation. */
  to?: Address
  data?: Hex
  value?: bigint
  fees: TransactionFees
}

/** Signs a transaction and returns the entry for the journal. */
export async function signTransaction(account: LocalAccount, transaction: UnsignedTransaction): Promise<TransactionIntent> {
  const { key, fees, ...body } = transaction
  const raw =
    fees.type === 'legacy'
      ? await account.signTransaction({ ...body, ...fees })
      : await account.signTransaction({ ...body, ...fees })
  return { key, chainId: body.chainId, account: account.address, nonce: body.nonce, hash: keccak256(raw), raw }
}

/** What a journalled transaction asks for. */
export function callOf({ account, raw }: TransactionIntent): { account: Address; to?: Address; data?: Hex; value?: bigint } {
  const { to, data, value } = parseTransaction(raw)
  return { account, to: to ?? undefined, data, value }
}

/** A journalled transaction with other fees, to be signed. */
export function refuelled(intent: TransactionIntent, fees: TransactionFees): UnsignedTransaction {
  const { key, chainId, nonce, raw } = intent
  const { gas = 0n, to, data, value } = parseTransaction(raw)
  return { key, chainId, nonce, gas, to: to ?? undefined, data, value, fees }
}

/** What a journalled transaction pays. */
export function feesOf({ raw }: TransactionIntent): TransactionFees {
  const { maxFeePerGas, maxPriorityFeePerGas = 0n, gasPrice = 0n } = parseTransaction(raw)
  return maxFeePerGas === undefined ? { type: 'legacy', gasPrice } : { type: 'eip1559', maxFeePerGas, maxPriorityFeePerGas }
}
