import type { Logger } from '../core/logger.ts'
import type { Metrics } from '../core/metrics.ts'
import { networkLimits } from './limits.ts'
import type { PeerMembership } from './membership.ts'
import { reachOfAddress } from './own-addresses.ts'
import { judgePeerAddress } from './peer-address.ts'
import { openPeerRecord } from './peer-record.ts'
import type { OpenedRecord } from './peer-record.ts'
import type { PeerKey } from './peer-key.ts'

export interface PeerBookComponents {
  membership: Pick<PeerMembership, 'memberOfPeer'>
  /** This node's own addresses. */
  own: () => readonly string[]
  logger: Logger
  metrics: Metrics
}

/**
 * Judges the peer records that others pass on. A record counts if the peer itself signed it, if the peer is a member, and if no newer
 * one is known. What does not count is skipped, counted and logged, and costs the other records nothing.
 */
export class PeerBook {
  readonly #components: PeerBookComponents
  readonly #newest = new Map<PeerKey, bigint>()
  /** Of peers that are no members yet: the node may not have seen the registration. Oldest first. */
  readonly #early = new Map<PeerKey, OpenedRecord>()

  constructor(components: PeerBookComponents) {
    this.#components = components
  }

  /** The addresses to dial, by peer. Never throws. */
  async read(records: readonly Uint8Array[]): Promise<Map<PeerKey, string[]>> {
    const found = new Map<PeerKey, string[]>()
    for (const bytes of records.slice(0, networkLimits.redial.peers)) {
      try {
        this.#take(await openPeerRecord(bytes), found)
      } catch (error) {
        this.#refuse('record', 1, { error: String(error) })
      }
    }
    return found
  }

  /** The same for records that came before the registrations of their peers. */
  registered(): Map<PeerKey, string[]> {
    const found = new Map<PeerKey, string[]>()
    for (const record of this.#early.values()) {
      if (!this.#components.membership.memberOfPeer(record.peerKey)) continue
      this.#early.delete(record.peerKey)
      this.#take(record, found)
    }
    return found
  }

  /** Which of the addresses that a connected peer signed lead to it without a relay, from here. */
  direct(peerId: string, announced: readonly string[]): string[] {
    return announced.slice(0, networkLimits.addresses.perNode).flatMap((text) => {
      const judged = judgePeerAddress(text, peerId)
      return 'address' in judged && !judged.relay && this.#reaches(judged.address) ? [judged.address] : []
    })
  }

  #take(record: OpenedRecord, found: Map<PeerKey, string[]>): void {
    const { peerKey, sequence, addresses, refused } = record
    if (!this.#components.membership.memberOfPeer(peerKey)) return this.#keepEarly(record)
    if (sequence < (this.#newest.get(peerKey) ?? 0n)) return this.#refuse('outdated', 1, { peer: peerKey })
    this.#newest.set(peerKey, sequence)
    for (const { address, reason } of refused) this.#refuse(reason, 1, { peer: peerKey, address })
    const reachable = addresses.filter((address) => this.#reaches(address))
    const elsewhere = addresses.length - reachable.length
    if (elsewhere > 0) this.#refuse('loopback', elsewhere, { peer: peerKey })
    if (reachable.length > 0) found.set(peerKey, reachable)
  }

  /** A loopback address leads to this machine, so it is of use only to a node that has no other address either. */
  #reaches(address: string): boolean {
    const isLoopback = (one: string): boolean => reachOfAddress(one) === 'loopback'
    return !isLoopback(address) || this.#components.own().every(isLoopback)
  }

  #keepEarly(record: OpenedRecord): void {
    const known = this.#early.get(record.peerKey)
    if (known && known.sequence > record.sequence) return
    this.#early.delete(record.peerKey)
    this.#early.set(record.peerKey, record)
    const [oldest] = this.#early.keys()
    if (this.#early.size > networkLimits.redial.peers && oldest !== undefined) this.#early.delete(oldest)
  }

  #refuse(reason: string, count: number, facts: object): void {
    this.#components.metrics.count('network_addresses_refused_total', { reason }, count)
    this.#components.logger.debug({ reason, count, ...facts }, 'skipped addresses that were passed on')
  }
}
