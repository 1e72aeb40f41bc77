import { lowerHex } from '../../protocol/bytes.ts'
import type { Address } from '../../protocol/types.ts'

/** What names a task everywhere: the chain, its ledger contract and the number there. */
export interface TaskId {
  chainId: number
  ledger: Address
  task: bigint
}

/** The one gossip topic of a task. */
export function gossipTopic({ chainId, ledger, task }: TaskId): string {
  return `/quorate/1/${chainId}/${lowerHex(ledger)}/${task}`
}
