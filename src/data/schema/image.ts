import { z } from 'zod'
import { meanField, stdField } from './fields.ts'
import { targetSchema } from './target.ts'

/**
 * Images of one size. A pixel is trained as (value / 255 − mean) / std; `mean` and `std` hold one number, or one for each channel.
 *
 * `resize`: `fit` keeps the whole image and fills the rest with `background`, `crop` fills the size from the middle, `stretch` changes the
 * aspect ratio. Transparent pixels lie on `background` (0 is black).
 */
export const imageSchema = z
  .strictObject({
    kind: z.literal('image'),
    height: z.int().min(1).max(4096),
    width: z.int().min(1).max(4096),
    channels: z.union([z.literal(1), z.literal(3)]),
    resize: z.enum(['fit', 'crop', 'stretch']).default('fit'),
    background: z.int().min(0).max(255).default(0),
    mean: z.array(meanField).min(1).default([0]),
    std: z.array(stdField).min(1).default([1]),
    target: targetSchema,
  })
  .superRefine(({ channels, mean, std }, context) => {
    for (const [field, list] of Object.entries({ mean, std }))
      if (list.length !== 1 && list.length !== channels)
        context.addIssue({ code: 'custom', path: [field], message: `expected 1 number, or ${channels}, one for each channel` })
  })

export type ImageSchema = z.output<typeof imageSchema>
