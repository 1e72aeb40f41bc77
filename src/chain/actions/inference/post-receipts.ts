import { parseEventLogs } from 'viem'
import type { Address, Hash } from '../../../protocol/types.ts'
import { inferenceLogAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

export interface PostReceiptsParameters extends WriteOptions {
  log: Address
  /** `batchRoot` of the digests of the next receipts of the sender. */
  root: Hash
  count: number
}

/** Puts receipts on chain as one root. @returns the number of the batch, and the nonce of its first receipt. Errors: those of every write. */
export async function postReceipts(
  sender: TransactionSender,
  { log, root, count, signal }: PostReceiptsParameters,
): Promise<TransactionResult & { batch: bigint; first: bigint }> {
  const doing = `post a batch of ${count} receipts`
  const result = await sender.write({ doing, to: log, abi: inferenceLogAbi, functionName: 'post', args: [root, count], signal })
  const [posted] = parseEventLogs({ abi: inferenceLogAbi, eventName: 'BatchPosted', logs: [...result.logs] })
  const { batch, first } = posted!.args
  return { ...result, batch, first }
}
