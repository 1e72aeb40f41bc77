import { fromHex } from '../bytes.ts'
import type { ClaimNoticeSchema } from '../gen/quorate/v1/messages_pb.ts'
import type { Address, Hash } from '../types.ts'
import { AGREEMENT } from './agreement.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** The operator announces the claim that it posted, and under which hashes peers find the record and the opening. */
export interface ClaimMessage extends RoundMessage, Signed {
  kind: 'claim'
  claimHash: Hash
  recordHash: Hash
  /** keccak256 of the claim's opening; zero when the operator opens nothing. */
  openingHash: Hash
  operator: Address
}

/** The operator signs its own claim as members do: a notice is its `Agreement`. */
export const claimNotice = {
  typed: AGREEMENT,
  by: 'operator',
  author: ({ operator }) => operator,
  body: ({ task, round, claimHash }) => ({ task, round, claim: claimHash }),
  // The claim comes from the chain; a node that fetches the named data checks its hash.
  judge: () => undefined,
  event: () => undefined,
  // The node keeps notices beside the openings, not in the round.
  known: () => [],
  wire: {
    from: ({ task, round, claimHash, recordHash, openingHash, operator, signature }) => ({
      kind: 'claim',
      task,
      round,
      claimHash: hashField(claimHash, 'claim_hash'),
      recordHash: hashField(recordHash, 'record_hash'),
      openingHash: hashField(openingHash, 'opening_hash'),
      operator: addressField(operator, 'operator'),
      signature: signatureField(signature),
    }),
    to: ({ task, round, claimHash, recordHash, openingHash, operator, signature }) => ({
      task,
      round,
      claimHash: fromHex(claimHash),
      recordHash: fromHex(recordHash),
      openingHash: fromHex(openingHash),
      operator: fromHex(operator),
      signature: fromHex(signature),
    }),
  },
} satisfies GossipStatement<ClaimMessage, typeof ClaimNoticeSchema, typeof AGREEMENT>
