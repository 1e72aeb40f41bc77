import { fromHex, lowerHex } from '../bytes.ts'
import type { JoinRequestSchema } from '../gen/quorate/v1/coordinator_pb.ts'
import type { Address, Hash } from '../types.ts'
import type { Signed, StatementDefinition } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { reject } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** A member asks an operator for a gRPC session. */
export interface SessionMessage extends Signed {
  member: Address
  peerKey: Hash
  /** Unix seconds. */
  expires: bigint
}

export const SESSION = {
  name: 'Session',
  fields: { member: 'address', peerKey: 'bytes32', expires: 'uint64' },
} as const satisfies TypedData

/** What a session request is judged by: the member's keys on chain, if it has bonded stake. */
export interface SessionWorld {
  ledger: Address
  account: { operatorKey: Address; peerKey: Hash } | undefined
}

export const session = {
  typed: SESSION,
  by: 'member',
  author: ({ member }) => member,
  body: ({ member, peerKey, expires }) => ({ member, peerKey, expires }),
  judge({ member, peerKey }, { ledger, account }) {
    if (!account) return reject('KEY_NOT_BONDED', `${member} has no bonded stake with registered keys on ${ledger}`)
    return lowerHex(account.peerKey) === lowerHex(peerKey)
      ? undefined
      : reject('KEY_NOT_REGISTERED', `the peer key of ${member} is not the one registered on chain`)
  },
  // A session belongs to no round, and a member may open as many as it likes.
  event: () => undefined,
  conflict: null,
  wire: {
    from: ({ member, peerKey, expires, signature }) => ({
      member: addressField(member, 'member'),
      peerKey: hashField(peerKey, 'peer_key'),
      expires,
      signature: signatureField(signature),
    }),
    to: ({ member, peerKey, expires, signature }) => ({
      member: fromHex(member),
      peerKey: fromHex(peerKey),
      expires,
      signature: fromHex(signature),
    }),
  },
} satisfies StatementDefinition<SessionMessage, typeof JoinRequestSchema, typeof SESSION, SessionWorld>
