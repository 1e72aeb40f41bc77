import { commitmentsHash, lowerHex } from '../../protocol/index.ts'
import type { Hex, RoundState, SealedCommitment } from '../../protocol/index.ts'
import type { NodePorts } from '../ports.ts'
import type { DutyHandlers } from './duty.ts'

type Needs = Pick<NodePorts, 'task' | 'voice' | 'logger'>

/** Fixes which commitments count, in slot order, forced ones included. */
export function seal(ports: Needs): DutyHandlers<'seal'> {
  const { voice, logger } = ports
  return {
    async seal(_effect, state) {
      const { round, members } = state.plan
      // Once a round, also when the seat comes back after others were rejected: two different seals are equivocation.
      const rows = voice.once('seal', `${round}`, () => rowsToSeal(state))
      const signature = await publishSeal(ports, round, rows)
      logger.info({ round, sealed: rows.length, members: members.length }, 'sealed')
      return [{ type: 'seal', rows, signature, operator: voice.owner, operatorKey: voice.key }]
    },
  }
}

/** Every commitment that is known, in slot order. */
export function rowsToSeal({ plan, commitments }: RoundState): SealedCommitment[] {
  return plan.members.flatMap(({ member }): SealedCommitment[] => {
    const entry = commitments.get(lowerHex(member))
    return entry ? [{ member: lowerHex(member), ...entry }] : []
  })
}

/** Signs a seal and tells everybody; returns the signature. */
export async function publishSeal(
  { task, voice }: Pick<Needs, 'task' | 'voice'>,
  round: bigint,
  rows: readonly SealedCommitment[],
): Promise<Hex> {
  const body = { task: task.id, round, commitments: commitmentsHash(rows), count: rows.length }
  const signature = await voice.sign('Seal', body)
  await voice.publish({ kind: 'seal', task: task.id, round, rows: [...rows], operator: voice.owner, signature })
  return signature
}
