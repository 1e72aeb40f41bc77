import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import type { RoundEvent } from '../round/events.ts'
import type { RoundState } from '../round/state.ts'
import type { Address, Hex } from '../types.ts'
import type { BodyOf, SigningDomain, TypedData } from './typed-data.ts'
import type { Objection } from './verdict.ts'

/**
 * One statement of the protocol in one place: signed data, signer, validation, effect on a round and wire form. A part that a statement does not have is written down as such (`null`, or a function that returns nothing), so
 * that a new statement cannot be half added.
 *
 * The parts are methods on purpose: TypeScript compares the parameters of methods in both directions, so generic code can hold any definition as one over `Signed` messages.
 *
 * @typeParam M the message with parsed fields
 * @typeParam S the protobuf message
 * @typeParam T the EIP-712 struct that the signature covers
 * @typeParam W the facts that a message is validated against
 */
export interface StatementDefinition<
  M extends object = Signed,
  S extends DescMessage = DescMessage,
  T extends TypedData = TypedData,
  W = never,
> {
  /** The EIP-712 struct that the signature covers; null where the chain speaks for the message and nobody signs it. */
  typed: T | null
  /**
   * Who speaks, and whose key signs: a member with its key of the snapshot, or the operator with the key that has the seat. `seat`: a
   * member passes on what that key signed. `chain`: nobody signs.
   */
  by: 'member' | 'operator' | 'seat' | 'chain'
  /** Owner address that the statement speaks for. */
  author(message: M): Address
  /** The values that are signed. */
  body(message: M): BodyOf<T>
  /** What speaks against a message, signature aside: cheap checks first. */
  judge(message: M, world: W): Objection | undefined | Promise<Objection | undefined>
  /** The event that an accepted message is for the round; undefined where it changes no round. */
  event(message: M): RoundEvent | undefined
  wire: WireForm<M, S>
}

/** A statement that travels by gossip. */
export interface GossipStatement<
  M extends RoundMessage = RoundMessage,
  S extends DescMessage = DescMessage,
  T extends TypedData = TypedData,
> extends StatementDefinition<M, S, T, RoundWorld> {
  /** The valid statements of this kind that a round holds, for a peer that missed them. */
  known(state: RoundState): M[]
}

export interface Signed {
  signature: Hex
}

/** What every message of a round has. */
export interface RoundMessage {
  kind: string
  task: bigint
  round: bigint
}

/** What gossip is judged by: the round as this node knows it. */
export interface RoundWorld {
  domain: SigningDomain
  state: RoundState
}

export interface WireForm<M, S extends DescMessage> {
  /** Every field has its exact length afterwards. @throws QuorateError MESSAGE_MALFORMED naming the field */
  from(value: MessageShape<S>): M
  to(message: M): MessageInitShape<S>
}
