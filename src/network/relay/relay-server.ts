import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import type { CircuitRelayServerComponents, CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { QuorateError } from '../../core/errors.ts'
import { networkLimits } from '../limits.ts'

/** What the relay calls for each of its streams: part of its class, not of its interface. */
interface Hops {
  onHop(stream: Stream, connection: Connection): Promise<void>
  stopHop(request: { connection: Connection }, options: object): Promise<Stream | undefined>
}

/**
 * The relay of an operator (libp2p circuit relay v2): members that nobody can dial hold a place here, and other members reach them
 * through it. Who may do so is the gater's concern, how much is in `networkLimits.relay`.
 *
 * @param onStream a member opens a stream to the relay, or the relay one to a member; what is read from it is what the member sends
 * @throws QuorateError INTERNAL for a version of the relay that makes its streams otherwise
 */
export function relayServer(
  onStream: (stream: Stream, from: PeerId) => void,
): (components: CircuitRelayServerComponents) => CircuitRelayService {
  const { reservations, reservationMs, bytes, durationMs, opened, taken, requestMs } = networkLimits.relay
  const make = circuitRelayServer({
    hopTimeout: requestMs,
    maxInboundHopStreams: opened,
    maxOutboundStopStreams: taken,
    reservations: {
      maxReservations: reservations,
      reservationTtl: reservationMs,
      defaultDataLimit: BigInt(bytes),
      // The library tells its clients the same number as seconds; the relay itself keeps to milliseconds.
      defaultDurationLimit: durationMs,
    },
  })
  return (components) => {
    const server = make(components)
    const hops = server as CircuitRelayService & Partial<Hops>
    const onHop = hops.onHop?.bind(server)
    const stopHop = hops.stopHop?.bind(server)
    if (!onHop || !stopHop) throw new QuorateError('INTERNAL', 'this version of the relay makes its streams in another way')
    hops.onHop = async (stream, connection) => {
      onStream(stream, connection.remotePeer)
      await onHop(stream, connection)
    }
    hops.stopHop = async (request, options) => {
      const stream = await stopHop(request, options)
      if (stream) onStream(stream, request.connection.remotePeer)
      return stream
    }
    return server
  }
}
