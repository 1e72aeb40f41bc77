import { z } from 'zod'

/** `/metrics`: the metrics that Prometheus scrapes, as JSON. */
export const metricsSchema = z
  .object({
    metrics: z.array(
      z.object({
        name: z.string(),
        help: z.string(),
        type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
        values: z.array(
          z.object({
            labels: z.record(z.string(), z.union([z.string(), z.number()])),
            value: z.number().nullable().describe('null for a number that is not finite'),
            series: z.string().optional().describe('of a histogram: its bucket, sum or count'),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Metrics' })
export type MetricsAnswer = z.infer<typeof metricsSchema>
