import type { GossipSub } from '@libp2p/gossipsub'
import type { Connection, PeerId } from '@libp2p/interface'
import { QuorateError } from '../../core/errors.ts'

/** What gossipsub calls for a connection to a peer: part of its class, not of its interface. */
interface Attaching {
  onPeerConnected(peer: PeerId, connection: Connection): void
}

/**
 * Gossipsub sends to a peer on one stream, which it opens on the first connection, and opens no other while the peer stays connected. When
 * that connection ends before another one does, it has to be told of the other one. If it has a stream, it leaves it at that.
 *
 * @throws QuorateError INTERNAL for a version of gossipsub that connects otherwise
 */
export function reattach(pubsub: GossipSub, connection: Connection): void {
  const attaching = pubsub as GossipSub & Partial<Attaching>
  if (!attaching.onPeerConnected) throw new QuorateError('INTERNAL', 'this version of gossipsub connects in another way')
  // The streams of the connection that ended close in this turn of the event loop.
  setImmediate(() => attaching.onPeerConnected?.(connection.remotePeer, connection))
}
