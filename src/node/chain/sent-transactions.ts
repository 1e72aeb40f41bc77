import type { TransactionJournal } from '../../chain/index.ts'
import { lowerHex } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import type { Journal } from '../../storage/index.ts'

const SENT = 'sent/'
/** Hashes kept: those of more rounds than the ledger's ring has, with every replacement at a higher fee. */
const KEEP = 512

/**
 * Remembers the hash of every transaction that this node signed, before it leaves. What the chain has by the node's key, and this node did
 * not send, another process sent.
 *
 * @example
 * const sent = new SentTransactions(journal)
 * const sender = new TransactionSender({ chain, account, journal: sent.over(storedTransactionJournal(journal)), logger })
 * sent.has(event.transactionHash)
 */
export class SentTransactions {
  readonly #journal: Pick<Journal, 'get' | 'set' | 'entries' | 'delete' | 'transaction'>

  constructor(journal: Pick<Journal, 'get' | 'set' | 'entries' | 'delete' | 'transaction'>) {
    this.#journal = journal
  }

  has(hash: Hash): boolean {
    return this.#journal.get(SENT + lowerHex(hash)) !== undefined
  }

  /** A transaction journal that tells this one. */
  over(inner: TransactionJournal): TransactionJournal {
    return {
      begin: (intent) => {
        this.#add(intent.hash)
        return inner.begin(intent)
      },
      finish: (key, outcome) => inner.finish(key, outcome),
      pending: () => inner.pending(),
    }
  }

  #add(hash: Hash): void {
    const journal = this.#journal
    journal.transaction(() => {
      const known = journal.entries<number>(SENT).sort(([, a], [, b]) => a - b)
      for (const [old] of known.slice(0, Math.max(0, known.length - KEEP + 1))) journal.delete(old)
      journal.set(SENT + lowerHex(hash), (known.at(-1)?.[1] ?? 0) + 1)
    })
  }
}
