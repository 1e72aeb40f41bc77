import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GossipSub } from '@libp2p/gossipsub'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { QuorateError } from '../../core/errors.ts'
import { networkLimits } from '../limits.ts'

/** What gossipsub calls with every frame of a peer: part of its class, not of its interface. */
interface Frame {
  subscriptions: unknown[]
  messages: unknown[]
  control?: object
}

interface Receiver {
  onIncomingStream(stream: Stream, connection: Connection): void
  handleReceivedRpc(from: PeerId, frame: Frame): Promise<void>
}

export interface Pace {
  /** A peer opens the stream on which it sends its frames. */
  onStream: (stream: Stream, from: PeerId) => void
  /** Whether so many messages of the peer are judged; the others are dropped unseen. */
  mayHandle: (from: PeerId, messages: number) => boolean
}

/**
 * Makes gossipsub take the frames of a peer in small parts, one part in each turn of the event loop: a frame may have thousands of
 * messages, and the signature of each costs a fraction of a millisecond. Call it before the node starts.
 *
 * @throws QuorateError INTERNAL for a version of gossipsub that receives otherwise
 */
export function paced(pubsub: GossipSub, { onStream, mayHandle }: Pace): void {
  const receiver = pubsub as GossipSub & Partial<Receiver>
  const open = receiver.onIncomingStream?.bind(receiver)
  const receive = receiver.handleReceivedRpc?.bind(receiver)
  if (!open || !receive) throw new QuorateError('INTERNAL', 'this version of gossipsub receives frames in another way')
  receiver.onIncomingStream = (stream, connection) => {
    onStream(stream, connection.remotePeer)
    open(stream, connection)
  }
  receiver.handleReceivedRpc = async (from, { subscriptions, messages, control }) => {
    for (let at = 0; at === 0 || at < messages.length; at += networkLimits.messagesPerTurn) {
      await nextTurn()
      const some = messages.slice(at, at + networkLimits.messagesPerTurn)
      if (!mayHandle(from, Math.max(1, some.length))) return
      const first = at === 0
      await receive(from, { subscriptions: first ? subscriptions : [], messages: some, ...(first && control && { control }) })
    }
  }
}
