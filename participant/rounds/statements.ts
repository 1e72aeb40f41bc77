import { signStatement } from '../../src/protocol/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import type { EffectHandler, RoundContext } from '../../src/node/index.ts'

export interface StatementNeeds extends Pick<RoundContext, 'domain' | 'task' | 'account' | 'peers' | 'said' | 'logger'> {
  member: Address
}

/** Performs `reveal`: opens the commitment once the operator has sealed the list, so that nobody can copy. */
export function revealHandler(needs: StatementNeeds): EffectHandler<'reveal'> {
  return async ({ updateRoot, salt }, state) => {
    const { domain, task, account, member } = needs
    const body = { task, round: state.plan.round, member, updateRoot, salt }
    const signature = await signStatement(domain, 'Reveal', body, account)
    await needs.peers.publish({ kind: 'reveal', ...body, signature })
    return [{ type: 'reveal', member, updateRoot, salt, signature }]
  }
}

/** Performs `attest`: says which updates this member holds, so that withheld ones cannot count. */
export function attestHandler(needs: StatementNeeds): EffectHandler<'attest'> {
  return async ({ commitments, held: holds }, state) => {
    const { domain, task, account, member } = needs
    const { round } = state.plan
    const held = needs.said('attestation', `${round}:${commitments}`, () => holds)
    const body = { task, round, member, commitments, held }
    const signature = await signStatement(domain, 'Attestation', body, account)
    await needs.peers.publish({ kind: 'attestation', ...body, signature })
    return [{ type: 'attestation', member, commitments, held, signature }]
  }
}

/** Performs `agree`: signs a claim that this member has recomputed bit for bit. */
export function agreeHandler(needs: StatementNeeds): EffectHandler<'agree'> {
  return async ({ claimHash }, state) => {
    const { domain, task, account, member } = needs
    const { round } = state.plan
    const signature = await signStatement(domain, 'Agreement', { task, round, claim: claimHash }, account)
    await needs.peers.publish({ kind: 'agreement', task, round, member, claimHash, signature })
    return [{ type: 'agreement', member, claimHash, signature }]
  }
}
