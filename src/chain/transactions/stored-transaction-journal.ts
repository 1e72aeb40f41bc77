import type { TransactionIntent, TransactionJournal } from './transaction-journal.ts'

/** The part of a durable key/value store that is needed; the node's journal has it. Values are what JSON holds. */
export interface IntentStore {
  set(key: string, value: unknown): void
  delete(key: string): boolean
  /** Keys that begin with `prefix` and their values, ascending. */
  entries<T>(prefix: string): [key: string, value: T][]
}

const PREFIX = 'transaction/'

/**
 * A transaction journal that survives a crash, in a store whose every call is durable when it returns. What is finished is forgotten.
 *
 * @example
 * const sender = new TransactionSender({ chain, account, journal: storedTransactionJournal(openJournal(folder)) })
 */
export function storedTransactionJournal(store: IntentStore): TransactionJournal {
  return {
    begin(intent) {
      const attempt = store.entries(prefixOf(intent.key)).length
      store.set(`${prefixOf(intent.key)}${String(attempt).padStart(6, '0')}`, intent)
    },
    finish(key) {
      for (const [name] of store.entries(prefixOf(key))) store.delete(name)
    },
    pending: () => store.entries<TransactionIntent>(PREFIX).map(([, intent]) => intent),
  }
}

function prefixOf(key: string): string {
  return `${PREFIX}${key}/`
}
