import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import type { RoundEvent } from '../round/events.ts'
import type { RoundState } from '../round/state.ts'
import type { Address, Hash, Hex } from '../types.ts'
import type { BodyOf, SigningDomain, TypedData } from './typed-data.ts'
import type { Objection } from './verdict.ts'

/**
 * One statement of the protocol in one place: signed data, signer, validation, effect on a round, conflicts and wire
 * form. A part that a statement does not have is written down as such (`null`, or a function that returns nothing), so
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
  M extends Signed = Signed,
  S extends DescMessage = DescMessage,
  T extends TypedData = TypedData,
  W = never,
> {
  /** The EIP-712 struct that the signature covers. */
  typed: T
  /** Whose operator key signs: that of a member at the snapshot, or that of a bonded operator. */
  by: 'member' | 'operator'
  /** Owner address that the statement speaks for. */
  author(message: M): Address
  /** The values that are signed. */
  body(message: M): BodyOf<T>
  /** What speaks against a message, signature aside: cheap checks first. */
  judge(message: M, world: W): Objection | undefined | Promise<Objection | undefined>
  /** The event that an accepted message is for the round; undefined where it changes no round. */
  event(message: M, world: EventWorld): RoundEvent | undefined
  /** When two statements of one signer contradict each other, so that the signer is slashed; null where no two do. */
  conflict: ConflictRule<M> | null
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
export interface RoundMessage extends Signed {
  kind: string
  task: bigint
  round: bigint
}

/** What gossip is judged by: the round as this node knows it. */
export interface RoundWorld {
  domain: SigningDomain
  state: RoundState
}

/** What the event of a message depends on. */
export interface EventWorld {
  state: Pick<RoundState, 'plan'>
  /** Key of a bonded operator by owner address, for those who took a round over. */
  operatorKey(operator: Address): Address | undefined
}

/** A statement as the judge contract compares two of them. */
export interface SignedStatement {
  /** The commitment; `commitments` of an attestation or a seal. */
  root: Hash
  /** `held` of an attestation, `count` of a seal, 0 for a commitment. */
  value: bigint
  signature: Hex
}

export interface ConflictRule<M> {
  /** The statement that the round holds and the message that contradicts it; undefined where nothing does. Signatures are not looked at. */
  between(message: M, state: RoundState): { first: SignedStatement; second: SignedStatement } | undefined
}

export interface WireForm<M, S extends DescMessage> {
  /** Every field has its exact length afterwards. @throws QuorateError MESSAGE_MALFORMED naming the field */
  from(value: MessageShape<S>): M
  to(message: M): MessageInitShape<S>
}
