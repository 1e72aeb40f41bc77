import { paddedLength } from '../../protocol/index.ts'
import type { GrantedMembers } from '../../replay/index.ts'
import type { NodePorts, ReplayPorts } from '../ports.ts'
import { obtainUpdate } from '../claims/fetch-update.ts'
import { patiently } from '../claims/patience.ts'
import type { DutyHandlers } from './duty.ts'

/**
 * Holds the updates of others without statements: the duty of a watching node. A fetch has the time that the updates of all members may take,
 * so that an author that sends a byte now and then does not take the turn of the others for good.
 */
export function holdSilently(ports: Pick<ReplayPorts, 'task' | 'stores' | 'supply' | 'metrics'>): DutyHandlers<'hold'> {
  return {
    async fetch({ updateRoot, member }, { plan }, signal) {
      const bytes = plan.members.length * paddedLength(ports.task.spec)
      await patiently(ports.supply, bytes, signal, async (bounded) => obtainUpdate(ports, updateRoot, bounded, member))
      return [{ type: 'held', updateRoot }]
    },
  }
}

/**
 * Holds the updates of others and says which, so that an update that only few hold cannot count. In a task that asks for grants of data, it says so of no
 * member that had none when the round opened: while those who lie are within the tolerated share, the update of such a member is unavailable, and a claim that counts it is false.
 *
 * @param granted left out for a task that asks for no grants
 */
export function hold(
  ports: Pick<NodePorts, 'task' | 'stores' | 'supply' | 'metrics' | 'voice' | 'logger'>,
  granted?: GrantedMembers,
): DutyHandlers<'hold'> {
  const { task, voice, logger } = ports
  return {
    ...holdSilently(ports),
    async attest({ commitments, held: found }, state, signal) {
      const { round, openedAt } = state.plan
      const member = voice.owner
      const members = state.seal!.rows.map((row) => row.member)
      const allowed = granted ? await granted({ members, openedAt, signal }) : found
      const without = members.filter((_, row) => ((found & ~allowed) >> BigInt(row)) & 1n)
      if (without.length > 0)
        logger.warn({ round, members: without }, 'members had no grant of data, so their updates do not count')
      const held = voice.once('attestation', `${round}:${commitments}`, () => found & allowed)
      const body = { task: task.id, round, member, commitments, held }
      const signature = await voice.sign('Attestation', body)
      await voice.publish({ kind: 'attestation', ...body, signature })
      return [{ type: 'attestation', member, commitments, held, signature }]
    },
  }
}
