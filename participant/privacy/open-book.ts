import { randomUUID } from 'node:crypto'
import { isQuorateError, QuorateError } from '../../src/core/index.ts'
import type { Logger } from '../../src/core/index.ts'
import { openSharedJournal } from '../../src/storage/index.ts'
import type { Journal } from '../../src/storage/index.ts'
import { LedgerBook } from './ledger-book.ts'
import type { BookJournal } from './ledger-book.ts'
import { readLedgerFile } from './ledger-file.ts'
import type { LedgerCopy, SharedFile } from './ledger-file.ts'

export interface OpenBookOptions {
  /** The node's own journal. */
  journal: BookJournal
  /** State folder, with the copy. */
  folder: string
  /** File that nodes of one member share; the ledger stands in the node's journal if left out. */
  path?: string | undefined
  logger: Pick<Logger, 'warn'>
}

export interface OpenBook {
  book: LedgerBook
  /** Of a file that nodes share. */
  shared?: SharedFile
  close(): void
}

/** In a shared file: its id. */
const ID = 'privacy/id'
/** In a shared file: a node whose own ledger is in it. */
const TAKEN = 'privacy/taken/'
/** In a node's journal: its name in shared files, and the file that it counts in. */
const NODE = 'privacy/node'
const SHARED = 'privacy/shared'

/**
 * Opens the ledger that the configuration names. What the node spent in its own journal before is added to a file that it shares from now on, once. A copy in the state folder
 * that is newer than the ledger counts: a journal was lost, or an old copy was put back.
 *
 * @throws QuorateError PRIVACY_LEDGER_DAMAGED, PRIVACY_LEDGER_OTHER for a ledger that does not have what this node spent, STORAGE_LOCKED
 */
export function openBook({ journal, folder, path, logger }: OpenBookOptions): OpenBook {
  const copy = readLedgerFile(folder)
  const known = journal.get<SharedFile>(SHARED) ?? copy?.shared
  if (path !== undefined) return openShared({ journal, path, copy, known, logger })
  if (known)
    throw new QuorateError(
      'PRIVACY_LEDGER_OTHER',
      `this node has spent by the ledger ${known.path}, and its configuration names none: write \`ledger = ${JSON.stringify(known.path)}\` under [privacy]`,
      { details: { path: known.path } },
    )
  const book = new LedgerBook(journal)
  adopt(book, copy, logger)
  return { book, close() {} }
}

function openShared({
  journal,
  path,
  copy,
  known,
  logger,
}: Pick<OpenBookOptions, 'journal' | 'logger'> & {
  path: string
  copy: LedgerCopy | undefined
  known: SharedFile | undefined
}): OpenBook {
  const file = openFile(path)
  try {
    const id = file.transaction(() => {
      const made = file.get<string>(ID) ?? known?.id ?? randomUUID()
      file.set(ID, made)
      return made
    })
    if (known && known.id !== id)
      throw new QuorateError(
        'PRIVACY_LEDGER_OTHER',
        `${path} is another ledger than ${known.path}, by which this node has spent: name that one as \`ledger\` under [privacy]`,
        { details: { path, expected: known.path } },
      )
    const node = nodeOf(journal)
    const book = new LedgerBook(file, node)
    if (known) adopt(book, copy, logger)
    else take(book, node, { journal, copy, logger })
    const shared = { id, path }
    journal.set(SHARED, shared)
    return { book, shared, close: () => file.close() }
  } catch (error) {
    file.close()
    throw error
  }
}

function openFile(path: string): Journal {
  try {
    return openSharedJournal(path)
  } catch (cause) {
    if (!isQuorateError(cause, 'JOURNAL_CORRUPT')) throw cause
    throw new QuorateError('PRIVACY_LEDGER_DAMAGED', `${path} does not say what was spent: ${cause.message}`, {
      cause,
      details: { path },
    })
  }
}

/** The name of a node in shared files. */
function nodeOf(journal: BookJournal): string {
  const known = journal.get<string>(NODE)
  if (known !== undefined) return known
  const made = randomUUID()
  journal.set(NODE, made)
  return made
}

/** Adds what a node has spent by itself to the file that it shares from now on. */
function take(
  book: LedgerBook,
  node: string,
  { journal, copy, logger }: Pick<OpenBookOptions, 'journal' | 'logger'> & { copy: LedgerCopy | undefined },
): void {
  const own = new LedgerBook(journal)
  adopt(own, copy, logger)
  if (book.journal.get(TAKEN + node) !== undefined) return
  const { spent, reserved } = own.state
  book.change(() => {
    for (const one of spent) book.addSpending(one)
    // Its training was killed, and the update that it had reserved this for is not known in the file.
    for (const events of reserved) book.add(events)
    book.journal.set(TAKEN + node, true)
  })
}

/** A copy that is newer than the ledger: the ledger was lost, or an old one was put back. */
function adopt(book: LedgerBook, copy: LedgerCopy | undefined, logger: Pick<Logger, 'warn'>): void {
  if (!copy || copy.changes <= book.state.changes) return
  book.change(
    () => {
      for (const one of copy.spent) book.atLeast(one)
      // Whether the trainings that had reserved this showed something, only the lost ledger knew.
      for (const events of copy.reserved) book.add(events)
      book.reserved = undefined
    },
    { changes: copy.changes },
  )
  logger.warn(
    { changes: copy.changes },
    'the ledger does not have all that this member spent of its privacy budget: the copy in privacy.json counts',
  )
}
