import { sameAddress, spendingOf, STATEMENTS } from '../../protocol/index.ts'
import type { RoundState, SpendingMessage, SpendingNumbers } from '../../protocol/index.ts'
import type { NodePorts } from '../ports.ts'
import type { Spendings } from './spendings.ts'

/**
 * Signs what this member's sealed update of a round spent, and tells its peers. Said once: what was said of a commitment stays.
 *
 * Only after the seal: everybody has the commitment then, and an update that nobody sealed was shown to nobody.
 *
 * @param numbers what the update of this state spent; undefined where the member does not know
 * @returns what was said; undefined where there was nothing to say, or it was said before
 */
export async function shareSpending(
  { task, voice }: Pick<NodePorts, 'task' | 'voice'>,
  spendings: Pick<Spendings, 'validate' | 'take' | 'messages'>,
  state: Pick<RoundState, 'plan' | 'seal'>,
  numbers: SpendingNumbers,
): Promise<SpendingMessage | undefined> {
  const { round } = state.plan
  const { owner } = voice
  const row = state.seal?.rows.find(({ member }) => sameAddress(member, owner))
  const stated = spendingOf(numbers)
  if (!row || !stated) return undefined
  const { commitment } = row
  if (spendings.messages(round).some((one) => sameAddress(one.member, owner) && one.commitment === commitment)) return undefined
  const unsigned = { kind: 'spending', task: task.id, round, member: owner, commitment, ...stated } as const
  const signature = await voice.sign('Spending', STATEMENTS.spending.body({ ...unsigned, signature: '0x' }))
  const message: SpendingMessage = { ...unsigned, signature }
  if ((await spendings.validate(message)).verdict !== 'accept') return undefined
  spendings.take(message)
  await voice.publish(message)
  return message
}
