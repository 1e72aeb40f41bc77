import { signStatement } from '../protocol/index.ts'
import type { Address, Hex, Message, SigningDomain, StatementBody, StatementKind } from '../protocol/index.ts'
import type { SigningKey } from './ports.ts'
import type { Said } from './rounds/said.ts'

export interface VoiceOptions {
  domain: SigningDomain
  /** Owner address that this node speaks for. */
  owner: Address
  account: SigningKey
  said: Said
  /** Tells the peers of the task. */
  publish: (message: Message) => Promise<unknown>
}

/**
 * Speaks for a node: signs statements with its operator key and sends them to its peers.
 *
 * @example
 * const signature = await voice.sign('Reveal', body)
 * await voice.publish({ kind: 'reveal', ...body, signature })
 */
export class Voice {
  readonly owner: Address
  /** Address of the key that signs. */
  readonly key: Address
  /** Fixes a statement before it is made, so that a killed node never contradicts itself. */
  readonly once: Said
  readonly #options: VoiceOptions

  constructor(options: VoiceOptions) {
    this.owner = options.owner
    this.key = options.account.address
    this.once = options.said
    this.#options = options
  }

  async sign<K extends StatementKind>(kind: K, body: StatementBody<K>): Promise<Hex> {
    return signStatement(this.#options.domain, kind, body, this.#options.account)
  }

  async publish(message: Message): Promise<void> {
    await this.#options.publish(message)
  }
}
