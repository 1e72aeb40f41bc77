import { commitmentsHash, lowerHex, signStatement } from '../../src/protocol/index.ts'
import type { SealedCommitment } from '../../src/protocol/index.ts'
import type { EffectHandler, RoundContext } from '../../src/node/index.ts'

type Needs = Pick<RoundContext, 'domain' | 'task' | 'account' | 'peers' | 'said' | 'logger'> & { owner: `0x${string}` }

/** Performs `seal`: fixes which commitments count, in slot order, forced ones included. */
export function sealHandler(needs: Needs): EffectHandler<'seal'> {
  return async (_effect, state) => {
    const { round, members } = state.plan
    const rows = needs.said('seal', `${round}:${state.rejected.size}`, () =>
      members.flatMap((member): SealedCommitment[] => {
        const entry = state.commitments.get(lowerHex(member.member))
        return entry ? [{ member: lowerHex(member.member), ...entry }] : []
      }),
    )
    const body = { task: needs.task, round, commitments: commitmentsHash(rows), count: rows.length }
    const signature = await signStatement(needs.domain, 'Seal', body, needs.account)
    await needs.peers.publish({ kind: 'seal', task: needs.task, round, rows, operator: needs.owner, signature })
    needs.logger.info({ round, sealed: rows.length, members: members.length }, 'sealed')
    return [{ type: 'seal', rows, signature, operator: needs.owner, operatorKey: needs.account.address }]
  }
}
