import { systemClock, isQuorateError } from '../../core/index.ts'
import type { Clock } from '../../core/index.ts'
import type { Address, Hash, Hex } from '../../protocol/index.ts'
import type { NodeEvents } from '../events/index.ts'
import type { NodePorts } from '../ports.ts'
import { turnOf } from '../watcher/turn.ts'
import type { DutyHandlers } from './duty.ts'

export interface VoidOptions {
  /** Owner address of this node. */
  self: Address
  /** Sends the statements to the ledger. */
  send: (
    call: { round: bigint; claimHash: Hash; voids: readonly { member: Address; signature: Hex }[] },
    signal: AbortSignal,
  ) => Promise<unknown>
  events: Pick<NodeEvents, 'emit'>
  clock?: Pick<Clock, 'sleep'>
}

/**
 * Has a round voided that a quorum of the stake wants to end. Every node that saw the quorum would send; the members take
 * turns, so usually one pays for the transaction.
 */
export function voidRound(
  { logger }: Pick<NodePorts, 'logger'>,
  { self, send, events, clock = systemClock }: VoidOptions,
): Pick<DutyHandlers<'hold'>, 'void'> {
  return {
    async void({ claimHash }, { plan, voids }, signal) {
      const { round, members } = plan
      const wait = turnOf(
        claimHash,
        self,
        members.map(({ member }) => member),
      )
      if (wait > 0) await clock.sleep(wait, signal)
      const about = [...voids].flatMap(([member, known]) =>
        known.claimHash === claimHash ? [{ member, signature: known.signature }] : [],
      )
      try {
        await send({ round, claimHash, voids: about }, signal)
      } catch (error) {
        // Another node was faster, or the claim is final by now.
        if (isQuorateError(error, 'TRANSACTION_REVERTED')) return []
        throw error
      }
      logger.warn({ round, claimHash, members: about.length }, 'voided the round, as a quorum of the stake wants')
      events.emit({ event: 'voided', round })
      return []
    },
  }
}
