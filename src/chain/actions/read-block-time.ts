import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { translateChainError } from '../translate-chain-error.ts'

export interface ReadBlockTimeParameters {
  /** Newest blocks that are looked at; default 100. */
  blocks?: number
  signal?: AbortSignal
}

/** Spans that are measured one by one: a stall or a jump of the clock falls into one of them. */
const SPANS = 5

/**
 * Usual time between blocks, seconds; 0 on a chain of one block: the median of the means of five spans.
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
    const count = head.number < BigInt(blocks) ? Number(head.number) : blocks
    if (count === 0) return 0
    const spans = Math.min(SPANS, count)
    const depths = Array.from({ length: spans }, (_, span) => Math.round(((span + 1) * count) / spans))
    const earlier = await abortable(
      Promise.all(depths.map(async (depth) => publicClient.getBlock({ blockNumber: head.number - BigInt(depth) }))),
      signal,
    )
    const ends = [head, ...earlier]
    const means = earlier.map(({ number, timestamp }, span) => {
      const end = ends[span]!
      return Number(end.timestamp - timestamp) / Number(end.number - number)
    })
    return means.sort((a, b) => a - b)[Math.floor(means.length / 2)]!
  } catch (error) {
    throw translateChainError(error, { doing: 'measure the time between blocks', rpcUrl })
  }
}
