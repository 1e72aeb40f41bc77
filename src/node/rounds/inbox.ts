import { eventOf, validateMessage } from '../../protocol/index.ts'
import type { Message, SigningDomain, Validation } from '../../protocol/index.ts'
import type { Agreements } from '../agreements/agreements.ts'
import type { Evaluations } from '../evaluations/evaluations.ts'
import type { Spendings } from '../spending/spendings.ts'
import type { RecordKeeper } from '../claims/keep-records.ts'
import type { Openings } from '../stores/openings.ts'
import type { Rounds } from './rounds.ts'
import type { Statements } from './statements.ts'

export interface InboxOptions {
  domain: SigningDomain
  task: bigint
  rounds: Pick<Rounds, 'state' | 'latest' | 'dispatch'>
  /** The round that opens here next, if the chain has opened it: its members are not drawn yet. */
  awaited?: () => bigint | undefined
  openings: Pick<Openings, 'announced'>
  /** Told of every notice of a claim. */
  records?: Pick<RecordKeeper, 'heard'>
  /** Compares what is said with what this node said itself. */
  statements?: Pick<Statements, 'hear'>
  /** Agreements are judged by the claims that stand, whose rounds may be over. */
  agreements: Pick<Agreements, 'validate' | 'take'>
  /** Evaluations likewise; a node without them ignores what it hears. */
  evaluations?: Pick<Evaluations, 'validate' | 'take'>
  /** What members spent of their privacy budgets, likewise. */
  spendings?: Pick<Spendings, 'validate' | 'take'>
}

/** Handles statements of others from gossip, catch-up or gRPC. */
export class Inbox {
  readonly #options: InboxOptions

  constructor(options: InboxOptions) {
    this.#options = options
  }

  /** Judges a statement. */
  async validate(message: Message): Promise<Validation> {
    const { domain, task, rounds, awaited, agreements, evaluations, spendings, statements } = this.#options
    if (message.kind === 'agreement') return agreements.validate(message)
    if (message.kind === 'evaluation')
      return (
        evaluations?.validate(message) ?? { verdict: 'ignore', code: 'MESSAGE_LATE', reason: 'this node keeps no evaluations' }
      )
    if (message.kind === 'spending')
      return spendings?.validate(message) ?? { verdict: 'ignore', code: 'MESSAGE_LATE', reason: 'this node keeps no spendings' }
    const verdict = await validateMessage(
      {
        domain,
        task,
        roundState: (round) => rounds.state(round),
        latestRound: () => {
          const next = awaited?.()
          return next === undefined ? (rounds.latest?.plan.round ?? 0n) : next - 1n
        },
      },
      message,
    )
    await statements?.hear(message, verdict)
    return verdict
  }

  /** Takes a statement that `validate` accepted. */
  accept(message: Message): void {
    const { rounds, openings, records, agreements, evaluations, spendings } = this.#options
    if (message.kind === 'agreement') return agreements.take(message)
    if (message.kind === 'evaluation') return evaluations?.take(message)
    if (message.kind === 'spending') return spendings?.take(message)
    const state = rounds.state(message.round)
    if (message.kind === 'claim') {
      openings.announced(message)
      records?.heard(message, state)
    }
    const event = state && eventOf(message)
    if (event) rounds.dispatch(message.round, event)
  }
}
