import type { Address } from '../protocol/types.ts'
import type { PeerKey } from './peer-key.ts'

/** Who a peer key is registered to. */
export interface PeerMember {
  /** Owner address. */
  member: Address
  role: 'member' | 'operator'
}

/**
 * The live view of who may take part: in the nodes it follows the registrations on chain. `memberOfPeer` must answer from
 * memory: it is asked for every connection, stream and message.
 */
export interface PeerMembership {
  memberOfPeer(peerKey: PeerKey): PeerMember | undefined
  /** Calls `listener` after every change; returns what ends the calls. */
  onChange(listener: () => void): () => void
}
