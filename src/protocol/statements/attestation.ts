import { fromHex, lowerHex } from '../bytes.ts'
import type { AttestationSchema } from '../gen/quorate/v1/messages_pb.ts'
import { deadlines } from '../round/phase.ts'
import type { Address, Hash } from '../types.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { early, ignore, late, reject, repeated } from './verdict.ts'
import { addressField, bitmapBytes, bitmapField, hashField, signatureField } from './wire-fields.ts'

/** A member says which updates of the sealed rows it holds: bit i stands for row i. */
export interface AttestationMessage extends RoundMessage, Signed {
  kind: 'attestation'
  member: Address
  commitments: Hash
  held: bigint
}

export const ATTESTATION = {
  name: 'Attestation',
  fields: { task: 'uint256', round: 'uint64', member: 'address', commitments: 'bytes32', held: 'uint256' },
} as const satisfies TypedData

export const attestation = {
  typed: ATTESTATION,
  by: 'member',
  author: ({ member }) => member,
  body: ({ task, round, member, commitments, held }) => ({ task, round, member, commitments, held }),
  judge(message, { state }) {
    const { member, commitments, held } = message
    if (!state.seal) return early(message)
    if (state.posted || state.now >= deadlines(state).post) return late(message)
    if (commitments !== state.seal.commitments) return ignore('MESSAGE_CONFLICT', 'the attestation is about another seal')
    if (held >> BigInt(state.seal.rows.length) !== 0n)
      return reject('MESSAGE_MALFORMED', 'the bitmap names rows that do not exist')
    const known = state.attestations.get(lowerHex(member))
    return known && repeated(message, known.held === held)
  },
  event: ({ member, commitments, held, signature }) => ({ type: 'attestation', member, commitments, held, signature }),
  known: ({ plan: { task, round }, seal, attestations }) =>
    seal
      ? [...attestations].map(([member, entry]) => ({
          kind: 'attestation',
          task,
          round,
          member,
          commitments: seal.commitments,
          ...entry,
        }))
      : [],
  wire: {
    from: ({ task, round, member, commitments, held, signature }) => ({
      kind: 'attestation',
      task,
      round,
      member: addressField(member, 'member'),
      commitments: hashField(commitments, 'commitments'),
      held: bitmapField(held, 'held'),
      signature: signatureField(signature),
    }),
    to: ({ task, round, member, commitments, held, signature }) => ({
      task,
      round,
      member: fromHex(member),
      commitments: fromHex(commitments),
      held: bitmapBytes(held),
      signature: fromHex(signature),
    }),
  },
} satisfies GossipStatement<AttestationMessage, typeof AttestationSchema, typeof ATTESTATION>
