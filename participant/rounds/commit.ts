import { QuorateError } from '../../src/core/index.ts'
import { commitmentOf, signStatement, verifyStatement } from '../../src/protocol/index.ts'
import type { Address, CommitmentMessage, Hex } from '../../src/protocol/index.ts'
import type { EffectHandler, RoundContext } from '../../src/node/index.ts'

export interface CommitNeeds extends Pick<RoundContext, 'domain' | 'task' | 'account' | 'peers' | 'logger'> {
  member: Address
  /** Hands the commitment to the operator of that owner address; resolves with its signed receipt. */
  handIn(commitment: CommitmentMessage, operator: Address, signal: AbortSignal): Promise<Hex>
}

/** Performs `commit`: binds this member to its update without showing it, and keeps the operator's receipt as proof. */
export function commitHandler(needs: CommitNeeds): EffectHandler<'commit'> {
  return async ({ updateRoot, salt }, state, signal) => {
    const { domain, task, account, member } = needs
    const { round, operator, operatorKey, vacant } = state.plan
    const commitment = commitmentOf(task, round, member, updateRoot, salt)
    const body = { task, round, member, commitment }
    const message: CommitmentMessage = {
      kind: 'commitment',
      ...body,
      signature: await signStatement(domain, 'Commitment', body, account),
    }
    // Gossip first: should the operator refuse it, everybody has seen that it came in time.
    await needs.peers.publish(message)
    // Nobody holds a vacant seat, so nobody can promise: whoever seals the round knows the commitment from gossip, or from the chain.
    if (vacant) return [{ type: 'commitment', member, commitment, signature: message.signature }]
    const receipt = await needs.handIn(message, operator, signal)
    if (!(await verifyStatement(domain, 'Receipt', body, receipt, operatorKey))) {
      throw new QuorateError('SIGNATURE_INVALID', `the receipt of round ${round} is not signed by the operator`)
    }
    needs.logger.info({ round, commitment }, 'committed')
    return [
      { type: 'commitment', member, commitment, signature: message.signature },
      { type: 'receipt', signature: receipt },
    ]
  }
}

export interface ForceNeeds extends Pick<RoundContext, 'task' | 'logger'> {
  member: Address
  /** Puts the commitment on chain with this node's own key. */
  force(round: bigint, commitment: Hex, signal: AbortSignal): Promise<unknown>
}

/** Performs `force`: puts on chain the commitment that the operator did not acknowledge, so that it cannot be left out. */
export function forceHandler(needs: ForceNeeds): EffectHandler<'force'> {
  return async ({ updateRoot, salt }, state, signal) => {
    const { round } = state.plan
    const commitment = commitmentOf(needs.task, round, needs.member, updateRoot, salt)
    await needs.force(round, commitment, signal)
    needs.logger.warn({ round, commitment }, 'the operator gave no receipt: the commitment was forced on chain')
    return [
      { type: 'commitment', member: needs.member, commitment, signature: '0x' },
      { type: 'receipt', signature: '0x' },
    ]
  }
}
