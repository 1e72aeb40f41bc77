import type { Hash, Hex } from '../../protocol/types.ts'
import { rpcFailureOf } from '../rpc/rpc-failure-of.ts'
import type { LogSource } from './request-logs.ts'

export interface BlockHeader {
  number: bigint
  hash: Hash
  parentHash: Hash
  logsBloom: Hex
  /** Unix seconds. */
  timestamp: number
}

/** The header of a block; undefined when the back end that answers has no such block (yet). Errors: viem's. */
export async function readBlockHeader({ publicClient }: LogSource, blockNumber: bigint): Promise<BlockHeader | undefined> {
  try {
    const { number, hash, parentHash, logsBloom, timestamp } = await publicClient.getBlock({ blockNumber })
    return { number, hash, parentHash, logsBloom, timestamp: Number(timestamp) }
  } catch (error) {
    if (rpcFailureOf(error)?.failure === 'behind') return undefined
    throw error
  }
}
