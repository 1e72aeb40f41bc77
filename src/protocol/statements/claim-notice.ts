import { fromHex } from '../bytes.ts'
import type { ClaimNoticeSchema } from '../gen/quorate/v1/messages_pb.ts'
import type { RecordUse } from '../record-use.ts'
import type { Address, Hash } from '../types.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { addressField, bitmapBytes, bitmapField, hashField, signatureField } from './wire-fields.ts'

/**
 * The operator announces a claim before it posts it, and again afterwards. The notice names the statements that the claim uses. So whoever holds
 * them makes the record without the operator, and can defend the claim if the operator is lost.
 */
export interface ClaimMessage extends RoundMessage, Signed, RecordUse {
  kind: 'claim'
  claimHash: Hash
  /** keccak256 of the claim's opening; zero when the operator opens nothing. */
  openingHash: Hash
  /** The transaction that posts the claim; zero before it is sent. */
  transaction: Hash
  operator: Address
}

export const CLAIM_NOTICE = {
  name: 'ClaimNotice',
  fields: {
    task: 'uint256',
    round: 'uint64',
    claim: 'bytes32',
    record: 'bytes32',
    opening: 'bytes32',
    revealed: 'uint256',
    attested: 'uint256',
    transaction: 'bytes32',
  },
} as const satisfies TypedData

export const claimNotice = {
  typed: CLAIM_NOTICE,
  by: 'operator',
  author: ({ operator }) => operator,
  body: ({ task, round, claimHash, recordHash, openingHash, revealed, attested, transaction }) => ({
    task,
    round,
    claim: claimHash,
    record: recordHash,
    opening: openingHash,
    revealed,
    attested,
    transaction,
  }),
  // The claim comes from the chain; a node that makes or fetches the named data checks its hash.
  judge: () => undefined,
  event: () => undefined,
  // The node keeps notices beside the openings, not in the round.
  known: () => [],
  wire: {
    from: (notice) => ({
      kind: 'claim',
      task: notice.task,
      round: notice.round,
      claimHash: hashField(notice.claimHash, 'claim_hash'),
      recordHash: hashField(notice.recordHash, 'record_hash'),
      openingHash: hashField(notice.openingHash, 'opening_hash'),
      revealed: bitmapField(notice.revealed, 'revealed'),
      attested: bitmapField(notice.attested, 'attested'),
      transaction: hashField(notice.transaction, 'transaction'),
      operator: addressField(notice.operator, 'operator'),
      signature: signatureField(notice.signature),
    }),
    to: (message) => ({
      task: message.task,
      round: message.round,
      claimHash: fromHex(message.claimHash),
      recordHash: fromHex(message.recordHash),
      openingHash: fromHex(message.openingHash),
      revealed: bitmapBytes(message.revealed),
      attested: bitmapBytes(message.attested),
      transaction: fromHex(message.transaction),
      operator: fromHex(message.operator),
      signature: fromHex(message.signature),
    }),
  },
} satisfies GossipStatement<ClaimMessage, typeof ClaimNoticeSchema, typeof CLAIM_NOTICE>
