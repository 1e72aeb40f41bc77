import { create } from '@bufbuild/protobuf'
import { QuorateError } from '../core/errors.ts'
import { GossipMessageSchema } from './gen/quorate/v1/messages_pb.ts'
import type { GossipMessage } from './gen/quorate/v1/messages_pb.ts'
import { definitionOf, GOSSIP } from './statements/registry.ts'
import type { Message } from './statements/registry.ts'
import type { GossipStatement } from './statements/definition.ts'

/**
 * Parses a decoded gossip message: every field has its exact length afterwards.
 *
 * @throws QuorateError MESSAGE_MALFORMED naming the field
 */
export function fromWire({ kind }: GossipMessage): Message {
  if (kind.case === undefined) throw new QuorateError('MESSAGE_MALFORMED', 'the gossip message carries no known kind')
  // The case names the definition that made the value; TypeScript does not follow that for a union.
  const definition: GossipStatement = GOSSIP[kind.case]
  return definition.wire.from(kind.value) as Message
}

/** The protobuf form of a message. */
export function toWire(message: Message): GossipMessage {
  const kind = { case: message.kind, value: definitionOf(message).wire.to(message) } as GossipMessage['kind']
  return create(GossipMessageSchema, { kind })
}
