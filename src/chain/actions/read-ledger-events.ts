import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { concernsTask, toLedgerEvent } from '../events/ledger-event.ts'
import type { LedgerEvent } from '../events/ledger-event.ts'
import { readLogs } from '../events/read-logs.ts'
import { abortable } from '../abortable.ts'
import { translateChainError } from '../translate-chain-error.ts'

export interface ReadLedgerEventsParameters {
  contracts: Pick<Contracts, 'ledger' | 'vault' | 'distributor'>
  task: bigint
  /** Default 0. The block of the deployment saves asking for what cannot be there. */
  fromBlock?: bigint
  /** Included; default the latest. */
  toBlock?: bigint
  signal?: AbortSignal
}

/**
 * The history of a task and of its stake, in order. An audit replays it.
 *
 * Errors: RPC_UNREACHABLE, CLAIM_MISMATCH, CANCELLED.
 *
 * @example
 * const events = await readLedgerEvents(chain, { contracts, task: 1n })
 * const rounds = events.filter((event) => event.type === 'posted')
 */
export async function readLedgerEvents(chain: Chain, parameters: ReadLedgerEventsParameters): Promise<LedgerEvent[]> {
  const { contracts, task, fromBlock = 0n, signal } = parameters
  try {
    const toBlock = parameters.toBlock ?? (await abortable(chain.publicClient.getBlockNumber(), signal))
    const address = [contracts.ledger, contracts.vault, contracts.distributor]
    const logs = await readLogs(chain, { address, fromBlock, toBlock, signal })
    return logs
      .map((log) => toLedgerEvent(log, contracts))
      .filter((event): event is LedgerEvent => event !== undefined && concernsTask(event, task))
  } catch (error) {
    throw translateChainError(error, { doing: `read the history of task ${task}`, rpcUrl: chain.rpcUrl })
  }
}
