import type { SignedReceipt } from '../../../protocol/inference/index.ts'
import type { Address, Hash } from '../../../protocol/types.ts'
import { inferenceLogAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'
import { approve } from '../approve.ts'
import { readContract } from '../read-contract.ts'

interface OnLog extends WriteOptions {
  log: Address
}

/**
 * Proves that a server signed two different receipts with one nonce. The sender gets a fifth of the deposit (`collectPayout`).
 *
 * Errors: TRANSACTION_REVERTED with `SameReceipt`, `OtherNonce`, `WrongSignature` or `NothingAtStake`, and those of every write.
 */
export async function proveDouble(
  sender: TransactionSender,
  { log, first, second, signal }: OnLog & { first: SignedReceipt; second: SignedReceipt },
): Promise<TransactionResult> {
  const args = [first.receipt, first.signature, second.receipt, second.signature] as const
  const doing = `prove that ${first.receipt.server} signed one nonce twice`
  return sender.write({ doing, to: log, abi: inferenceLogAbi, functionName: 'proveDouble', args, signal })
}

/**
 * Asks a server to show a receipt in its batches. Without an answer its deposit is lost. The bond comes back then; otherwise it pays the answer.
 *
 * Errors: TRANSACTION_REVERTED with `TooEarly`, `Expired`, `AlreadyAsked` or `NothingAtStake`, and those of every write.
 */
export async function askForReceipt(
  sender: TransactionSender,
  { log, token, signed, signal }: OnLog & { token: Address; signed: SignedReceipt },
): Promise<TransactionResult> {
  const doing = 'ask for a receipt'
  const at = { address: log, abi: inferenceLogAbi, doing, signal } as const
  const amount = await readContract(sender.chain, { ...at, functionName: 'BOND', args: [] })
  await approve(sender, { token, spender: log, amount, signal })
  const args = [signed.receipt, signed.signature] as const
  return sender.write({ doing, to: log, abi: inferenceLogAbi, functionName: 'ask', args, signal })
}

/**
 * Shows a receipt in its batch; the bond of the question goes to the sender. Anyone may.
 *
 * Errors: TRANSACTION_REVERTED with `NotAsked`, `Expired`, `NotInBatch` or `WrongProof`, and those of every write.
 */
export async function answerForReceipt(
  sender: TransactionSender,
  { log, receipt, batch, proof, signal }: OnLog & Pick<SignedReceipt, 'receipt'> & { batch: bigint; proof: readonly Hash[] },
): Promise<TransactionResult> {
  const args = [receipt, batch, proof] as const
  return sender.write({ doing: 'answer for a receipt', to: log, abi: inferenceLogAbi, functionName: 'answer', args, signal })
}

/** Ends a question that nobody answered in time: the server loses its deposit. Errors: TRANSACTION_REVERTED with `NotAsked` or `TooEarly`, and those of every write. */
export async function expireQuestion(
  sender: TransactionSender,
  { log, digest, signal }: OnLog & { digest: Hash },
): Promise<TransactionResult> {
  const doing = 'end a question about a receipt'
  return sender.write({ doing, to: log, abi: inferenceLogAbi, functionName: 'expire', args: [digest], signal })
}
