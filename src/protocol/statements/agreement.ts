import { fromHex } from '../bytes.ts'
import type { AgreementSchema } from '../gen/quorate/v1/messages_pb.ts'
import type { Address, Hash } from '../types.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { early, ignore, late, repeated } from './verdict.ts'
import type { Objection } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** A member has recomputed a claim bit for bit. */
export interface AgreementMessage extends RoundMessage, Signed {
  kind: 'agreement'
  member: Address
  claimHash: Hash
}

/** What an agreement is judged by. */
export interface ClaimWorld {
  /** The claim of the round that stands and is not final; undefined where the round has none. */
  claimHash: Hash | undefined
  /** The newest round with a claim that stands; 0 before the first. */
  newest: bigint
  /** Whether the member is known to have agreed to the claim. */
  agreed: boolean
}

/**
 * What speaks against an agreement, signature and membership aside. A node that sees the chain a block earlier or later may know another claim: that is nobody's
 * fault, and the agreement may become valid.
 */
export function judgeAgreement(message: AgreementMessage, { claimHash, newest, agreed }: ClaimWorld): Objection | undefined {
  if (claimHash === undefined) return message.round > newest ? early(message) : late(message)
  if (claimHash !== message.claimHash)
    return ignore('MESSAGE_EARLY', `the agreement is about another claim than the one that stands in round ${message.round}`)
  return agreed ? repeated(message, true) : undefined
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
  // A claim outlives its round, and so do its agreements: `judgeAgreement` judges them by the claim. The node keeps them by claim, not in the round.
  judge: () => undefined,
  event: () => undefined,
  known: () => [],
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
