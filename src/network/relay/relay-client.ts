import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2'
import type { Connection, IdentifyResult, PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Logger } from '../../core/logger.ts'
import type { Metrics } from '../../core/metrics.ts'
import { networkLimits } from '../limits.ts'
import type { PeerMembership } from '../membership.ts'
import { mostUseful } from '../own-addresses.ts'
import { judgePeerAddress } from '../peer-address.ts'
import { peerKeyFromPeerId } from '../peer-key.ts'
import { isRelayed } from './circuit.ts'
import type { RelayPlace, RelayPlaces } from './relay-transport.ts'

export interface RelayClientComponents {
  /** Name of this node, `12D3Koo…`. */
  self: string
  places: RelayPlaces
  membership: Pick<PeerMembership, 'memberOfPeer'>
  connectionsTo: (peer: PeerId) => Connection[]
  /** Whether a place at a relay is of use; `relay`: where this node has it. */
  wanted: (relay: string) => boolean
  /** The addresses behind relays are other ones now. */
  changed: () => void
  logger: Logger
  metrics: Metrics
}

/**
 * Takes places at the operators that relay, so that members reach a node which they cannot dial. A place ends with the connection to
 * its relay; the next one is taken when a relay is connected again.
 */
export class RelayClient {
  readonly #components: RelayClientComponents
  /** Connected peers that say they relay. */
  readonly #offers = new Map<string, PeerId>()
  /** Addresses of this node behind each relay. */
  readonly #held = new Map<string, string[]>()
  readonly #asking = new Set<string>()
  #retry: NodeJS.Timeout | undefined
  #stopped = false

  constructor(components: RelayClientComponents) {
    this.#components = components
    const { places, metrics } = components
    places.addEventListener('relay:created-reservation', ({ detail }) => this.#took(detail))
    places.addEventListener('relay:removed', ({ detail }) => this.#lost(detail.relay))
    metrics.gauge('network_relay_places', () => this.#held.size)
  }

  get places(): number {
    return this.#held.size
  }

  /** Where others reach this node through relays, at most so many of each relay as the limits say. */
  addresses(): string[] {
    return [...this.#held.values()].flat()
  }

  /** A peer told which protocols it speaks. */
  identified({ peerId, protocols }: Pick<IdentifyResult, 'peerId' | 'protocols'>): void {
    if (protocols.includes(RELAY_V2_HOP_CODEC)) this.#offers.set(peerId.toString(), peerId)
    else this.#offers.delete(peerId.toString())
    this.consider()
  }

  disconnected(peer: PeerId): void {
    this.#offers.delete(peer.toString())
  }

  /** Takes a place where one is wanted and offered. */
  consider(): void {
    for (const [name, peer] of this.#offers) {
      if (this.#stopped || this.#held.size + this.#asking.size >= networkLimits.relay.relays) return
      if (this.#held.has(name) || this.#asking.has(name) || !this.#mayAsk(peer)) continue
      this.#asking.add(name)
      void this.#ask(peer).finally(() => this.#asking.delete(name))
    }
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
  }

  /** Only an operator relays, and only one whom this node has without a relay. */
  #mayAsk(peer: PeerId): boolean {
    const { membership, connectionsTo, wanted } = this.#components
    const key = peerKeyFromPeerId(peer)
    if (!key || membership.memberOfPeer(key)?.role !== 'operator') return false
    const direct = connectionsTo(peer).find(({ remoteAddr }) => !isRelayed(remoteAddr))
    return direct !== undefined && wanted(direct.remoteAddr.toString())
  }

  async #ask(relay: PeerId): Promise<void> {
    const { places, logger } = this.#components
    try {
      await places.addRelay(relay, 'configured')
    } catch (error) {
      logger.debug({ relay: peerKeyFromPeerId(relay), error: String(error) }, 'a relay has no place for this node')
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined
        this.consider()
      }, networkLimits.relay.retryMs).unref()
    }
  }

  #took({ relay, details: { reservation } }: RelayPlace): void {
    const addresses = this.#addressesBehind(relay, reservation.addrs)
    const before = this.#held.get(relay.toString())
    this.#held.set(relay.toString(), addresses)
    if (before?.join() === addresses.join()) return
    const { logger, changed } = this.#components
    logger.info({ relay: peerKeyFromPeerId(relay), addresses }, 'others reach this node through a relay')
    changed()
  }

  #lost(relay: PeerId): void {
    if (this.#stopped || !this.#held.delete(relay.toString())) return
    const { logger, changed } = this.#components
    logger.info({ relay: peerKeyFromPeerId(relay) }, 'the place at the relay ended')
    changed()
    // The library tells it before it lets go of the place.
    setImmediate(() => this.consider())
  }

  #addressesBehind(relay: PeerId, addresses: readonly Uint8Array[]): string[] {
    const { self, connectionsTo } = this.#components
    // The library adds where this node has the relay: of a connection that the relay opened that is no address to dial.
    const inbound = connectionsTo(relay).flatMap(({ direction, remoteAddr }) =>
      direction === 'inbound' ? [remoteAddr.toString()] : [],
    )
    const judged = addresses.flatMap((bytes) => {
      const text = multiaddr(bytes).toString()
      if (inbound.some((address) => text.startsWith(address))) return []
      const judgement = judgePeerAddress(`${text}/p2p-circuit`, self)
      return 'relay' in judgement && judgement.relay === relay.toString() ? [judgement.address] : []
    })
    return oneOfEachKind(mostUseful(judged)).slice(0, networkLimits.relay.addressesPerRelay)
  }
}

/** The first IPv4 address, the first IPv6 address, the first name, then all others: a peer may have one family only. */
function oneOfEachKind(addresses: readonly string[]): string[] {
  const kindOf = (address: string): string => address.split('/')[1]!
  const first = addresses.filter((address, at) => addresses.findIndex((other) => kindOf(other) === kindOf(address)) === at)
  return [...first, ...addresses.filter((address) => !first.includes(address))]
}
