import type { TransactionIntent, TransactionJournal } from '../chain/index.ts'
import type { Journal } from '../storage/index.ts'

const PREFIX = 'transaction/'

/** Keeps transaction intents in the node's journal, so that a killed operator finds its post again instead of posting twice. */
export function transactionJournal(journal: Pick<Journal, 'get' | 'set' | 'delete' | 'entries'>): TransactionJournal {
  return {
    begin(intent) {
      const known = journal.get<TransactionIntent[]>(PREFIX + intent.key) ?? []
      journal.set(PREFIX + intent.key, [...known, intent])
    },
    finish(key) {
      journal.delete(PREFIX + key)
    },
    pending: () => journal.entries<TransactionIntent[]>(PREFIX).flatMap(([, intents]) => intents),
  }
}
