import { recordOf, signStatement } from '../../src/protocol/index.ts'
import type { Claim, Hash } from '../../src/protocol/index.ts'
import { recordHash } from '../../src/replay/index.ts'
import type { EffectHandler, RoundContext } from '../../src/node/index.ts'
import { faultOf } from './claim-fault.ts'
import type { ClaimFault } from './claim-fault.ts'
import { publishSeal } from './seal.ts'

export interface PostNeeds extends Pick<RoundContext, 'domain' | 'task' | 'account' | 'peers' | 'openings' | 'logger'> {
  owner: `0x${string}`
  fault?: ClaimFault
  /** Sends the one transaction of the round, or finds that it has landed already. */
  post(round: bigint, claim: Claim, signal: AbortSignal): Promise<{ hash: Hash; gasUsed: bigint }>
}

/** Performs `post`: the round's one transaction. The `posted` event comes from the chain, like everybody else's. */
export function postHandler(needs: PostNeeds): EffectHandler<'post'> {
  return async ({ claimHash }, state, signal) => {
    const { built, plan } = state
    if (built?.claimHash !== claimHash) return []
    const { task, domain, account, owner } = needs
    const { round } = plan
    const second = state.seal && faultOf(needs.fault, round)?.secondSeal?.(state.seal.rows)
    if (second) await publishSeal(needs, round, second)
    const { hash, gasUsed } = await needs.post(round, built.claim, signal)
    needs.logger.info({ round, claimHash, transaction: hash, gasUsed }, 'claim posted')
    const signature = await signStatement(domain, 'Agreement', { task, round, claim: claimHash }, account)
    await needs.peers.publish({
      kind: 'claim',
      task,
      round,
      claimHash,
      recordHash: recordHash(recordOf(domain, state)),
      openingHash: needs.openings.own(claimHash),
      operator: owner,
      signature,
    })
    return [{ type: 'posted', claimHash, claim: built.claim, operator: owner }]
  }
}
