import { readBlockTime } from '../../chain/index.ts'
import type { Chain } from '../../chain/index.ts'
import { QuorateError } from '../../core/index.ts'
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
 * update is still in time. By default two, or one where the window leaves time for no more; on a development chain none.
 *
 * @throws QuorateError SEAL_TOO_DEEP when the configuration asks for more than fits, RPC_UNREACHABLE, CANCELLED
 */
export async function sealDepthFor(chain: Chain, { asked, reveal, logger, signal }: SealDepthOptions): Promise<number> {
  if (asked === 0 || (asked === undefined && chain.chainId === DEVELOPMENT_CHAIN)) return 0
  const blockSeconds = await readBlockTime(chain, signal && { signal })
  const depth = asked ?? DEFAULT_DEPTH
  if (depth * blockSeconds <= reveal / 4) return depth
  const most = Math.floor(reveal / 4 / blockSeconds)
  const details = { sealDepth: depth, most, blockSeconds, reveal }
  if (asked !== undefined) {
    const time = `${depth} blocks take ${Math.ceil(depth * blockSeconds)} s here`
    const message = `sealDepth in [chain]: ${time}, more than a quarter of the reveal window of ${reveal} s; at most ${most} fit`
    throw new QuorateError('SEAL_TOO_DEEP', message, { details })
  }
  logger.warn(
    { ...details, sealDepth: most },
    'the reveal window leaves little time: a reorganisation may undo a seal after the reveal',
  )
  return most
}
