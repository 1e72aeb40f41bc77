import { fromHex, sameAddress } from '../bytes.ts'
import type { ReceiptSchema } from '../gen/quorate/v1/messages_pb.ts'
import type { Address, Hash } from '../types.ts'
import type { CommitmentMessage } from './commitment.ts'
import type { RoundMessage, Signed, StatementDefinition } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { reject } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** The operator promises a member to seal its commitment. It answers the member's `Commit` call; the member passes it on (`receiptNotice`). */
export interface ReceiptMessage extends RoundMessage, Signed {
  kind: 'receipt'
  member: Address
  commitment: Hash
  operator: Address
}

export const RECEIPT = {
  name: 'Receipt',
  fields: { task: 'uint256', round: 'uint64', member: 'address', commitment: 'bytes32' },
} as const satisfies TypedData

/** What a receipt is judged by: the commitment that the member handed in, and the operator that it handed it to. */
export interface ReceiptWorld {
  sent: CommitmentMessage
  operator: Address
}

export const receipt = {
  typed: RECEIPT,
  by: 'operator',
  author: ({ operator }) => operator,
  body: ({ task, round, member, commitment }) => ({ task, round, member, commitment }),
  judge({ task, round, member, commitment, operator }, { sent, operator: asked }) {
    if (task !== sent.task) return reject('MESSAGE_WRONG_TASK', `the receipt is of task ${task} instead of ${sent.task}`)
    if (round !== sent.round) return reject('MESSAGE_WRONG_ROUND', `the receipt is of round ${round} instead of ${sent.round}`)
    if (!sameAddress(operator, asked))
      return reject('MESSAGE_MALFORMED', `the receipt names operator ${operator} instead of ${asked}`)
    return sameAddress(member, sent.member) && commitment === sent.commitment
      ? undefined
      : reject('COMMITMENT_MISMATCH', `the receipt is for commitment ${commitment} of ${member}`)
  },
  // The member that asked for it knows which key it asked (`duties/commit.ts`).
  event: (_message) => undefined,
  wire: {
    from: ({ task, round, member, commitment, operator, signature }) => ({
      kind: 'receipt',
      task,
      round,
      member: addressField(member, 'member'),
      commitment: hashField(commitment, 'commitment'),
      operator: addressField(operator, 'operator'),
      signature: signatureField(signature),
    }),
    to: ({ task, round, member, commitment, operator, signature }) => ({
      task,
      round,
      member: fromHex(member),
      commitment: fromHex(commitment),
      operator: fromHex(operator),
      signature: fromHex(signature),
    }),
  },
} satisfies StatementDefinition<ReceiptMessage, typeof ReceiptSchema, typeof RECEIPT, ReceiptWorld>
