import { forcedHashOf, commitmentsHash, lowerHex } from '../../protocol/index.ts'
import type { Hash, RoundState, SealedCommitment } from '../../protocol/index.ts'
import type { TransactionResult } from '../../chain/index.ts'
import type { NodeEvents } from '../events/index.ts'
import type { NodePorts } from '../ports.ts'
import type { DutyHandlers } from './duty.ts'

/** What a seal transaction says. */
export interface SealCall {
  round: bigint
  /** Chain time. */
  openedAt: number
  digest: Hash
  count: number
  forcedHash: Hash
}

export interface SealOptions {
  /** Sends the seal, or finds that it has landed already. */
  seal: (call: SealCall, signal: AbortSignal) => Promise<Pick<TransactionResult, 'hash' | 'gasUsed' | 'blockNumber'>>
  events: Pick<NodeEvents, 'emit'>
}

/**
 * Fixes which commitments count, in slot order, forced ones included: first as a journalled list, then on chain. The chain refuses a
 * list that lacks a commitment forced meanwhile; that commitment joins the list, and the seal is sent again.
 */
export function seal(
  { task, voice, logger }: Pick<NodePorts, 'task' | 'voice' | 'logger'>,
  options: SealOptions,
): DutyHandlers<'seal'> {
  return {
    async list(_effect, state) {
      return [{ type: 'list', rows: rowsToSeal(state) }]
    },

    async seal({ digest }, state, signal) {
      const { plan, list = [], forced } = state
      const { round, openedAt, members } = plan
      if (commitmentsHash(list) !== digest) return []
      const call = { round, openedAt, digest, count: list.length, forcedHash: forcedHashOf(forced) }
      const { hash, gasUsed, blockNumber } = await options.seal(call, signal)
      logger.info({ round, sealed: list.length, members: members.length, transaction: hash, gasUsed }, 'sealed')
      options.events.emit({ event: 'sealed', round, rows: list.length, transaction: hash, gasUsed, block: blockNumber })
      await voice.publish({ kind: 'seal', task: task.id, round, rows: [...list], operator: voice.owner })
      return []
    },
  }
}

/** Every commitment that is known, in slot order; what a list has already stays. */
export function rowsToSeal({ plan, commitments, list }: RoundState): SealedCommitment[] {
  return plan.members.flatMap(({ member }): SealedCommitment[] => {
    const listed = list?.find((row) => row.member === lowerHex(member))
    if (listed) return [listed]
    const entry = commitments.get(lowerHex(member))
    return entry ? [{ member: lowerHex(member), ...entry }] : []
  })
}
