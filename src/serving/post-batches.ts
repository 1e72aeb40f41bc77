import { postReceipts, readStanding } from '../chain/index.ts'
import type { TransactionSender } from '../chain/index.ts'
import { QuorateError } from '../core/index.ts'
import { batchRoot } from '../protocol/index.ts'
import type { Address } from '../protocol/index.ts'
import type { ReceiptBook } from './receipt-book.ts'

/**
 * Puts all receipts on chain that no batch has. The chain says which ones those are, so a crash between posting and writing it down repeats nothing.
 *
 * @returns receipts posted
 * @throws QuorateError RECEIPTS_LOST when the chain has batches that the book has no receipts of
 */
export async function postBatches(
  sender: TransactionSender,
  { log, book, signal }: { log: Address; book: ReceiptBook; signal?: AbortSignal },
): Promise<number> {
  await checkBook(sender, { log, book, signal })
  let posted = 0
  for (;;) {
    const { next } = await readStanding(sender.chain, { log, server: sender.address, signal })
    const digests = book.digestsFrom(next)
    if (digests.length === 0) return posted
    await postReceipts(sender, { log, root: batchRoot(digests), count: digests.length, signal })
    posted += digests.length
  }
}

/** @throws QuorateError RECEIPTS_LOST: a server with another book would sign nonces for the second time, which costs its deposit */
export async function checkBook(
  { chain, address: server }: Pick<TransactionSender, 'chain' | 'address'>,
  { log, book, signal }: { log: Address; book: ReceiptBook; signal?: AbortSignal | undefined },
): Promise<void> {
  const { next } = await readStanding(chain, { log, server, signal })
  if (book.next() >= next) return
  throw new QuorateError(
    'RECEIPTS_LOST',
    `the chain has ${next} receipts of ${server}, and the state folder has ${book.next()}`,
    {
      details: { server, next: next.toString() },
    },
  )
}
