import { fromHex, lowerHex } from '../bytes.ts'
import type { CommitmentSchema } from '../gen/quorate/v1/messages_pb.ts'
import { deadlines } from '../round/phase.ts'
import type { Address, Hash } from '../types.ts'
import { viaSignature } from './commitment-source.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { late, repeated } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** A member binds itself to its update before anyone sees the update root. */
export interface CommitmentMessage extends RoundMessage, Signed {
  kind: 'commitment'
  member: Address
  commitment: Hash
}

export const COMMITMENT = {
  name: 'Commitment',
  fields: { task: 'uint256', round: 'uint64', member: 'address', commitment: 'bytes32' },
} as const satisfies TypedData

export const commitment = {
  typed: COMMITMENT,
  by: 'member',
  author: ({ member }) => member,
  body: ({ task, round, member, commitment: hash }) => ({ task, round, member, commitment: hash }),
  judge(message, { state }) {
    if (state.list || state.sealed || state.posted || state.now >= deadlines(state).commit) return late(message)
    const known = state.commitments.get(lowerHex(message.member))
    return known && repeated(message, known.commitment === message.commitment)
  },
  event: ({ member, commitment: hash, signature }) => ({
    type: 'commitment',
    member,
    commitment: hash,
    source: viaSignature(signature),
  }),
  known: ({ plan: { task, round }, commitments }) =>
    [...commitments].flatMap(([member, { commitment: hash, source }]) =>
      source.via === 'signature'
        ? [{ kind: 'commitment', task, round, member, commitment: hash, signature: source.signature }]
        : [],
    ),
  wire: {
    from: ({ task, round, member, commitment: hash, signature }) => ({
      kind: 'commitment',
      task,
      round,
      member: addressField(member, 'member'),
      commitment: hashField(hash, 'commitment'),
      signature: signatureField(signature),
    }),
    to: ({ task, round, member, commitment: hash, signature }) => ({
      task,
      round,
      member: fromHex(member),
      commitment: fromHex(hash),
      signature: fromHex(signature),
    }),
  },
} satisfies GossipStatement<CommitmentMessage, typeof CommitmentSchema, typeof COMMITMENT>
