import { zeroAddress } from 'viem'
import { readCourt, readCourtOfJudge, readJudge, readTaskCount, readTaskTimes } from '../../src/chain/index.ts'
import type { Chain, ShortestTimes } from '../../src/chain/index.ts'
import type { Address } from '../../src/protocol/index.ts'

/**
 * The shortest windows that a deployment allows, with those of the court of a judge.
 *
 * @param judge that of the newest task if left out
 * @throws QuorateError CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED
 */
export async function shortestTimesOf(
  chain: Chain,
  { ledger, judge, signal }: { ledger: Address; judge?: Address; signal: AbortSignal },
): Promise<ShortestTimes> {
  const task = await readTaskCount(chain, { ledger, signal })
  const of = judge ?? (task === 0n ? undefined : await readJudge(chain, { ledger, task, signal }))
  const address = of === undefined ? zeroAddress : await readCourtOfJudge(chain, { judge: of, signal })
  const court = address === zeroAddress ? 0 : Number((await readCourt(chain, { court: address, task, signal })).minWindow)
  return { ...(await readTaskTimes(chain, { ledger, signal })), court }
}
