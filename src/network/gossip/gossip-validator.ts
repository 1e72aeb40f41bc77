import type { ErrorCode } from '../../core/error-codes.ts'
import type { Message } from '../../protocol/messages.ts'
import type { Address } from '../../protocol/types.ts'
import type { PeerKey } from '../peer-key.ts'

/** Where a message came from. */
export interface GossipContext {
  /** The author the message names: proved by its peer key when it came by gossip, only claimed when it came by catch-up. */
  from: Address
  /** The peer that handed the message over: it carries the blame for a reject. */
  peer: PeerKey
  via: 'gossip' | 'sync'
}

/**
 * - `accept`: goes to the handler and on to other peers.
 * - `ignore`: dropped without blame, because an honest node that sees the world a little differently could have sent it. With the
 *   code MESSAGE_EARLY a gossiped message is kept (the newest of its author and kind) until `recheck()`.
 * - `reject`: no honest node forwards this; the peer that did is scored down. A second, different statement of an author is not
 *   such a case: whoever saw that one first forwards it in good faith.
 */
export type GossipVerdict = { verdict: 'accept' } | { verdict: 'ignore' | 'reject'; code: ErrorCode; reason?: string }

/**
 * Judges a parsed message: task, round, phase, membership at the snapshot, signature. It must change nothing, because an
 * accepted message can still be dropped by a full queue; the handler changes state. If it throws, the message is ignored.
 */
export type GossipValidator = (message: Message, context: GossipContext) => GossipVerdict | Promise<GossipVerdict>

/**
 * Takes accepted messages, one at a time per kind, and returns once the state holds them: later messages are judged by it. Two
 * conflicting ones may have been accepted together, so the handler decides last.
 */
export type GossipHandler = (message: Message, context: GossipContext) => void | Promise<void>
