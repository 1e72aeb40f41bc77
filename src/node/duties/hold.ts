import type { NodePorts, ReplayPorts } from '../ports.ts'
import { obtainUpdate } from '../claims/fetch-update.ts'
import type { DutyHandlers } from './duty.ts'

/** Holds the updates of others without statements: the duty of a watching node. */
export function holdSilently(ports: Pick<ReplayPorts, 'task' | 'stores' | 'supply' | 'metrics'>): DutyHandlers<'hold'> {
  return {
    async fetch({ updateRoot, member }, _state, signal) {
      await obtainUpdate(ports, updateRoot, signal, member)
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
