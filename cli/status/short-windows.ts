import { zeroAddress } from 'viem'
import { readCourt, readCourtOfJudge } from '../../src/chain/index.ts'
import type { Chain } from '../../src/chain/index.ts'
import { sameAddress } from '../../src/protocol/index.ts'
import type { Address } from '../../src/protocol/index.ts'

/** Whether the court of a task was deployed for a development chain, with answer windows shorter than what a committee may ask for needs. */
export async function hasShortWindows(chain: Chain, { judge, task }: { judge: Address; task: bigint }): Promise<boolean> {
  const coded = !sameAddress(judge, zeroAddress) && (await chain.publicClient.getCode({ address: judge })) !== undefined
  const court = coded ? await readCourtOfJudge(chain, { judge }) : zeroAddress
  if (sameAddress(court, zeroAddress)) return false
  const { minWindow, fullWindow } = await readCourt(chain, { court, task })
  return minWindow < fullWindow
}
