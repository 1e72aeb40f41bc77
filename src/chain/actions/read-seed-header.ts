import { SEED_BLOCKS } from '../../protocol/committee.ts'
import type { Hex } from '../../protocol/types.ts'
import type { Chain } from '../connect-chain.ts'
import { readHeader } from '../headers/read-header.ts'
import type { CurrentRound } from './read-current-round.ts'

/**
 * The header of the block whose randomness draws the members of an open round, for `storeSeed`. Errors: those of `readHeader`.
 *
 * @example const header = await readSeedHeader(chain, await readCurrentRound(chain, { ledger, task }))
 */
export async function readSeedHeader(
  chain: Pick<Chain, 'publicClient' | 'rpcUrl'>,
  { openedBlock }: Pick<CurrentRound, 'openedBlock'>,
  signal?: AbortSignal,
): Promise<Hex> {
  return readHeader(chain, { blockNumber: BigInt(openedBlock + SEED_BLOCKS), signal })
}
