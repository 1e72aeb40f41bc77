import { zeroAddress } from 'viem'
import { readCourt, readCourtOfJudge, readTaskTimes, shortestTimes } from '../../src/chain/index.ts'
import type { Chain, Contracts } from '../../src/chain/index.ts'
import { sameAddress } from '../../src/protocol/index.ts'

/**
 * Whether the contracts were deployed for a development chain: tasks may have windows shorter than a minute, or the court answer windows shorter than
 * what a committee may ask for needs, or stake counts in drawn tasks sooner than two epochs after it was allocated.
 */
export async function hasShortWindows(
  chain: Chain,
  { ledger, judge, task }: Pick<Contracts, 'ledger' | 'judge'> & { task: bigint },
): Promise<boolean> {
  const least = shortestTimes(0)
  const { commit, window, challenge, entry } = await readTaskTimes(chain, { ledger })
  if (commit < least.commit || window < least.window) return true
  if (challenge < least.challenge || entry < least.entry) return true
  const court = await readCourtOfJudge(chain, { judge })
  if (sameAddress(court, zeroAddress)) return false
  const { minWindow, fullWindow } = await readCourt(chain, { court, task })
  return minWindow < fullWindow
}
