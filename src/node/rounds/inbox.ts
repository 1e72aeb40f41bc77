import { eventOf, validateMessage } from '../../protocol/index.ts'
import type { Message, RoundState, SigningDomain, Validation } from '../../protocol/index.ts'
import type { ClaimHistory } from '../../replay/index.ts'
import type { Agreements } from '../agreements/agreements.ts'
import type { Openings } from '../stores/openings.ts'
import type { Rounds } from './rounds.ts'

export interface InboxOptions {
  domain: SigningDomain
  task: bigint
  rounds: Pick<Rounds, 'state' | 'latest' | 'dispatch'>
  history: Pick<ClaimHistory, 'operatorKey'>
  openings: Pick<Openings, 'announced'>
  /** Agreements are judged by the claims that stand, whose rounds may be over. */
  agreements: Pick<Agreements, 'validate' | 'take'>
  /** Told of a statement that is signed and has no effect: it may contradict another one of its author. */
  onIgnored: (state: RoundState, message: Message) => Promise<void>
}

/** Handles statements of others from gossip, catch-up or gRPC. */
export class Inbox {
  readonly #options: InboxOptions

  constructor(options: InboxOptions) {
    this.#options = options
  }

  /** Judges a statement. */
  async validate(message: Message): Promise<Validation> {
    const { domain, task, rounds, history, agreements, onIgnored } = this.#options
    if (message.kind === 'agreement') return agreements.validate(message)
    const validation = await validateMessage(
      {
        domain,
        task,
        roundState: (round) => rounds.state(round),
        latestRound: () => rounds.latest?.plan.round ?? 0n,
        operatorKey: (operator) => history.operatorKey(operator),
      },
      message,
    )
    const state = validation.verdict === 'ignore' ? rounds.state(message.round) : undefined
    if (state) await onIgnored(state, message)
    return validation
  }

  /** Takes a statement that `validate` accepted. */
  accept(message: Message): void {
    const { rounds, history, openings, agreements } = this.#options
    if (message.kind === 'agreement') return agreements.take(message)
    if (message.kind === 'claim') openings.announced(message)
    const state = rounds.state(message.round)
    const event = state && eventOf(message, { state, operatorKey: (operator) => history.operatorKey(operator) })
    if (event) rounds.dispatch(message.round, event)
  }
}
