import { answerForReceipt, readQuestions, readStanding } from '../chain/index.ts'
import type { TransactionSender } from '../chain/index.ts'
import { parseReceipt } from '../market/index.ts'
import { batchProof } from '../protocol/index.ts'
import type { Address } from '../protocol/index.ts'
import type { ReceiptBook } from './receipt-book.ts'

/**
 * Shows every receipt that somebody asks the server for, and gets the bond of the question. An unanswered question costs the deposit, so a server looks more often than the
 * answer window is long.
 *
 * @returns questions answered
 */
export async function answerQuestions(
  sender: TransactionSender,
  { log, book, fromBlock, signal }: { log: Address; book: ReceiptBook; fromBlock?: bigint; signal?: AbortSignal },
): Promise<number> {
  const server = sender.address
  const { questions: open } = await readStanding(sender.chain, { log, server, signal })
  if (open === 0) return 0
  const { questions, batches } = await readQuestions(sender.chain, { log, server, fromBlock, signal })
  let answered = 0
  for (const { receipt: digest, nonce } of questions) {
    const batch = batches.find(({ first, count }) => nonce >= first && nonce < first + BigInt(count))
    const text = book.receipt(nonce)
    if (batch === undefined || text?.digest !== digest) continue
    const proof = batchProof(book.digestsFrom(batch.first, batch.count), Number(nonce - batch.first))
    await answerForReceipt(sender, { log, receipt: parseReceipt(text.text).receipt, batch: batch.batch, proof, signal })
    answered++
  }
  return answered
}
