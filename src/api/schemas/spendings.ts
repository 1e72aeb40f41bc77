import { z } from 'zod'
import { address, count, hash, natural } from './common.ts'

/** `/spendings`: what members state that they spent of their privacy budgets, newest round first. Their word: nobody can check noise. */
export const spendingsSchema = z
  .object({
    own: z
      .object({
        epsilon: z.number().describe('the budget ε'),
        delta: z.number().describe('its δ'),
        spent: z.number().describe('ε of all that was charged'),
        rounds: count.describe('trainings that were charged'),
        steps: count.describe('steps with noise that were charged'),
        roundsLeft: count
          .nullable()
          .describe("rounds that the budget still pays for at today's noise; null while that is not known"),
      })
      .nullable()
      .describe('budget of this node, as of the newest charge since it started; null without one'),
    rounds: z.array(
      z.object({
        round: natural,
        entries: z.array(
          z.object({
            member: address,
            commitment: hash.describe('of the update that the statement is about'),
            epsilon: z.number().describe('ε of the update alone'),
            total: z.number().describe("ε of all that the member's ledger charged"),
            delta: z.number().describe('their δ'),
            steps: z.array(
              z.object({
                noiseMultiplier: z.number().describe('standard deviation of the noise over the clipping norm'),
                samplingRate: z.number().describe('chance of a record to be in a batch'),
                steps: count,
              }),
            ),
          }),
        ),
      }),
    ),
    next: natural.nullable().describe('pass it as `before` for the page that follows; null on the last page'),
  })
  .meta({ id: 'Spendings' })
export type SpendingsAnswer = z.infer<typeof spendingsSchema>
