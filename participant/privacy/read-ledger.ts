import { existsSync } from 'node:fs'
import { QuorateError } from '../../src/core/index.ts'
import { openSharedJournal } from '../../src/storage/index.ts'
import { LedgerBook } from './ledger-book.ts'
import { readLedgerFile } from './ledger-file.ts'
import { NOTHING_SPENT } from './spending.ts'
import type { LedgerState } from './spending.ts'

/**
 * What a ledger says, for a command beside the node, which may run: from the file that nodes share, else from the copy in the state folder.
 *
 * @param path file that the configuration names
 * @throws QuorateError PRIVACY_LEDGER_DAMAGED, PRIVACY_LEDGER_OTHER where the node has spent by a file that the configuration does not name
 */
export function readLedger(folder: string, path?: string): LedgerState {
  const copy = readLedgerFile(folder)
  if (path === undefined) {
    if (copy?.shared)
      throw new QuorateError(
        'PRIVACY_LEDGER_OTHER',
        `this node has spent by the ledger ${copy.shared.path}, and its configuration names none`,
        { details: { path: copy.shared.path } },
      )
    return copy ?? NOTHING_SPENT
  }
  if (!existsSync(path)) return copy ?? NOTHING_SPENT
  const journal = openSharedJournal(path)
  try {
    // What a training of this node costs today, only its copy says.
    return { ...new LedgerBook(journal).state, planned: copy?.planned }
  } finally {
    journal.close()
  }
}
