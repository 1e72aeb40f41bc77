import { LedgerWatcher } from './ledger-watcher.ts'
import type { WatchLedgerOptions } from './ledger-watcher.ts'

/** Makes a watcher that is not started yet. See `LedgerWatcher`. */
export function watchLedger(options: WatchLedgerOptions): LedgerWatcher {
  return new LedgerWatcher(options)
}
