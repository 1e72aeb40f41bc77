import { readHead } from '../../chain/index.ts'
import type { Chain, LedgerWatcher } from '../../chain/index.ts'
import { systemClock } from '../../core/index.ts'
import type { Address } from '../../protocol/index.ts'

/** Whether the chain answers at all is asked when the history takes longer than this many polls of the watcher. */
const LOOK_POLLS = 2

/**
 * Resolves when the watcher has reported the history of the ledger. The watcher waits out outages; this tells its caller of one.
 *
 * @throws QuorateError RPC_UNREACHABLE, RPC_DISAGREEMENT, CANCELLED: ask again
 */
export async function historyRead(
  watcher: Pick<LedgerWatcher, 'synced'>,
  { chain, ledger, task }: { chain: Chain; ledger: Address; task: bigint },
  signal: AbortSignal,
): Promise<void> {
  const synced = watcher.synced().then(() => true)
  // Whoever asks again has a promise of its own.
  synced.catch(() => {})
  for (;;) {
    const over = new AbortController()
    const look = systemClock.sleep(LOOK_POLLS * chain.pollingIntervalMs, AbortSignal.any([signal, over.signal])).then(() => false)
    look.catch(() => {})
    const done = await Promise.race([synced, look]).finally(() => over.abort())
    if (done) return
    await readHead(chain, { ledger, task, signal })
  }
}
