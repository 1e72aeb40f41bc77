import { recordOf } from '../../protocol/index.ts'
import type { Claim } from '../../protocol/index.ts'
import { recordHash } from '../../replay/index.ts'
import type { TransactionResult } from '../../chain/index.ts'
import type { NodeEvents } from '../events/index.ts'
import type { NodePorts } from '../ports.ts'
import type { DutyHandlers } from './duty.ts'

export interface PostOptions {
  /** Sends the one transaction of the round, or finds that it has landed already. */
  post: (round: bigint, claim: Claim, signal: AbortSignal) => Promise<Pick<TransactionResult, 'hash' | 'gasUsed' | 'blockNumber'>>
  /** Voids a round without a claim on the ledger. */
  voidRound: (signal: AbortSignal) => Promise<unknown>
  events: Pick<NodeEvents, 'emit'>
}

/** Sends the round's one transaction; ends a round that nobody posted, so that the next can open. */
export function post(
  { task, stores, voice, logger }: Pick<NodePorts, 'task' | 'stores' | 'voice' | 'logger'>,
  options: PostOptions,
): DutyHandlers<'post'> {
  const { events } = options
  return {
    async post({ claimHash }, state, signal) {
      const { built, plan } = state
      if (built?.claimHash !== claimHash) return []
      const { round } = plan
      const { hash, gasUsed, blockNumber } = await options.post(round, built.claim, signal)
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

    async void(_effect, state, signal) {
      await options.voidRound(signal)
      const { round } = state.plan
      logger.warn({ round }, 'no operator posted in time: the round is void')
      events.emit({ event: 'voided', round })
      return []
    },
  }
}
