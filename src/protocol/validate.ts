import type { DescMessage } from '@bufbuild/protobuf'
import { sameAddress } from './bytes.ts'
import { definitionOf } from './statements/registry.ts'
import type { Message } from './statements/registry.ts'
import { keyOf } from './key-of.ts'
import type { RoundState } from './round/state.ts'
import { isSignedBy } from './statements/sign.ts'
import type { SigningDomain, TypedData } from './statements/typed-data.ts'
import type { GossipStatement, RoundMessage, Signed, StatementDefinition } from './statements/definition.ts'
import { ACCEPT, ignore, reject } from './statements/verdict.ts'
import type { Validation } from './statements/verdict.ts'
import type { Address } from './types.ts'

export interface ValidationContext {
  domain: SigningDomain
  task: bigint
  /** The round this node knows by that number, if any. */
  roundState(round: bigint): RoundState | undefined
  /** The newest round this node knows; 0 before the first. */
  latestRound(): bigint
}

/**
 * Judges a message before it is passed on or changes any state: cheap checks first, the signature last. Clocks differ,
 * so early and late messages are ignored rather than held against the sender; and each honest node forwards only the
 * first of two different statements of one member. The second is ignored, and costs nobody anything.
 *
 * @example const { verdict } = await validateMessage(context, message)
 */
export async function validateMessage(context: ValidationContext, message: Message): Promise<Validation> {
  const { domain, task } = context
  if (message.task !== task) return reject('MESSAGE_WRONG_TASK', `task ${message.task} instead of ${task}`)
  const state = context.roundState(message.round)
  if (!state) {
    // The block that opens the next round may not have reached this node yet.
    const next = message.round === context.latestRound() + 1n
    return ignore(next ? 'MESSAGE_EARLY' : 'MESSAGE_WRONG_ROUND', `round ${message.round} is not open here`)
  }
  const definition = definitionOf(message)
  if (definition.typed === null) return (await definition.judge(message, { domain, state })) ?? ACCEPT
  const author = definition.author(message)
  const own = hasPart(state, definition.by, author) ? keyOf({ members: state.plan.members, seat: state.plan }, author) : undefined
  const key = own && definition.by === 'seat' ? state.plan.operatorKey : own
  if (!key) return reject('MEMBER_UNKNOWN', `${author} is not a member of round ${message.round}`)
  return validateSigned(domain, definition as GossipStatement<RoundMessage & Signed>, message as RoundMessage & Signed, key, {
    domain,
    state,
  })
}

/** Judges any statement by its definition, then its signature. @param key that must have signed; undefined where nobody's can */
export async function validateSigned<M extends Signed, W>(
  domain: SigningDomain,
  definition: Pick<StatementDefinition<M, DescMessage, TypedData, W>, 'typed' | 'author' | 'body' | 'judge'>,
  message: M,
  key: Address | undefined,
  world: W,
): Promise<Validation> {
  const objection = await definition.judge(message, world)
  if (objection) return objection
  if (key && (await isSignedBy(domain, definition, message, key))) return ACCEPT
  return reject('SIGNATURE_INVALID', `the statement of ${definition.author(message)} is not signed by the right key`)
}

/** Whether a key signed the message; false for one that nobody signs. */
export async function isByKey(domain: SigningDomain, message: Message, key: Address): Promise<boolean> {
  return isSignedBy(
    domain,
    definitionOf(message) as GossipStatement<RoundMessage & Signed>,
    message as RoundMessage & Signed,
    key,
  )
}

function hasPart({ plan }: RoundState, by: StatementDefinition['by'], author: Address): boolean {
  return (by === 'operator') === sameAddress(author, plan.operator)
}
