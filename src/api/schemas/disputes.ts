import { z } from 'zod'
import { address, amount, hash, natural, seconds } from './common.ts'

/** How a dispute stands. `open`: this node works on it. */
export const DISPUTE_STATES = ['open', 'rejected', 'sound', 'final', 'no judge'] as const

const transactionFields = {
  transaction: hash,
  block: natural,
  time: seconds.nullable().describe('time of the block'),
}

/** `/disputes`: newest first. */
export const disputesSchema = z
  .object({
    disputes: z
      .array(
        z.object({
          round: natural,
          claimHash: hash,
          operator: address.nullable(),
          state: z.enum(DISPUTE_STATES),
          reasons: z.array(z.string()).describe('fields that differ, and why there was no proof'),
          courtRequests: z
            .array(z.object({ id: hash, kind: z.string(), tree: z.string(), level: z.int(), index: natural, deadline: seconds }))
            .describe('parts of the claim that this node asked the court for'),
          proof: z
            .object({
              ...transactionFields,
              proof: z.string().nullable().describe('function of the judge; null where another account sent the proof'),
              by: address.nullable().describe('account that sent the transaction'),
              gas: natural.nullable().describe('gas that the transaction used'),
              recipient: address.describe('account that received the bounty'),
              slashed: amount.describe('penalty of the operator'),
              bounty: amount,
              burned: amount,
            })
            .nullable(),
        }),
      )
      .describe('claims that this node disputes, or that were rejected'),
    penalties: z
      .array(
        z.object({
          round: natural,
          account: address.describe('member that was fined'),
          ...transactionFields,
          kind: z.string().nullable().describe('fault, where this node sent the proof'),
          by: address.nullable(),
          gas: natural.nullable(),
          recipient: address,
          penalty: amount,
          bounty: amount,
          burned: amount,
        }),
      )
      .describe('fines of members'),
  })
  .meta({ id: 'Disputes' })
export type DisputesAnswer = z.infer<typeof disputesSchema>
