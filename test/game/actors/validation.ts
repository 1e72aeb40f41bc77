import { validateMessage } from '../../../src/protocol/index.ts'
import type { Message, RoundState, SigningDomain } from '../../../src/protocol/index.ts'
import { TASK } from '../task.ts'

/** Statements that are not signed by whom they name. Honest nodes forget them; the game would check them with every retry. */
const forged = new Set<string>()
const KEEP = 5_000

/** What a node does with a statement, by the rules of gossip; an early one is looked at again. */
export async function verdictOn(
  domain: SigningDomain,
  message: Message,
  state: RoundState,
): Promise<'accept' | 'early' | 'drop'> {
  if (message.kind === 'agreement' || message.kind === 'claim') return 'drop'
  const place = `${state.plan.openedAt} ${signaturesOf(message)}`
  if (forged.has(place)) return 'drop'
  const context = {
    domain,
    task: TASK,
    roundState: (round: bigint) => (round === state.plan.round ? state : undefined),
    latestRound: () => state.plan.round,
  }
  const validation = await validateMessage(context, message)
  if (validation.verdict === 'accept') return 'accept'
  if (validation.code === 'SIGNATURE_INVALID') {
    if (forged.size >= KEEP) forged.clear()
    forged.add(place)
  }
  return validation.verdict === 'ignore' && validation.code === 'MESSAGE_EARLY' ? 'early' : 'drop'
}

function signaturesOf(message: Message): string {
  if (message.kind !== 'seal') return `${message.kind} ${'signature' in message ? message.signature : ''}`
  return message.rows.map(({ commitment, source }) => `${commitment}${source.via === 'signature' ? source.signature : ''}`).join()
}
