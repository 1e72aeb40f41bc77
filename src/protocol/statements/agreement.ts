import { fromHex, lowerHex } from '../bytes.ts'
import type { AgreementSchema } from '../gen/quorate/v1/messages_pb.ts'
import type { Address, Hash } from '../types.ts'
import type { GossipStatement, RoundMessage } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { repeated } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** A member has recomputed a claim bit for bit. */
export interface AgreementMessage extends RoundMessage {
  kind: 'agreement'
  member: Address
  claimHash: Hash
}

export const AGREEMENT = {
  name: 'Agreement',
  fields: { task: 'uint256', round: 'uint64', claim: 'bytes32' },
} as const satisfies TypedData

export const agreement = {
  typed: AGREEMENT,
  by: 'member',
  author: ({ member }) => member,
  body: ({ task, round, claimHash }) => ({ task, round, claim: claimHash }),
  judge(message, { state }) {
    const known = state.agreements.get(lowerHex(message.member))
    return known && repeated(message, known.claimHash === message.claimHash)
  },
  event: ({ member, claimHash, signature }) => ({ type: 'agreement', member, claimHash, signature }),
  known: ({ plan: { task, round }, agreements }) =>
    [...agreements].map(([member, entry]) => ({ kind: 'agreement', task, round, member, ...entry })),
  // A round may honestly be posted twice, after a rejection.
  conflict: null,
  wire: {
    from: ({ task, round, member, claimHash, signature }) => ({
      kind: 'agreement',
      task,
      round,
      member: addressField(member, 'member'),
      claimHash: hashField(claimHash, 'claim_hash'),
      signature: signatureField(signature),
    }),
    to: ({ task, round, member, claimHash, signature }) => ({
      task,
      round,
      member: fromHex(member),
      claimHash: fromHex(claimHash),
      signature: fromHex(signature),
    }),
  },
} satisfies GossipStatement<AgreementMessage, typeof AgreementSchema, typeof AGREEMENT>
