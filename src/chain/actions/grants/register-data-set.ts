import { parseEventLogs } from 'viem'
import type { Address, Hash } from '../../../protocol/types.ts'
import { dataGrantsAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

export interface RegisterDataSetParameters extends WriteOptions {
  grants: Address
  /** Of the fingerprint of the data set. */
  root: Hash
  /** keccak256 of the text that says what the data may be used for; zero for none. */
  terms: Hash
}

/**
 * Registers a data set of the sender. Nothing of the data is shown.
 *
 * Errors: TRANSACTION_REVERTED with `ZeroRoot` or `AlreadyRegistered`, and those of every write.
 */
export async function registerDataSet(
  sender: TransactionSender,
  { grants, root, terms, signal }: RegisterDataSetParameters,
): Promise<TransactionResult & { dataSet: Hash }> {
  const request = { to: grants, abi: dataGrantsAbi, functionName: 'register', args: [root, terms], signal } as const
  const result = await sender.write({ doing: `register the data set ${root}`, ...request })
  const [registered] = parseEventLogs({ abi: dataGrantsAbi, eventName: 'Registered', logs: [...result.logs] })
  return { ...result, dataSet: registered!.args.dataSet }
}
