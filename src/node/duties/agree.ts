import type { NodePorts } from '../ports.ts'
import type { DutyHandlers } from './duty.ts'

/** Signs a claim that this member has recomputed bit for bit. */
export function agree({ task, voice }: Pick<NodePorts, 'task' | 'voice'>): DutyHandlers<'agree'> {
  return {
    async agree({ claimHash }, state) {
      const { round } = state.plan
      const member = voice.owner
      const signature = await voice.sign('Agreement', { task: task.id, round, claim: claimHash })
      await voice.publish({ kind: 'agreement', task: task.id, round, member, claimHash, signature })
      return [{ type: 'agreement', member, claimHash, signature }]
    },
  }
}
