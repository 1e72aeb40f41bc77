import { lowerHex, spendingNumbers, stepsHash, validateMessage } from '../../protocol/index.ts'
import type { Address, RoundState, SigningDomain, SpendingMessage, Validation } from '../../protocol/index.ts'
import type { NodeEvents } from '../events/index.ts'
import type { RoundFiles } from '../stores/round-files.ts'

export interface SpendingsOptions {
  domain: SigningDomain
  task: bigint
  /** Rounds that the node keeps: their members and commitments. */
  rounds: { state(round: bigint): RoundState | undefined; states(): readonly RoundState[]; latest: RoundState | undefined }
  files: Pick<RoundFiles<SpendingMessage>, 'put' | 'recover'>
  events: Pick<NodeEvents, 'emit'>
}

/**
 * What members say that they spent of their privacy budgets, round by round, for as long as the node keeps the round. The first statement of a member and round counts.
 * Nothing in the protocol depends on them, and nobody can check them against an update.
 *
 * @example
 * if ((await spendings.validate(message)).verdict === 'accept') spendings.take(message)
 */
export class Spendings {
  readonly #options: SpendingsOptions
  readonly #rounds = new Map<bigint, Map<Address, SpendingMessage>>()
  /** Whether the files of an earlier run were read: before, a write would lose what they have. */
  #begun = false

  constructor(options: SpendingsOptions) {
    this.#options = options
  }

  /** Takes up what an earlier run kept. Call it when the rounds are open. */
  async begin(): Promise<void> {
    const { rounds, files } = this.#options
    for (const message of await files.recover(rounds.states().map(({ plan }) => plan.round)))
      if ((await this.validate(message)).verdict === 'accept') this.#keep(message)
    this.#begun = true
    for (const round of this.#rounds.keys()) files.put(round, this.messages(round))
  }

  /** Judges a statement. Never throws. */
  async validate(message: SpendingMessage): Promise<Validation> {
    const { domain, task, rounds } = this.#options
    const known = this.#rounds.get(message.round)?.get(lowerHex(message.member))
    if (known?.commitment === message.commitment)
      return areEqual(known, message)
        ? { verdict: 'ignore', code: 'MESSAGE_REPLAYED', reason: 'this statement is already known' }
        : { verdict: 'ignore', code: 'MESSAGE_CONFLICT', reason: `${message.member} stated something else before` }
    const latestRound = (): bigint => rounds.latest?.plan.round ?? 0n
    return validateMessage({ domain, task, roundState: (round) => rounds.state(round), latestRound }, message)
  }

  /** Keeps a statement that `validate` accepted. */
  take(message: SpendingMessage): void {
    if (!this.#keep(message)) return
    if (this.#begun) this.#options.files.put(message.round, this.messages(message.round))
    const { round, member } = message
    this.#options.events.emit({ event: 'memberSpent', round, member: lowerHex(member), ...spendingNumbers(message) })
  }

  /** The statements of a round, for a peer that missed them. */
  messages(round: bigint): SpendingMessage[] {
    return [...(this.#rounds.get(round)?.values() ?? [])]
  }

  /** @returns whether it is new */
  #keep(message: SpendingMessage): boolean {
    const { rounds } = this.#options
    // A message waits for its turn, and the round may be gone by then.
    if (!rounds.state(message.round)) return false
    for (const round of this.#rounds.keys()) if (!rounds.state(round)) this.#rounds.delete(round)
    const byMember = this.#rounds.get(message.round) ?? new Map<Address, SpendingMessage>()
    this.#rounds.set(message.round, byMember)
    const member = lowerHex(message.member)
    // The chain may open a round again. What was said of another commitment was said before.
    if (byMember.get(member)?.commitment === message.commitment) return false
    byMember.set(member, { ...message, member })
    return true
  }
}

function areEqual(a: SpendingMessage, b: SpendingMessage): boolean {
  return a.epsilon === b.epsilon && a.total === b.total && a.delta === b.delta && stepsHash(a.steps) === stepsHash(b.steps)
}
