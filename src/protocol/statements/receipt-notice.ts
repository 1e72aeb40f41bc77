import { fromHex, lowerHex, sameAddress } from '../bytes.ts'
import type { ReceiptNoticeSchema } from '../gen/quorate/v1/messages_pb.ts'
import type { Address, Hash } from '../types.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import { RECEIPT } from './receipt.ts'
import { ignore, repeated } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/**
 * A member passes on its receipt. Whoever knows it shows nothing to a list without the member's row, agrees to no such claim, and can
 * prove the omission.
 */
export interface ReceiptNoticeMessage extends RoundMessage, Signed {
  kind: 'receiptNotice'
  member: Address
  commitment: Hash
  /** The key that signed the receipt. */
  operatorKey: Address
}

export const receiptNotice = {
  typed: RECEIPT,
  by: 'seat',
  author: ({ member }) => member,
  body: ({ task, round, member, commitment }) => ({ task, round, member, commitment }),
  // It is never late: a receipt shows an omission until the claim can be disputed no more.
  judge(message, { state }) {
    const { member, commitment, operatorKey, round } = message
    // A node that sees the chain a block earlier or later may know another holder of the seat.
    if (!sameAddress(operatorKey, state.plan.operatorKey))
      return ignore('MESSAGE_EARLY', `the receipt is by ${operatorKey}, which does not have the seat of round ${round}`)
    const known = state.receipts.get(lowerHex(member))
    return known && repeated(message, known.commitment === commitment)
  },
  event: ({ member, commitment, operatorKey, signature }) => ({ type: 'receipt', member, commitment, operatorKey, signature }),
  known: ({ plan: { task, round }, receipts }) =>
    [...receipts].map(([member, entry]) => ({ kind: 'receiptNotice', task, round, member, ...entry })),
  wire: {
    from: ({ task, round, member, commitment, operatorKey, signature }) => ({
      kind: 'receiptNotice',
      task,
      round,
      member: addressField(member, 'member'),
      commitment: hashField(commitment, 'commitment'),
      operatorKey: addressField(operatorKey, 'operator_key'),
      signature: signatureField(signature),
    }),
    to: ({ task, round, member, commitment, operatorKey, signature }) => ({
      task,
      round,
      member: fromHex(member),
      commitment: fromHex(commitment),
      operatorKey: fromHex(operatorKey),
      signature: fromHex(signature),
    }),
  },
} satisfies GossipStatement<ReceiptNoticeMessage, typeof ReceiptNoticeSchema, typeof RECEIPT>
