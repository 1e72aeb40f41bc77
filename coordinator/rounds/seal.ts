import { commitmentsHash, lowerHex, signStatement } from '../../src/protocol/index.ts'
import type { SealedCommitment } from '../../src/protocol/index.ts'
import type { EffectHandler, RoundContext } from '../../src/node/index.ts'
import { faultOf } from './claim-fault.ts'
import type { ClaimFault } from './claim-fault.ts'

export interface SealNeeds extends Pick<RoundContext, 'domain' | 'task' | 'account' | 'peers' | 'said' | 'logger'> {
  owner: `0x${string}`
  fault?: ClaimFault
}

/** Performs `seal`: fixes which commitments count, in slot order, forced ones included. */
export function sealHandler(needs: SealNeeds): EffectHandler<'seal'> {
  return async (_effect, state) => {
    const { round, members } = state.plan
    // Once a round, also when the seat comes back after others were rejected: two different seals are equivocation.
    const rows = needs.said('seal', `${round}`, () => {
      const known = members.flatMap((member): SealedCommitment[] => {
        const entry = state.commitments.get(lowerHex(member.member))
        return entry ? [{ member: lowerHex(member.member), ...entry }] : []
      })
      return faultOf(needs.fault, round)?.seal?.(known) ?? known
    })
    const signature = await publishSeal(needs, round, rows)
    needs.logger.info({ round, sealed: rows.length, members: members.length }, 'sealed')
    return [{ type: 'seal', rows, signature, operator: needs.owner, operatorKey: needs.account.address }]
  }
}

/** Signs a seal and tells everybody; returns the signature. */
export async function publishSeal(
  { domain, task, account, owner, peers }: Omit<SealNeeds, 'said' | 'logger'>,
  round: bigint,
  rows: readonly SealedCommitment[],
): Promise<`0x${string}`> {
  const body = { task, round, commitments: commitmentsHash(rows), count: rows.length }
  const signature = await signStatement(domain, 'Seal', body, account)
  await peers.publish({ kind: 'seal', task, round, rows: [...rows], operator: owner, signature })
  return signature
}
