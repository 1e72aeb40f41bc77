import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { translateChainError } from '../translate-chain-error.ts'

export interface ReadBlockTimeParameters {
  /** Newest blocks that are looked at; default 100. */
  blocks?: number
  signal?: AbortSignal
}

/**
 * Mean time between the newest blocks, seconds; 0 on a chain of one block.
 *
 * Errors: RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * await readBlockTime(chain) // 12.03
 */
export async function readBlockTime(chain: Chain, { blocks = 100, signal }: ReadBlockTimeParameters = {}): Promise<number> {
  const { publicClient, rpcUrl } = chain
  try {
    const head = await abortable(publicClient.getBlock(), signal)
    const count = head.number < BigInt(blocks) ? head.number : BigInt(blocks)
    if (count === 0n) return 0
    const before = await abortable(publicClient.getBlock({ blockNumber: head.number - count }), signal)
    return Number(head.timestamp - before.timestamp) / Number(count)
  } catch (error) {
    throw translateChainError(error, { doing: 'measure the time between blocks', rpcUrl })
  }
}
