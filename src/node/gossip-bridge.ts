import type { ErrorCode, Logger } from '../core/index.ts'
import { lowerHex, validateMessage } from '../protocol/index.ts'
import type { Message, RoundEvent, RoundState, SigningDomain, Validation } from '../protocol/index.ts'
import type { RoundRunner } from './round-runner.ts'

export interface GossipBridgeOptions {
  domain: SigningDomain
  task: bigint
  runner: Pick<RoundRunner, 'state' | 'dispatch' | 'latest'>
  logger: Logger
}

/** Messages that came before their time are kept for this node alone, this many at most. */
const HELD_BACK = 1024
const EARLY: ReadonlySet<ErrorCode> = new Set(['MESSAGE_EARLY', 'MESSAGE_WRONG_ROUND'])

/**
 * Between gossip and rounds: judges messages and turns the good ones into events. Gossip delivers each message once and in no order,
 * so one that comes early (a reveal overtaking its seal, a commitment overtaking the block that opens its round) is held back and judged again
 * when the round has moved.
 */
export class GossipBridge {
  readonly #options: GossipBridgeOptions
  #early: Message[] = []

  constructor(options: GossipBridgeOptions) {
    this.#options = options
  }

  /** For the gossip validator. */
  async validate(message: Message): Promise<Validation> {
    const { domain, task, runner } = this.#options
    const result = await validateMessage({ domain, task, roundState: (round) => runner.state(round) }, message)
    if (result.verdict === 'ignore' && EARLY.has(result.code) && this.#isNear(message)) {
      if (this.#early.length >= HELD_BACK) this.#early.shift()
      this.#early.push(message)
    }
    return result
  }

  /** For the gossip handler: the message was accepted. */
  accept(message: Message): void {
    const event = eventOf(message)
    if (event) this.#options.runner.dispatch(message.round, event)
  }

  /** Judges the held-back messages again; call it after every change of a round. */
  async retryEarly(): Promise<void> {
    const waiting = this.#early
    this.#early = []
    for (const message of waiting) {
      const { verdict } = await this.validate(message)
      if (verdict === 'accept') this.accept(message)
    }
  }

  get heldBack(): number {
    return this.#early.length
  }

  /** Only the open round and the next: anything else cannot come true soon. */
  #isNear(message: Message): boolean {
    const latest = this.#options.runner.latest?.plan.round ?? 0n
    return message.round >= latest && message.round <= latest + 1n
  }
}

function eventOf(message: Message): RoundEvent | undefined {
  switch (message.kind) {
    case 'commitment':
      return { type: 'commitment', member: message.member, commitment: message.commitment, signature: message.signature }
    case 'seal':
      return { type: 'seal', rows: message.rows, signature: message.signature, operator: message.operator }
    case 'reveal':
      return {
        type: 'reveal',
        member: message.member,
        updateRoot: message.updateRoot,
        salt: message.salt,
        signature: message.signature,
      }
    case 'attestation':
      return {
        type: 'attestation',
        member: message.member,
        commitments: message.commitments,
        held: message.held,
        signature: message.signature,
      }
    case 'agreement':
      return { type: 'agreement', member: message.member, claimHash: message.claimHash, signature: message.signature }
    case 'claim':
      // The chain is the source of claims; the notice only tells peers where its record is.
      return undefined
  }
}

/** Everything valid that this node knows of a round, for a peer that missed it. */
export function messagesOf(state: RoundState): Message[] {
  const { task, round } = state.plan
  const messages: Message[] = []
  for (const [member, entry] of state.commitments) {
    if (entry.signature !== '0x') messages.push({ kind: 'commitment', task, round, member, ...entry })
  }
  if (state.seal) {
    const { rows, signature, operator } = state.seal
    messages.push({
      kind: 'seal',
      task,
      round,
      operator: lowerHex(operator),
      signature,
      rows: rows.map((row) => ({ member: row.member, commitment: row.commitment, signature: row.signature })),
    })
    for (const [member, entry] of state.reveals) messages.push({ kind: 'reveal', task, round, member, ...entry })
    const { commitments } = state.seal
    for (const [member, entry] of state.attestations)
      messages.push({ kind: 'attestation', task, round, member, commitments, ...entry })
  }
  for (const [member, entry] of state.agreements) messages.push({ kind: 'agreement', task, round, member, ...entry })
  return messages
}
