import type { MessageInitShape } from '@bufbuild/protobuf'
import { QuorateError } from '../../src/core/index.ts'
import type { JoinRequest, JoinResponseSchema } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import { STATEMENTS, validateSigned } from '../../src/protocol/index.ts'
import type { Address, Hash, SessionTarget, SigningDomain } from '../../src/protocol/index.ts'
import type { SessionStore } from '../../src/rpc/index.ts'
import type { AddressBook } from './address-book.ts'

export interface JoinNeeds {
  domain: SigningDomain
  /** What a session here must name. */
  asked: SessionTarget
  membership: { account(member: Address): { operatorKey: Address; peerKey: Hash } | undefined }
  sessions: Pick<SessionStore, 'open'>
  addresses: Pick<AddressBook, 'announce' | 'all'>
}

/**
 * Opens a session for a member that proves its registered keys. A session that was signed for another task, operator or
 * certificate is refused. Addresses of no use are
 * dropped, and the answer says which and why; the member joins all the same.
 *
 * Errors: MESSAGE_MALFORMED, MESSAGE_WRONG_TASK, SESSION_MISDIRECTED, KEY_NOT_BONDED, KEY_NOT_REGISTERED, SIGNATURE_INVALID,
 * CLOCK_SKEWED, RATE_LIMITED.
 */
export async function joinMember(
  { domain, asked, membership, sessions, addresses }: JoinNeeds,
  request: JoinRequest,
): Promise<MessageInitShape<typeof JoinResponseSchema>> {
  const session = STATEMENTS.session.wire.from(request)
  const { member, peerKey, expires } = session
  const account = membership.account(member)
  const world = { ledger: domain.ledger, asked, account }
  const result = await validateSigned(domain, STATEMENTS.session, session, account?.operatorKey, world)
  if (result.verdict !== 'accept') throw new QuorateError(result.code, result.reason)
  const opened = sessions.open({ member, peerKey, expires: Number(expires) })
  const refused = await addresses.announce(member, peerKey, request.peerRecord)
  return { token: opened.token, expires: BigInt(opened.expires), peerRecords: addresses.all(), refused }
}
