import type { GossipMessage } from '../gen/quorate/v1/messages_pb.ts'
import { agreement } from './agreement.ts'
import { attestation } from './attestation.ts'
import { claimNotice } from './claim-notice.ts'
import { commitment } from './commitment.ts'
import { evaluation } from './evaluation.ts'
import type { GossipStatement, RoundMessage, StatementDefinition } from './definition.ts'
import { receipt } from './receipt.ts'
import { receiptNotice } from './receipt-notice.ts'
import { reveal } from './reveal.ts'
import { seal } from './seal.ts'
import { session } from './session.ts'
import { spending } from './spending.ts'
import { voided } from './void.ts'
import type { BodyOf } from './typed-data.ts'

/** Kinds of gossip: what the protobuf message `GossipMessage` can hold. */
export type MessageKind = NonNullable<GossipMessage['kind']['case']>

/**
 * The statements that travel by gossip. A kind that is added to `messages.proto` does not compile without its definition here, and a definition does not compile without its parts.
 * A peer that catches up gets them in this order, which is the order in which they build on each other.
 */
export const GOSSIP = {
  commitment,
  receiptNotice,
  seal,
  reveal,
  attestation,
  claim: claimNotice,
  agreement,
  evaluation,
  spending,
  void: voided,
} satisfies { [K in MessageKind]: GossipStatement<RoundMessage & { kind: K }> }

/** Every statement that a member or an operator signs. */
export const STATEMENTS = { ...GOSSIP, receipt, session } satisfies Record<string, StatementDefinition<object>>

type Struct = NonNullable<AnyStatement['typed']>

type AnyStatement = (typeof STATEMENTS)[keyof typeof STATEMENTS]

type MessageOf<D> = D extends { author(message: infer M): unknown } ? M : never

/** Everything that travels by gossip, with parsed fields. `wire.ts` converts from and to the bytes. */
export type Message = MessageOf<(typeof GOSSIP)[MessageKind]>

/** Names of the EIP-712 structs. */
export type StatementKind = Struct['name']

/** The EIP-712 struct of that name. */
export type StatementType<K extends StatementKind> = Extract<Struct, { name: K }>

/** The values of a struct. */
export type StatementBody<K extends StatementKind> = BodyOf<StatementType<K>>

/** The definition of a message's kind. */
export function definitionOf({ kind }: Message): GossipStatement {
  return GOSSIP[kind]
}
