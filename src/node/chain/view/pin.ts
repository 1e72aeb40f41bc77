import type { ReportedHead } from '../../../chain/index.ts'
import type { Hash } from '../../../protocol/index.ts'

/** How reads name a block: by its hash, and by its number for an RPC that takes no hash. */
export function pin({ number, hash }: Pick<ReportedHead, 'number' | 'hash'>): { blockNumber: bigint; blockHash: Hash } {
  return { blockNumber: number, blockHash: hash }
}
