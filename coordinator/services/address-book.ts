import { judgePeerAddress, networkLimits, peerIdFromPeerKey } from '../../src/network/index.ts'
import type { AddressFault } from '../../src/network/index.ts'
import type { Logger, Metrics } from '../../src/core/index.ts'
import { lowerHex, sameAddress } from '../../src/protocol/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'

export interface AddressBookOptions {
  membership: Registrations
  logger: Logger
  metrics: Metrics
}

/** Which peer key a bonded member has registered on chain. */
export interface Registrations {
  account(member: Address): { peerKey: Hash } | undefined
}

interface Entry {
  peerKey: Hash
  addresses: string[]
}

/**
 * Where the members say that their nodes listen. Each address is judged by itself: one that cannot be dialled, or that names a node
 * other than the member's registered one, is dropped and counted, and the others stay.
 */
export class AddressBook {
  readonly #options: AddressBookOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: AddressBookOptions) {
    this.#options = options
  }

  /** Replaces the member's earlier addresses. `peerKey` is its registered one. */
  announce(member: Address, peerKey: Hash, announced: readonly string[]): void {
    const peerId = peerIdFromPeerKey(peerKey).toString()
    const { perNode } = networkLimits.addresses
    const addresses = new Set<string>()
    for (const [index, text] of announced.entries()) {
      if (index >= perNode) {
        this.#refused(member, 'tooMany', announced.length - perNode)
        break
      }
      const judged = judgePeerAddress(text, peerId)
      if ('address' in judged) addresses.add(judged.address)
      else this.#refused(member, judged.fault)
    }
    this.#entries.delete(lowerHex(member))
    if (addresses.size > 0) this.#entries.set(lowerHex(member), { peerKey, addresses: [...addresses] })
  }

  /** The addresses of everybody who is still a member with the same node, newest last. */
  all(): string[] {
    for (const [member, { peerKey }] of this.#entries) {
      const account = this.#options.membership.account(member as Address)
      if (!account || !sameAddress(account.peerKey, peerKey)) this.#entries.delete(member)
    }
    return [...this.#entries.values()].flatMap(({ addresses }) => addresses)
  }

  #refused(member: Address, reason: AddressFault | 'tooMany', count = 1): void {
    const { logger, metrics } = this.#options
    metrics.count('network_addresses_refused_total', { reason }, count)
    logger.warn({ member, reason, count }, 'dropped addresses that a member announced')
  }
}
