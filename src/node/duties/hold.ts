import { paddedLength } from '../../protocol/index.ts'
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

/** Holds the updates of others and says which, so that an update that only few hold cannot count. */
export function hold(ports: Pick<NodePorts, 'task' | 'stores' | 'supply' | 'metrics' | 'voice'>): DutyHandlers<'hold'> {
  const { task, voice } = ports
  return {
    ...holdSilently(ports),
    async attest({ commitments, held: holds }, state) {
      const { round } = state.plan
      const member = voice.owner
      const held = voice.once('attestation', `${round}:${commitments}`, () => holds)
      const body = { task: task.id, round, member, commitments, held }
      const signature = await voice.sign('Attestation', body)
      await voice.publish({ kind: 'attestation', ...body, signature })
      return [{ type: 'attestation', member, commitments, held, signature }]
    },
  }
}
