import { QuorateError } from '../../core/index.ts'
import { commitmentsHash, forcedHashOf, isForced, keyOf, lowerHex, rowsWithRoom, verifyStatement } from '../../protocol/index.ts'
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
      const rows = rowsToSeal(state)
      const stranger = await unsigned(rows, task, state)
      // It may have a receipt of this number, so the list cannot leave it out either. The round ends with its time.
      if (stranger)
        throw new QuorateError(
          'SIGNATURE_INVALID',
          `the commitment of ${stranger.member} is not signed by its key at the snapshot of round ${state.plan.round}: a reorganisation opened the round anew. Nothing is sealed`,
        )
      return [{ type: 'list', rows, known: state.commitments.size }]
    },

    async seal({ digest }, state, signal) {
      const { plan, list = [], forced } = state
      const { round, openedAt, members, seed } = plan
      if (commitmentsHash(list) !== digest) return []
      const call = { round, openedAt, digest, count: list.length, forcedHash: forcedHashOf(forced, seed) }
      const { hash, gasUsed, blockNumber } = await options.seal(call, signal)
      logger.info({ round, sealed: list.length, members: members.length, transaction: hash, gasUsed }, 'sealed')
      options.events.emit({ event: 'sealed', round, rows: list.length, transaction: hash, gasUsed, block: blockNumber })
      await voice.publish({ kind: 'seal', task: task.id, round, rows: [...list], operator: voice.owner })
      return []
    },
  }
}

/**
 * A row that its member's key of the snapshot did not sign. Commitments are checked when they come. A reorganisation may open the round
 * a second time, with another snapshot, and a claim over such a row would be false.
 */
async function unsigned(
  rows: readonly SealedCommitment[],
  { id, domain }: Pick<NodePorts['task'], 'id' | 'domain'>,
  { plan }: RoundState,
): Promise<SealedCommitment | undefined> {
  for (const row of rows) {
    const { member, commitment, source } = row
    const key = keyOf({ members: plan.members, seat: plan }, member)
    const body = { task: id, round: plan.round, member, commitment }
    if (source.via === 'signature' && !(key && (await verifyStatement(domain, 'Commitment', body, source.signature, key))))
      return row
  }
  return undefined
}

/**
 * Every commitment that is known and has room in a claim, in slot order; what a list has already stays, unless only the chain vouched
 * for it and does not any more.
 */
export function rowsToSeal({ plan, commitments, list, forced }: RoundState): readonly SealedCommitment[] {
  const rows = plan.members.flatMap(({ member }): SealedCommitment[] => {
    const listed = list?.find((row) => row.member === lowerHex(member))
    if (listed && (listed.source.via === 'signature' || isForced(forced, listed))) return [listed]
    const entry = commitments.get(lowerHex(member))
    return entry ? [{ member: lowerHex(member), ...entry }] : []
  })
  return rowsWithRoom(rows, plan.members)
}
