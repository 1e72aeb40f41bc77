import { fromHex, lowerHex, ZERO_HASH } from '../bytes.ts'
import type { VoidSchema } from '../gen/quorate/v1/messages_pb.ts'
import type { Address, Hash } from '../types.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { ignore, repeated } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/**
 * A member wants a round to end: while it is open (`claimHash` 0), or with a claim that is not final. A quorum of the stake voids it
 * on chain, without a penalty (`voidWithQuorum`). A member may say it of the open round and later of its claim.
 */
export interface VoidMessage extends RoundMessage, Signed {
  kind: 'void'
  member: Address
  claimHash: Hash
}

export const VOID = {
  name: 'Void',
  fields: { task: 'uint256', round: 'uint64', claim: 'bytes32' },
} as const satisfies TypedData

export const voided = {
  typed: VOID,
  by: 'member',
  author: ({ member }) => member,
  body: ({ task, round, claimHash }) => ({ task, round, claim: claimHash }),
  judge(message, { state }) {
    const { member, claimHash } = message
    if (claimHash !== (state.posted?.claimHash ?? ZERO_HASH))
      return ignore('MESSAGE_EARLY', `the statement is about another claim than the one that stands in round ${message.round}`)
    return state.voids.get(lowerHex(member))?.claimHash === claimHash ? repeated(message, true) : undefined
  },
  event: ({ member, claimHash, signature }) => ({ type: 'void', member, claimHash, signature }),
  known: ({ plan: { task, round }, voids }) =>
    [...voids].map(([member, { claimHash, signature }]) => ({ kind: 'void', task, round, member, claimHash, signature })),
  wire: {
    from: ({ task, round, member, claimHash, signature }) => ({
      kind: 'void',
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
} satisfies GossipStatement<VoidMessage, typeof VoidSchema, typeof VOID>
