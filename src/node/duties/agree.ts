import type { AgreementMessage } from '../../protocol/index.ts'
import type { PostedRound } from '../../replay/index.ts'
import type { NodePorts } from '../ports.ts'

/** Signs a claim that this member has recomputed bit for bit. */
export type Agree = (posted: Pick<PostedRound, 'round' | 'claimHash'>) => Promise<AgreementMessage>

/** The duty of agreeing. It is owed to claims and not to rounds: `AgreementLoop` performs it for every verified claim that is not final. */
export function agree({ task, voice }: Pick<NodePorts, 'task' | 'voice'>): Agree {
  return async ({ round, claimHash }) => {
    const signature = await voice.sign('Agreement', { task: task.id, round, claim: claimHash })
    return { kind: 'agreement', task: task.id, round, member: voice.owner, claimHash, signature }
  }
}
