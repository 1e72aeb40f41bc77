import { z } from 'zod'
import { address, amount, bytes, count, hash, natural, reason, seconds, verdict } from './common.ts'
import { claimableSchema } from './why.ts'

const memberFields = {
  member: address.describe('owner address'),
  role: z.enum(['member', 'operator']),
  slot: count.nullable(),
  operatorKey: address.describe('key that signs for the account'),
  connected: z.boolean().describe('whether this node has a connection to its peer; true for this node'),
  bonded: amount.describe('everything that the vault holds for the account'),
  free: amount.describe('the part that is at risk in no task'),
  allocated: amount.describe('at risk in this task'),
  eligible: amount.describe('stake that counts in the task now; 0 for operators'),
  share: z.number().describe('share in the stake that counts, 0 … 1'),
  joinedAt: seconds.nullable().describe('time of the block in which the account first allocated stake'),
  joinedBlock: natural.nullable(),
  leavingUntil: seconds.nullable().describe('when a leaving stake is free; null for an account that has not left'),
  earned: amount.describe('rewards in the newest claim that stands'),
  claimed: amount.describe('rewards that were paid out'),
  evidence: z
    .object({
      eValue: z.number().describe('bet against the member: 1 at first, quarantined at 1000'),
      wealth: z.int().describe('its base-2 logarithm, in 1/256'),
      strikes: z.number().describe('rejected rounds, fading'),
      reputation: z.number().describe('0 … 1'),
      quarantined: z.boolean(),
      since: natural.nullable().describe('round whose verdict began the newest quarantine'),
      until: natural.nullable().describe('first round in which the member counts again'),
      times: count.describe('quarantines that followed each other'),
    })
    .nullable()
    .describe('evidence across rounds; null for operators'),
}

export const memberSchema = z.object(memberFields).meta({ id: 'Member' })
export type MemberAnswer = z.infer<typeof memberSchema>

/** `/members`: everybody that has stake in the task, in slot order. */
export const membersSchema = z
  .object({
    after: natural.describe('round of the claim whose ledger the rewards and the evidence are from; 0 before the first'),
    totalStake: amount.describe('stake that counts in all'),
    members: z.array(memberSchema),
    next: address.nullable().describe('pass it as `after` for the page that follows; null on the last page'),
  })
  .meta({ id: 'Members' })
export type MembersAnswer = z.infer<typeof membersSchema>

/** `/members/{address}`. */
export const memberDetailSchema = z
  .object({
    ...memberFields,
    peerKey: hash,
    votes: amount.nullable().describe('votes of the account now; null where the task has no governance'),
    delegate: address.nullable().describe('account that votes with its stake'),
    claimable: claimableSchema.nullable().describe('what it may collect now; null for nothing'),
    verdicts: z
      .array(
        z.object({
          round: natural,
          verdict: z.enum([...verdict.options, 'unsealed']),
          reason,
          weight: count,
          reward: amount.nullable(),
        }),
      )
      .describe('newest rounds first, as far as this node keeps them'),
    data: bytes.nullable().describe('calldata of RewardDistributor.claim for what it may collect'),
  })
  .meta({ id: 'MemberDetail' })
export type MemberDetailAnswer = z.infer<typeof memberDetailSchema>
