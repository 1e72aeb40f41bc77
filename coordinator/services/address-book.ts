import { openPeerRecord } from '../../src/network/index.ts'
import type { RefusedAddress } from '../../src/network/index.ts'
import { isQuorateError, QuorateError } from '../../src/core/index.ts'
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
  record: Uint8Array
}

/** Why something that a member announced is of no use: a fault of an address, or the code of an error for the whole record. */
export interface Refusal {
  /** Empty for the whole record. */
  address: string
  reason: string
}

/**
 * Where the members say that their nodes listen: one signed record each, passed on as it came, because nobody speaks for another
 * node. A record that is not of the member's registered node, or has no address that can be dialled, is dropped.
 */
export class AddressBook {
  readonly #options: AddressBookOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: AddressBookOptions) {
    this.#options = options
  }

  /**
   * Replaces the member's earlier record. `peerKey` is its registered one; no bytes: the member's node only dials.
   *
   * @returns what others cannot use, and why. The others stay.
   */
  async announce(member: Address, peerKey: Hash, record: Uint8Array): Promise<Refusal[]> {
    this.#entries.delete(lowerHex(member))
    if (record.length === 0) return []
    const { addresses, refused } = await this.#open(peerKey, record)
    if (addresses.length > 0) this.#entries.set(lowerHex(member), { peerKey, record })
    const { logger, metrics } = this.#options
    for (const { address, reason } of refused) {
      metrics.count('network_addresses_refused_total', { reason })
      logger.warn({ member, address, reason }, 'dropped an address that a member announced')
    }
    return refused
  }

  /** The records of everybody who is still a member with the same node, newest last. */
  all(): Uint8Array[] {
    for (const [member, { peerKey }] of this.#entries) {
      const account = this.#options.membership.account(member as Address)
      if (!account || !sameAddress(account.peerKey, peerKey)) this.#entries.delete(member)
    }
    return [...this.#entries.values()].map(({ record }) => record)
  }

  async #open(peerKey: Hash, record: Uint8Array): Promise<{ addresses: string[]; refused: (RefusedAddress | Refusal)[] }> {
    try {
      const opened = await openPeerRecord(record)
      if (!sameAddress(opened.peerKey, peerKey))
        throw new QuorateError('KEY_NOT_REGISTERED', `the record is of peer ${opened.peerKey}, and ${peerKey} is registered`)
      return opened
    } catch (error) {
      if (!isQuorateError(error)) throw error
      return { addresses: [], refused: [{ address: '', reason: error.code }] }
    }
  }
}
