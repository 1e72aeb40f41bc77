import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import type { CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Connection, PeerId, Stream, Transport } from '@libp2p/interface'
import { QuorateError } from '../../core/errors.ts'
import { networkLimits } from '../limits.ts'

/** A place at a relay, as the relay confirmed it. */
export interface RelayPlace {
  relay: PeerId
  /** `addrs`: binary multiaddrs of the relay. `expire`: seconds since 1970. */
  details: { reservation: { addrs: Uint8Array[]; expire: bigint } }
}

/** The places of this node: part of the transport's class, not of its interface. */
export interface RelayPlaces {
  hasReservation(relay: PeerId): boolean
  /** Asks a connected relay for a place, and asks again before it ends. */
  addRelay(relay: PeerId, type: 'configured'): Promise<RelayPlace>
  addEventListener(type: 'relay:created-reservation' | 'relay:removed', listener: (event: CustomEvent<RelayPlace>) => void): void
}

interface Circuits extends Transport {
  reservationStore: RelayPlaces
  onStop(stream: Stream, connection: Connection): Promise<void>
}

/**
 * The transport of relayed connections. It takes none from a peer at which this node holds no place: the library would ask such a
 * peer for one first.
 *
 * @param onPlaces is called once with the places of the transport, before it starts
 * @throws QuorateError INTERNAL for a version of the transport that keeps its places otherwise
 */
export function relayTransport(
  onPlaces: (places: RelayPlaces) => void,
): (components: CircuitRelayTransportComponents) => Transport {
  const { opened, taken, requestMs } = networkLimits.relay
  const make = circuitRelayTransport({
    maxInboundStopStreams: taken,
    maxOutboundStopStreams: opened,
    reservationCompletionTimeout: requestMs,
    // The library looks for relays itself otherwise, and a search that wants none makes the request of `addRelay` fail.
    discoveryFilter: { has: () => true, add: () => {}, remove: () => {} },
  })
  return (components) => {
    const transport = make(components)
    const circuits = transport as Transport & Partial<Circuits>
    const places = circuits.reservationStore
    const onStop = circuits.onStop?.bind(transport)
    if (!places || !onStop) throw new QuorateError('INTERNAL', 'this version of the relay transport works in another way')
    circuits.onStop = async (stream, connection) => {
      if (places.hasReservation(connection.remotePeer)) return onStop(stream, connection)
      stream.abort(new QuorateError('PEER_UNREACHABLE', 'no place is held at this relay'))
    }
    onPlaces(places)
    return transport
  }
}
