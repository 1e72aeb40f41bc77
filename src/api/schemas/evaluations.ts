import { z } from 'zod'
import { address, amount, count, hash, metricSummarySchema, natural } from './common.ts'

/** `/evaluations`: what members measured of the models on test samples of their own, newest round first. */
export const evaluationsSchema = z
  .object({
    rounds: z.array(
      z.object({
        round: natural,
        modelRoot: hash,
        members: count.describe('members that might have measured it'),
        summary: z.record(z.string(), metricSummarySchema).describe('by metric'),
        entries: z.array(z.object({ member: address, stake: amount, samples: count, metrics: z.record(z.string(), z.number()) })),
        own: z
          .object({ samples: count, metrics: z.record(z.string(), z.number().nullable()) })
          .nullable()
          .describe('what this node measured since it started, told or not; a number that is not finite is null'),
      }),
    ),
    next: natural.nullable().describe('pass it as `before` for the page that follows; null on the last page'),
  })
  .meta({ id: 'Evaluations' })
export type EvaluationsAnswer = z.infer<typeof evaluationsSchema>
