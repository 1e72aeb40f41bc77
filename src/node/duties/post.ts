import { recordOf } from '../../protocol/index.ts'
import type { Claim, Hash } from '../../protocol/index.ts'
import { recordHash } from '../../replay/index.ts'
import type { TransactionResult } from '../../chain/index.ts'
import type { NodeEvents } from '../events/index.ts'
import type { NodePorts } from '../ports.ts'
import type { DutyHandlers } from './duty.ts'

export interface PostOptions {
  /** Sends the claim, or finds that it has landed already. @param openedAt chain time @param digest of the seal */
  post: (
    call: { round: bigint; openedAt: number; digest: Hash; claim: Claim },
    signal: AbortSignal,
  ) => Promise<Pick<TransactionResult, 'hash' | 'gasUsed' | 'blockNumber'>>
  /** Ends the open round on the ledger. */
  failRound: (signal: AbortSignal) => Promise<unknown>
  events: Pick<NodeEvents, 'emit'>
}

/** Posts the claim; ends a round that gets none, so that the next can open. */
export function post(
  { task, stores, voice, logger }: Pick<NodePorts, 'task' | 'stores' | 'voice' | 'logger'>,
  options: PostOptions,
): DutyHandlers<'post'> {
  const { events } = options
  return {
    async post({ claimHash }, state, signal) {
      const { built, plan, sealed } = state
      if (built?.claimHash !== claimHash || !sealed) return []
      const { round, openedAt } = plan
      const { hash, gasUsed, blockNumber } = await options.post(
        { round, openedAt, digest: sealed.digest, claim: built.claim },
        signal,
      )
      logger.info({ round, claimHash, transaction: hash, gasUsed }, 'claim posted')
      events.emit({ event: 'posted', round, transaction: hash, gasUsed, block: blockNumber })
      const signature = await voice.sign('Agreement', { task: task.id, round, claim: claimHash })
      await voice.publish({
        kind: 'claim',
        task: task.id,
        round,
        claimHash,
        recordHash: recordHash(recordOf(task.domain, state)),
        openingHash: stores.openings.own(claimHash),
        operator: voice.owner,
        signature,
      })
      // The operator need not wait for the event on chain. Other nodes do.
      return [{ type: 'posted', claimHash, claim: built.claim, operator: voice.owner }]
    },

    async fail({ reason }, state, signal) {
      await options.failRound(signal)
      const { round } = state.plan
      logger.warn({ round, reason }, 'ended the round without a claim')
      events.emit({ event: 'voided', round })
      return []
    },
  }
}
