import { readLedgerEvents } from '../../chain/index.ts'
import type { Chain, Contracts, LedgerEvent } from '../../chain/index.ts'
import type { ClaimHistory } from '../../replay/index.ts'

/**
 * Reads again what the history forgot: a node that lost all its states replays from genesis.
 *
 * @param options.fromBlock block of the deployment
 * @returns the history forgets nothing until this is disposed of
 * @throws QuorateError RPC_UNREACHABLE, RPC_DISAGREEMENT, CANCELLED
 */
export async function recallHistory(
  history: Pick<ClaimHistory, 'begin' | 'remember' | 'hold'>,
  options: { chain: Chain; contracts: Contracts; task: bigint; fromBlock: bigint; signal: AbortSignal },
): Promise<Disposable> {
  const { chain, ...range } = options
  using held = new DisposableStack()
  held.use(history.hold())
  const begin = history.begin()
  if (begin) {
    const events = await readLedgerEvents(chain, { ...range, toBlock: begin.blockNumber })
    // A reorganisation may have undone it meanwhile: then the history is read again as a whole.
    if (history.begin() === begin) history.remember(events.filter((event) => isBefore(event, begin)))
  }
  return held.move()
}

function isBefore(event: LedgerEvent, other: LedgerEvent): boolean {
  const { blockNumber, logIndex } = event
  return blockNumber < other.blockNumber || (blockNumber === other.blockNumber && logIndex < other.logIndex)
}
