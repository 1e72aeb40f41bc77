import { z } from 'zod'
import { distinctNames, meanField, nameField, stdField } from './fields.ts'

/** Most labels of a class target. */
const LABELS = 65_536

/**
 * What the model predicts. A class is the index of its label in `labels`; a number is trained as (value − mean) / std.
 *
 * `column` names the column, field or array of the target. Folders of images and of texts have none: there the sub-folder is the label.
 */
export const targetSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('class'),
    column: nameField.default('label'),
    labels: distinctNames(2, LABELS),
    /** Training records that a member must have of each class. 0 where members may lack classes. */
    minimumPerClass: z.int().nonnegative().default(0),
  }),
  z.strictObject({
    kind: z.literal('number'),
    column: nameField.default('label'),
    mean: meanField.default(0),
    std: stdField.default(1),
  }),
])

export type Target = z.output<typeof targetSchema>
