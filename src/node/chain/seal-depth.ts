import { plural } from '../../core/index.ts'
import { readBlockTime } from '../../chain/index.ts'
import type { Chain } from '../../chain/index.ts'
import type { Logger } from '../../core/index.ts'

export interface SealDepthOptions {
  /** What the configuration asks for. */
  asked?: number | undefined
  /** Reveal window of the task, seconds. */
  reveal: number
  logger: Logger
  signal?: AbortSignal
}

/** The development chain of anvil and hardhat, which undoes no block and may mine only on demand. */
const DEVELOPMENT_CHAIN = 31_337
const DEFAULT_DEPTH = 2

/**
 * Blocks on top of a seal before a member shows its update to it. They take at most a quarter of the reveal window, so that the
 * update is still in time: of more, as many as fit are taken, and a warning says so. A slow chain ends no node. By default two; on a development
 * chain none.
 *
 * @throws QuorateError RPC_UNREACHABLE, CANCELLED
 */
export async function sealDepthFor(chain: Chain, { asked, reveal, logger, signal }: SealDepthOptions): Promise<number> {
  if (asked === 0 || (asked === undefined && chain.chainId === DEVELOPMENT_CHAIN)) return 0
  const blockSeconds = await readBlockTime(chain, signal && { signal })
  const depth = asked ?? DEFAULT_DEPTH
  if (depth * blockSeconds <= reveal / 4) return depth
  const most = Math.floor(reveal / 4 / blockSeconds)
  logger.warn(
    { sealDepth: most, asked: depth, blockSeconds, reveal },
    `only ${plural(most, 'block fits', 'blocks fit')} into a quarter of the reveal window, ${depth} do not: a reorganisation may undo a seal after the reveal`,
  )
  return most
}
