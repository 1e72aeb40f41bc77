import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { QuorateError } from '../../core/errors.ts'
import { GossipMessageSchema } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import type { Message, MessageKind } from '../../protocol/messages.ts'
import { fromWire, toWire } from '../../protocol/wire.ts'
import { gossipKinds, networkLimits } from '../limits.ts'

/** Kinds by the number of their field in `GossipMessage`. */
const kinds = new Map<number, MessageKind>(
  GossipMessageSchema.oneofs[0]!.fields.map((field) => [field.number, gossipKinds.find((kind) => kind === field.localName)!]),
)

/** The kind an encoded message claims to be, read from its first byte without decoding the rest. */
export function peekKind(bytes: Uint8Array): MessageKind | undefined {
  // Field numbers below 16 and wire type 2 (length-delimited): the tag is one byte.
  const tag = bytes[0] ?? 0
  return (tag & 0x87) === 2 ? kinds.get(tag >> 3) : undefined
}

/**
 * Size check of the kind, then decoding and parsing. The bytes must be those that `encodeGossip` writes: nodes know a message by its
 * bytes, and one statement in a thousand spellings would be a thousand messages.
 *
 * @throws QuorateError MESSAGE_TOO_LARGE, MESSAGE_MALFORMED
 */
export function decodeGossip(bytes: Uint8Array): Message {
  const kind = peekKind(bytes)
  if (!kind) throw new QuorateError('MESSAGE_MALFORMED', 'the gossip message carries no known kind')
  checkSize(kind, bytes)
  let wire
  try {
    wire = fromBinary(GossipMessageSchema, bytes)
  } catch (cause) {
    throw new QuorateError('MESSAGE_MALFORMED', `the ${kind} does not decode`, { cause })
  }
  // A second field would override the first and slip past its size check.
  if (wire.kind.case !== kind) throw new QuorateError('MESSAGE_MALFORMED', `a ${wire.kind.case} where a ${kind} is expected`)
  const message = fromWire(wire)
  if (Buffer.compare(toBinary(GossipMessageSchema, toWire(message)), bytes) !== 0)
    throw new QuorateError('MESSAGE_MALFORMED', `the ${kind} is not in the form in which it is written`)
  return message
}

/**
 * The bytes of a message.
 *
 * @throws QuorateError MESSAGE_TOO_LARGE when no peer would take it
 */
export function encodeGossip(message: Message): Uint8Array {
  const bytes = toBinary(GossipMessageSchema, toWire(message))
  checkSize(message.kind, bytes)
  return bytes
}

function checkSize(kind: MessageKind, bytes: Uint8Array): void {
  const { maxBytes } = networkLimits.gossip[kind]
  if (bytes.length > maxBytes) {
    throw new QuorateError('MESSAGE_TOO_LARGE', `a ${kind} of ${bytes.length} bytes exceeds ${maxBytes}`, {
      details: { kind, bytes: bytes.length, maxBytes },
    })
  }
}
