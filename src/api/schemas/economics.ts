import { z } from 'zod'
import { address, amount, natural } from './common.ts'

/** `/economics`: where the tokens of the task are. */
export const economicsSchema = z
  .object({
    after: natural.describe('round of the newest claim that stands; 0 before the first'),
    funded: amount.describe('paid in for rewards, less what was refunded'),
    earned: amount.describe('rewards in the newest claim that stands'),
    paid: amount.describe('rewards that were paid out'),
    unclaimed: amount.describe('earned and not paid out'),
    remaining: amount.describe('funded and not earned: what is left for rounds to come'),
    rewardPerRound: amount,
    roundsLeft: natural.nullable().describe('rounds that the rest pays for; null in a task without rewards'),
    refunded: amount.describe('given back to the founder'),
    fees: amount.describe('fees for places in the ledger'),
    slashed: amount.describe('taken from operators and members for false claims and faults'),
    bounties: amount.describe('the part of it that went to those who proved the faults'),
    burned: amount.describe('the part of it that nobody has any more'),
    accounts: z
      .array(
        z.object({
          account: address,
          role: z.enum(['member', 'operator', 'none']),
          earned: amount,
          paid: amount,
          fees: amount,
          slashed: amount,
          bounties: amount,
        }),
      )
      .describe('everybody that earned, paid or lost anything'),
  })
  .meta({ id: 'Economics' })
export type EconomicsAnswer = z.infer<typeof economicsSchema>
