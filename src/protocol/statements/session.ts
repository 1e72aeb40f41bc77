import { fromHex, lowerHex, sameAddress } from '../bytes.ts'
import type { JoinRequestSchema } from '../gen/quorate/v1/coordinator_pb.ts'
import type { Address, Hash } from '../types.ts'
import type { Signed, StatementDefinition } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { reject } from './verdict.ts'
import type { Objection } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** What a session is for. Played to another operator, a session opens nothing. */
export interface SessionTarget {
  task: bigint
  /** Owner address of the operator. */
  operator: Address
  /** SHA-256 of the TLS certificate (DER) that the operator presents: an operator that impersonates another cannot present it. */
  certificate: Hash
}

/** A member asks an operator for a gRPC session. */
export interface SessionMessage extends SessionTarget, Signed {
  member: Address
  peerKey: Hash
  /** Unix seconds by the operator's clock. */
  expires: bigint
}

export const SESSION = {
  name: 'Session',
  fields: {
    task: 'uint256',
    operator: 'address',
    member: 'address',
    peerKey: 'bytes32',
    certificate: 'bytes32',
    expires: 'uint64',
  },
} as const satisfies TypedData

/** What a session request is judged by: who is asked, and the member's keys on chain, if it has bonded stake. */
export interface SessionWorld {
  ledger: Address
  asked: SessionTarget
  account: { operatorKey: Address; peerKey: Hash } | undefined
}

export const session = {
  typed: SESSION,
  by: 'member',
  author: ({ member }) => member,
  body: ({ task, operator, member, peerKey, certificate, expires }) => ({
    task,
    operator,
    member,
    peerKey,
    certificate,
    expires,
  }),
  judge(message, { ledger, asked, account }) {
    const { member, peerKey } = message
    const elsewhere = misdirected(message, asked)
    if (elsewhere) return elsewhere
    if (!account) return reject('KEY_NOT_BONDED', `${member} has no bonded stake with registered keys on ${ledger}`)
    return lowerHex(account.peerKey) === lowerHex(peerKey)
      ? undefined
      : reject('KEY_NOT_REGISTERED', `the peer key of ${member} is not the one registered on chain`)
  },
  // A session belongs to no round, and a member may open many.
  event: () => undefined,
  wire: {
    from: ({ task, operator, member, peerKey, certificate, expires, signature }) => ({
      task,
      operator: addressField(operator, 'operator'),
      member: addressField(member, 'member'),
      peerKey: hashField(peerKey, 'peer_key'),
      certificate: hashField(certificate, 'certificate'),
      expires,
      signature: signatureField(signature),
    }),
    to: ({ task, operator, member, peerKey, certificate, expires, signature }) => ({
      task,
      operator: fromHex(operator),
      member: fromHex(member),
      peerKey: fromHex(peerKey),
      certificate: fromHex(certificate),
      expires,
      signature: fromHex(signature),
    }),
  },
} satisfies StatementDefinition<SessionMessage, typeof JoinRequestSchema, typeof SESSION, SessionWorld>

/** Says which part names another target than the one asked. */
function misdirected({ task, operator, certificate }: SessionTarget, asked: SessionTarget): Objection | undefined {
  if (task !== asked.task)
    return reject('MESSAGE_WRONG_TASK', `the session is for task ${task}; this operator serves task ${asked.task}`)
  if (!sameAddress(operator, asked.operator))
    return reject('SESSION_MISDIRECTED', `the session is with operator ${operator}; this operator is ${asked.operator}`)
  if (lowerHex(certificate) === lowerHex(asked.certificate)) return undefined
  return reject(
    'SESSION_MISDIRECTED',
    `the session was signed over a connection with certificate ${certificate}; this operator presents ${asked.certificate}`,
  )
}
