import { readCourtOfJudge, readRequests, readRound, standingClaims } from '../../src/chain/index.ts'
import { lowerHex } from '../../src/protocol/index.ts'
import { falseClaims } from './checkers/index.ts'
import type { World } from './world.ts'

/** Whether somebody asks the court about an honest claim that may still be rejected for it. */
export async function isAsked(world: World): Promise<boolean> {
  const { chain, contracts, task } = world.consortium.founded
  const lies = falseClaims(world).map(({ claimHash }) => claimHash)
  try {
    const court = await readCourtOfJudge(chain, { judge: contracts.judge })
    const open = (await readRequests(chain, { court, task })).filter(({ status }) => status === 'open')
    for (const { round, claimHash } of standingClaims(world.history.events)) {
      if (lies.includes(claimHash) || !open.some(({ target }) => target.claimHash === lowerHex(claimHash))) continue
      if ((await readRound(chain, { ledger: contracts.ledger, task, round })).status === 'posted') return true
    }
    return false
  } catch {
    // The chain is frozen: it is asked again.
    return true
  }
}
